/**
 * Buckets and chains of the hash types. Readers take no lock: a chain ends in a mark that names its bucket, so that a
 * reader whose node was moved to another chain under it notices and starts again (kernel/bpf/hashtab.c does likewise).
 * A bucket that was never used is 0.
 */
import { copy_padded, equal_bytes } from "./bytes";
import { hash_bytes } from "./hash_function";
import { HashRecord, key_size, Node } from "./record";

@inline
function same_key(node: usize, key: usize, size: u32): bool {
  if (size == 4) return load<u32>(node, Node.KEY) == load<u32>(key);
  if (size == 8) return load<u64>(node, Node.KEY) == load<u64>(key);
  if (size == 16)
    return load<u64>(node, Node.KEY) == load<u64>(key) && load<u64>(node, Node.KEY + 8) == load<u64>(key, 8);
  return equal_bytes(node + Node.KEY, key, size);
}

/** What ends the chain of a bucket. */
@inline
function end_mark(bucket: u32): u32 {
  return (bucket << 1) | 1;
}

@inline
function is_end(next: usize): bool {
  return next == 0 || (next & 1) != 0;
}

@inline
function bucket_of(record: usize, hash: u32): u32 {
  return hash & load<u32>(record, HashRecord.MASK);
}

@inline
function bucket_address(record: usize, bucket: u32): usize {
  return load<u32>(record, HashRecord.BUCKETS) + bucket * 4;
}

@inline
export function hash_of(record: usize, key: usize): u32 {
  return hash_bytes(key, key_size(record), load<u64>(record, HashRecord.SEED));
}

@inline
function walk(record: usize, key: usize, size: u32): usize {
  const hash = hash_bytes(key, size, load<u64>(record, HashRecord.SEED));
  const bucket = bucket_of(record, hash);
  const head = bucket_address(record, bucket);
  let node: usize = 0;
  do {
    node = atomic.load<u32>(head);
    while (!is_end(node)) {
      // Short keys are compared at once; for longer ones the hash is tried first.
      if ((size <= 16 || load<u32>(node, Node.HASH) == hash) && same_key(node, key, size)) return node;
      node = load<u32>(node, Node.NEXT);
    }
  } while (node != 0 && node != end_mark(bucket));
  return 0;
}

/** The node of a key, 0 when there is none. Takes no lock. */
export function find_node(record: usize, key: usize): usize {
  const size = key_size(record);
  if (size == 4) return walk(record, key, 4);
  if (size == 8) return walk(record, key, 8);
  if (size == 16) return walk(record, key, 16);
  return walk(record, key, size);
}

/** Address of the word (bucket or a node's NEXT) that links the key's node, 0 when there is none. Under the lock. */
export function find_link(record: usize, key: usize, hash: u32): usize {
  const size = key_size(record);
  let link = bucket_address(record, bucket_of(record, hash));
  for (let node: usize = load<u32>(link); !is_end(node); link = node, node = load<u32>(node, Node.NEXT)) {
    if (load<u32>(node, Node.HASH) == hash && same_key(node, key, size)) return link;
  }
  return 0;
}

/** Address of the word that links this node, which is in the table. Under the lock. */
export function link_of(record: usize, node: usize): usize {
  let link = bucket_address(record, bucket_of(record, load<u32>(node, Node.HASH)));
  while (<usize>load<u32>(link) != node) link = load<u32>(link);
  return link;
}

/**
 * Copies a key into its node. False when it is not the key any more that was hashed: the memory that it is given in is
 * the program's, and another CPU may write there.
 */
export function set_key(record: usize, node: usize, key: usize, hash: u32): bool {
  copy_padded(node + Node.KEY, key, key_size(record));
  store<u32>(node, hash, Node.HASH);
  return hash_of(record, node + Node.KEY) == hash;
}

/** Puts a node that has key and value in front of its chain. Under the lock. */
export function link_node(record: usize, node: usize): void {
  const bucket = bucket_of(record, load<u32>(node, Node.HASH));
  const head = bucket_address(record, bucket);
  const first = load<u32>(head);
  atomic.store<u32>(node + Node.NEXT, first == 0 ? end_mark(bucket) : first);
  atomic.store<u32>(head, node);
}

/** Takes the node that a link leads to out of its chain. Under the lock. */
@inline
export function unlink(link: usize): void {
  atomic.store<u32>(link, load<u32>(load<u32>(link), Node.NEXT));
}

/** First node of the first used bucket from `bucket` on, 0 when there is none. */
export function first_node_from(record: usize, bucket: u32): usize {
  const end = bucket_address(record, load<u32>(record, HashRecord.MASK)) + 4;
  for (let head = bucket_address(record, bucket); head < end; head += 4) {
    const node: usize = load<u32>(head);
    if (!is_end(node)) return node;
  }
  return 0;
}

/** The node after this one, in its chain or in a later bucket; 0 after the last. */
export function node_after(record: usize, node: usize): usize {
  const next: usize = load<u32>(node, Node.NEXT);
  if (!is_end(next)) return next;
  const bucket = bucket_of(record, load<u32>(node, Node.HASH));
  return bucket == load<u32>(record, HashRecord.MASK) ? 0 : first_node_from(record, bucket + 1);
}

/** Maps that grow have no more buckets than for this many elements: most never get full. */
const GROWING_BUCKETS: u32 = 1 << 20;

/** Number of buckets for a map: a power of two, 1.5 to 3 times its elements, so that most chains have one. */
export function bucket_count(max_entries: u32, preallocated: bool): u64 {
  const elements: u64 = preallocated ? max_entries : min(max_entries, GROWING_BUCKETS);
  return 1 << (64 - clz<u64>(elements + (elements >> 1)));
}
