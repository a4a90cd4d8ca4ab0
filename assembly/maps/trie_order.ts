/** The order in which keys of a trie follow each other: more specific ones first (trie_get_next_key of lpm_trie.c). */
import { child_link, common_prefix, max_prefix } from "./trie";
import { Node, State, TrieRecord } from "./record";

@inline
function is_entry(node: usize): bool {
  return (load<u32>(node, Node.STATE) & State.BRANCH) == 0;
}

/** The entry that comes first among a node and those below it. */
function first_below(node: usize): usize {
  let first: usize = 0;
  while (node != 0) {
    if (is_entry(node)) first = node;
    const child0 = load<u32>(node, Node.CHILD0);
    node = child0 != 0 ? child0 : load<u32>(node, Node.CHILD1);
  }
  return first;
}

/** The node after a key, or the first one when the key is 0 or not in the trie; 0 after the last. Under the lock. */
export function trie_next(record: usize, key: usize): usize {
  const root: usize = load<u32>(record, TrieRecord.ROOT);
  if (root == 0 || key == 0 || load<u32>(key) > max_prefix(record)) return first_below(root);

  // What follows the key if it is below the node at hand: the first of the sibling subtree, else an ancestor.
  let sibling: usize = 0;
  let ancestor: usize = 0;
  let node = root;
  while (node != 0) {
    const prefix = load<u32>(node, Node.KEY);
    if (common_prefix(record, node + Node.KEY, key) != prefix) return first_below(root);
    if (prefix == load<u32>(key)) break;
    const link = child_link(node, key);
    const child1: usize = load<u32>(node, Node.CHILD1);
    if (link == node + Node.CHILD0 && child1 != 0) {
      sibling = child1;
      ancestor = 0;
    } else if (is_entry(node)) {
      ancestor = node;
      sibling = 0;
    }
    node = load<u32>(link);
  }
  if (node == 0 || !is_entry(node)) return first_below(root);
  return sibling != 0 ? first_below(sibling) : ancestor;
}
