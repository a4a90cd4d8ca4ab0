/**
 * Directed graphs of blocks with one entry, number 0: predecessors and reverse postorder. What the numbers stand for
 * (blocks of slots, blocks of the intermediate form) is the caller's business.
 */

export interface FlowGraph {
  /** Successors of each node, in order; may repeat. */
  readonly successors: readonly (readonly number[])[];
  /** Predecessors among the reachable nodes; one entry an edge. */
  readonly predecessors: readonly (readonly number[])[];
  /** Reachable nodes in reverse postorder; [0] is the entry. */
  readonly order: readonly number[];
  /** Position of each node in `order`, −1 for what is not reachable. */
  readonly position: Int32Array;
}

/** Walks the graph from node 0, in time linear in its edges and without recursion. */
export function flowGraph(successors: readonly (readonly number[])[]): FlowGraph {
  const count = successors.length;
  const position = new Int32Array(count).fill(-1);
  const visited = new Uint8Array(count);
  const next = new Int32Array(count);
  const postorder: number[] = [];
  const stack: number[] = [0];
  visited[0] = 1;
  while (stack.length > 0) {
    const node = stack[stack.length - 1] as number;
    const outgoing = successors[node] as readonly number[];
    const index = next[node] as number;
    if (index === outgoing.length) {
      postorder.push(node);
      stack.pop();
      continue;
    }
    next[node] = index + 1;
    const target = outgoing[index] as number;
    if (visited[target] === 0) {
      visited[target] = 1;
      stack.push(target);
    }
  }
  const order = postorder.reverse();
  const predecessors: number[][] = Array.from({ length: count }, () => []);
  order.forEach((node, index) => {
    position[node] = index;
    for (const target of successors[node] as readonly number[]) (predecessors[target] as number[]).push(node);
  });
  return { successors, predecessors, order, position };
}
