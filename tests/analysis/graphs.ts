/** Flow graphs for tests: random ones, and what dominance means by its definition. */
import { type FlowGraph, flowGraph } from '../../src/analysis/flow_graph.js';
import { Random } from '../support/random.js';

/** A graph of up to `size` nodes with up to two ways out of each; some nodes are not reachable. */
export function randomGraph(seed: number, size: number): FlowGraph {
  const random = new Random(seed);
  const count = random.between(1, size);
  return flowGraph(
    Array.from({ length: count }, () =>
      Array.from({ length: random.between(0, 2) }, () => random.between(0, count - 1)),
    ),
  );
}

/** Whether every way from node 0 to `b` leads through `a`. */
export function dominatesByDefinition({ successors }: FlowGraph, a: number, b: number): boolean {
  if (a === b) return true;
  const seen = new Set<number>(a === 0 ? [] : [0]);
  const pending = [...seen];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === b) return false;
    for (const to of successors[node] as readonly number[]) {
      if (to === a || seen.has(to)) continue;
      seen.add(to);
      pending.push(to);
    }
  }
  return true;
}
