/** Dominator trees and loops against their definitions, on small random graphs; time on large hostile ones. */
import { describe, expect, it } from 'vitest';
import { dominatorTree } from '../../src/analysis/dominators.js';
import { flowGraph } from '../../src/analysis/flow_graph.js';
import { findLoops, goesBack } from '../../src/analysis/loops.js';
import { dominatesByDefinition, randomGraph } from './graphs.js';

const SEEDS = Array.from({ length: 400 }, (_, i) => i);

describe('reverse postorder', () => {
  it('starts at the entry and holds each reachable node once', () => {
    const { order, position } = flowGraph([[2], [0], [2, 3], []]);
    expect(order).toEqual([0, 2, 3]);
    expect([...position]).toEqual([0, -1, 1, 2]);
  });

  it('goes forward along every edge that closes no cycle', () => {
    const graph = flowGraph([[1, 2], [3], [3], [1, 4], []]);
    for (const [from, to] of [
      [0, 1],
      [0, 2],
      [1, 3],
      [2, 3],
      [3, 4],
    ] as const)
      expect(goesBack(graph, from, to)).toBe(false);
    expect(goesBack(graph, 3, 1)).toBe(true);
  });
});

describe('dominators', () => {
  it('of a diamond: the join belongs to the branch', () => {
    const { parent, children, size } = dominatorTree(flowGraph([[1, 2], [3], [3], []]));
    expect([...parent]).toEqual([-1, 0, 0, 0]);
    expect([...(children[0] as number[])].sort()).toEqual([1, 2, 3]);
    expect([...size]).toEqual([4, 1, 1, 1]);
  });

  it('are what their definition says, on random graphs', () => {
    for (const seed of SEEDS) {
      const graph = randomGraph(seed, 12);
      const tree = dominatorTree(graph);
      for (const b of graph.order) {
        const above = graph.order.filter((a) => a !== b && dominatesByDefinition(graph, a, b));
        for (const a of graph.order) {
          expect(tree.dominates(a, b), `seed ${seed}: ${a} over ${b}`).toBe(a === b || above.includes(a));
        }
        // The immediate one is dominated by all others.
        const immediate = above.find((a) => above.every((other) => dominatesByDefinition(graph, other, a))) ?? -1;
        expect(tree.parent[b], `seed ${seed}: of ${b}`).toBe(immediate);
      }
    }
  });

  it('of a ladder and a long chain take time that grows with their size', () => {
    const size = 200_000;
    const ladder = flowGraph(Array.from({ length: size }, (_, i) => [i + 1, i + 2].filter((to) => to < size)));
    expect(dominatorTree(ladder).parent[size - 1]).toBe(0);
    const backwards = flowGraph(Array.from({ length: size }, (_, i) => [i + 1, i >> 1].filter((to) => to < size)));
    const tree = dominatorTree(backwards);
    expect(tree.parent[size - 1]).toBe(size - 2);
    expect(findLoops(backwards, tree).reducible).toBe(true);
  });
});

describe('loops', () => {
  it('have their nodes, and those around them', () => {
    // 0 → 1 ⟲ (2 ⟲ (3)) → 4
    const graph = flowGraph([[1], [2, 4], [3], [2, 1], []]);
    const loops = findLoops(graph, dominatorTree(graph));
    expect([...loops.isHeader]).toEqual([0, 1, 1, 0, 0]);
    expect([...loops.around]).toEqual([-1, -1, 1, 2, -1]);
    expect([...loops.depth]).toEqual([0, 0, 1, 2, 0]);
  });

  it('of two entries are irreducible', () => {
    const graph = flowGraph([[1, 2], [2], [1, 3], []]);
    expect(findLoops(graph, dominatorTree(graph)).reducible).toBe(false);
  });

  it('hold exactly the nodes that reach their latch without passing the header, on random graphs', () => {
    let looked = 0;
    for (const seed of SEEDS) {
      const graph = randomGraph(seed, 10);
      const loops = findLoops(graph, dominatorTree(graph));
      if (!loops.reducible) continue;
      for (const header of graph.order) {
        if (loops.isHeader[header] === 0) continue;
        looked++;
        const members = new Set([header]);
        const pending = (graph.predecessors[header] as number[]).filter((from) => goesBack(graph, from, header));
        for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
          if (members.has(node)) continue;
          members.add(node);
          pending.push(...(graph.predecessors[node] as number[]));
        }
        const found = graph.order.filter((node) => {
          for (let at = node; at !== -1; at = loops.around[at] as number) if (at === header) return true;
          return false;
        });
        expect(new Set(found), `seed ${seed}, header ${header}`).toEqual(members);
      }
    }
    expect(looked).toBeGreaterThan(100);
  });
});
