/**
 * Eviction of the LRU hash types: a hand goes round over the elements and takes the first that was not looked up since
 * it came by last (second chance), but never the one that was inserted last. All of this runs under the map's lock.
 */
import { link_of, unlink } from "./hash_table";
import { pool_node } from "./pool";
import { free_timer } from "./timers";
import { add_count, HashRecord, max_entries, Node, State } from "./record";

/** Elements that one eviction looks at; then it takes the one at the hand in any case. */
const MAX_STEPS: u32 = 256;

/** The element that the hand points at; the hand goes on to the next. */
@inline
function pass(record: usize): usize {
  const hand = load<u32>(record, HashRecord.HAND);
  store<u32>(record, hand + 1 == max_entries(record) ? 0 : hand + 1, HashRecord.HAND);
  return pool_node(record, hand);
}

/** Takes an element out of a map that is full and returns its node, for the new element. */
export function evict(record: usize): usize {
  const newest: usize = max_entries(record) == 1 ? 0 : load<u32>(record, HashRecord.NEWEST);
  let node = pass(record);
  for (let step: u32 = 0; node == newest || step < MAX_STEPS; step++) {
    if (node != newest) {
      const state = load<u32>(node, Node.STATE);
      if (!(state & State.REFERENCED)) break;
      store<u32>(node, state & ~State.REFERENCED, Node.STATE);
    }
    node = pass(record);
  }
  unlink(link_of(record, node));
  free_timer(record, load<u32>(node, Node.VALUE));
  add_count(record, -1);
  return node;
}

/**
 * Notes that an element is in use; it is spared the next time the hand comes by. Readers do it without the lock, hence
 * the exchange: a node that was freed meanwhile holds a link there.
 */
@inline
export function mark_referenced(node: usize): void {
  if (load<u32>(node, Node.STATE) == State.LIVE) {
    atomic.cmpxchg<u32>(node + Node.STATE, State.LIVE, State.LIVE | State.REFERENCED);
  }
}
