/**
 * Loops of a flow graph: which nodes are headers, which loop each node belongs to, and whether the graph is reducible,
 * that is whether each loop is entered through its header alone.
 */
import type { DominatorTree } from './dominators.js';
import type { FlowGraph } from './flow_graph.js';

export interface Loops {
  /** Every edge that goes back leads to a node that dominates where it comes from. If not, the rest is of no use. */
  readonly reducible: boolean;
  /** 1 for each node that an edge leads back to. */
  readonly isHeader: Uint8Array;
  /** Header of the innermost loop around each node, −1 for none; of a header, the loop around its own. */
  readonly around: Int32Array;
  /** Loops around each node, its own not counted if it is a header. */
  readonly depth: Int32Array;
}

/** Whether the edge goes against reverse postorder; so does every edge that closes a loop. */
export function goesBack(graph: FlowGraph, from: number, to: number): boolean {
  return (graph.position[to] as number) <= (graph.position[from] as number);
}

/** Finds the loops in time almost linear in the graph's edges, without recursion. */
export function findLoops(graph: FlowGraph, dominators: DominatorTree): Loops {
  const count = graph.successors.length;
  const isHeader = new Uint8Array(count);
  const around = new Int32Array(count).fill(-1);
  const depth = new Int32Array(count);
  let reducible = true;
  for (const from of graph.order) {
    for (const to of graph.successors[from] as readonly number[]) {
      if (!goesBack(graph, from, to)) continue;
      isHeader[to] = 1;
      if (!dominators.dominates(to, from)) reducible = false;
    }
  }
  if (!reducible) return { reducible, isHeader, around, depth };

  // Inner loops come first, and stand for all their nodes in the loops around them.
  const outermost = Int32Array.from({ length: count }, (_, node) => node);
  const representative = (node: number): number => {
    let root = node;
    while (outermost[root] !== root) root = outermost[root] as number;
    for (let at = node; at !== root; ) {
      const next = outermost[at] as number;
      outermost[at] = root;
      at = next;
    }
    return root;
  };
  for (let i = graph.order.length - 1; i >= 0; i--) {
    const header = graph.order[i] as number;
    if (isHeader[header] === 0) continue;
    const latches = (graph.predecessors[header] as readonly number[]).filter((from) => goesBack(graph, from, header));
    const pending = latches.map(representative);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (node === header || outermost[node] !== node) continue;
      around[node] = header;
      outermost[node] = header;
      for (const from of graph.predecessors[node] as readonly number[]) pending.push(representative(from));
    }
  }
  for (const node of graph.order) {
    const header = around[node] as number;
    if (header !== -1) depth[node] = (depth[header] as number) + 1;
  }
  return { reducible, isHeader, around, depth };
}
