/**
 * Dominator trees by the algorithm of Lengauer and Tarjan (TOPLAS 1979, the simple version with path compression):
 * O(edges · log nodes) whatever the graph, so that hostile graphs cost no more than honest ones.
 */
import type { FlowGraph } from './flow_graph.js';

export interface DominatorTree {
  /** Immediate dominator of each node; −1 for the entry and for what is not reachable. */
  readonly parent: Int32Array;
  /** Nodes that each node immediately dominates, in reverse postorder. */
  readonly children: readonly (readonly number[])[];
  /** Number of nodes in each node's subtree, itself included. */
  readonly size: Int32Array;
  /** Whether `a` dominates `b` (both reachable); each node dominates itself. */
  dominates(a: number, b: number): boolean;
}

export function dominatorTree(graph: FlowGraph): DominatorTree {
  const parent = immediateDominators(graph);
  const count = parent.length;
  const children: number[][] = Array.from({ length: count }, () => []);
  for (const node of graph.order) if (parent[node] !== -1) (children[parent[node] as number] as number[]).push(node);
  const size = new Int32Array(count).fill(1);
  for (let i = graph.order.length - 1; i > 0; i--) {
    const node = graph.order[i] as number;
    const above = parent[node] as number;
    size[above] = (size[above] as number) + (size[node] as number);
  }
  // Numbers in preorder: a subtree is a run of `size` numbers. A parent comes before its children in reverse postorder.
  const first = new Int32Array(count);
  for (const node of graph.order) {
    let number = (first[node] as number) + 1;
    for (const child of children[node] as number[]) {
      first[child] = number;
      number += size[child] as number;
    }
  }
  const dominates = (a: number, b: number): boolean => {
    const distance = (first[b] as number) - (first[a] as number);
    return distance >= 0 && distance < (size[a] as number);
  };
  return { parent, children, size, dominates };
}

function immediateDominators({ successors, predecessors }: FlowGraph): Int32Array {
  const count = successors.length;
  // All arrays below are indexed by depth-first number, except `numberOf`.
  const numberOf = new Int32Array(count).fill(-1);
  const vertex: number[] = [];
  const spanning = new Int32Array(count).fill(-1);
  const stack: [node: number, from: number][] = [[0, -1]];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, from] = top;
    if (numberOf[node] !== -1) continue;
    const number = vertex.length;
    numberOf[node] = number;
    spanning[number] = from;
    vertex.push(node);
    for (const target of successors[node] as readonly number[]) {
      if (numberOf[target] === -1) stack.push([target, number]);
    }
  }

  const semi = Int32Array.from({ length: count }, (_, i) => i);
  const best = Int32Array.from({ length: count }, (_, i) => i);
  const ancestor = new Int32Array(count).fill(-1);
  const path: number[] = [];
  /** The node of least semidominator on the way from `node` to the root of its tree in the forest. */
  const evaluate = (node: number): number => {
    if (ancestor[node] === -1) return node;
    let at = node;
    while (ancestor[ancestor[at] as number] !== -1) {
      path.push(at);
      at = ancestor[at] as number;
    }
    for (let below = path.pop(); below !== undefined; below = path.pop()) {
      const above = ancestor[below] as number;
      if ((semi[best[above] as number] as number) < (semi[best[below] as number] as number)) {
        best[below] = best[above] as number;
      }
      ancestor[below] = ancestor[above] as number;
    }
    return best[node] as number;
  };

  const dominator = new Int32Array(count).fill(-1);
  const bucket: number[][] = Array.from({ length: vertex.length }, () => []);
  for (let w = vertex.length - 1; w > 0; w--) {
    for (const predecessor of predecessors[vertex[w] as number] as readonly number[]) {
      const least = semi[evaluate(numberOf[predecessor] as number)] as number;
      if (least < (semi[w] as number)) semi[w] = least;
    }
    (bucket[semi[w] as number] as number[]).push(w);
    const from = spanning[w] as number;
    ancestor[w] = from;
    for (const v of bucket[from] as number[]) {
      const u = evaluate(v);
      dominator[v] = (semi[u] as number) < (semi[v] as number) ? u : from;
    }
    bucket[from] = [];
  }
  const parent = new Int32Array(count).fill(-1);
  for (let w = 1; w < vertex.length; w++) {
    if (dominator[w] !== semi[w]) dominator[w] = dominator[dominator[w] as number] as number;
    parent[vertex[w] as number] = vertex[dominator[w] as number] as number;
  }
  return parent;
}
