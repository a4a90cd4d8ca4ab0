/**
 * Basic blocks to structured control flow, as a flat list of steps in the order of Wasm's own text: from the dominator
 * tree as in Ramsey, "Beyond Relooper" (ICFP 2022), which needs no new variables and duplicates nothing. A function
 * whose graph is irreducible becomes one loop around a dispatch instead. Explicit stacks throughout: hostile graphs
 * are deep.
 */
import { type DominatorTree, dominatorTree } from '../analysis/dominators.js';
import type { FlowGraph } from '../analysis/flow_graph.js';
import { findLoops, goesBack, type Loops } from '../analysis/loops.js';
import type { BlockId, IrBlock, IrEdge, IrFunction } from '../model/ir.js';
import { BeeswaxError } from '../util/errors.js';
import { irGraph } from './ir_access.js';

export type Step =
  /** Opens a block; a branch to the label goes behind its end. Labels of blocks and loops are the target's block id. */
  | { readonly kind: 'block'; readonly label: BlockId }
  /** Opens a loop; a branch to the label goes to its start. */
  | { readonly kind: 'loop'; readonly label: BlockId }
  /** Opens an if on the condition of a block's branch, or on its opposite. It has no else: it never runs off its end. */
  | { readonly kind: 'if'; readonly block: BlockId; readonly negated: boolean }
  | { readonly kind: 'end' }
  /** What a block computes. */
  | { readonly kind: 'body'; readonly block: BlockId }
  /** Takes an edge: burns its fuel and moves its arguments; then branches to the label, or runs on if there is none. */
  | { readonly kind: 'edge'; readonly edge: IrEdge; readonly branch: 'block' | 'loop' | undefined }
  | { readonly kind: 'return'; readonly block: BlockId }
  /** Opens the dispatch loop and a block for each case, and branches to the case whose index the state holds (0 at first). */
  | { readonly kind: 'dispatch'; readonly cases: readonly BlockId[] }
  /** Sets the dispatch state and goes back to the dispatch. */
  | { readonly kind: 'redispatch'; readonly case: number };

/** Constructs that may be open at once: binaryen's recursion overflows near 2,000 on Node's default stack. */
const MAX_DEPTH = 400;
/** Steps within labelled blocks, counted once for each block around them: bounds binaryen's searches to a few seconds. */
const MAX_SEARCHED = 20_000_000;

/**
 * @throws {BeeswaxError} BEESWAX_E_COMPILE_LIMIT when constructs nest deeper, or hold more in all, than binaryen takes
 * in bounded time.
 */
export function structure(fn: IrFunction): readonly Step[] {
  const graph = irGraph(fn);
  const dominators = dominatorTree(graph);
  const loops = findLoops(graph, dominators);
  const steps = loops.reducible ? runOn(nest(fn, graph, dominators, loops)) : dispatchLoop(fn, graph);
  checkNesting(steps);
  return steps;
}

function nest(fn: IrFunction, graph: FlowGraph, dominators: DominatorTree, loops: Loops): Step[] {
  const { followers, isFollower } = followersOf(graph, dominators, loops);
  const steps: Step[] = [];
  /** What is still to be done, last first: a step to write or a block to place with all that it dominates. */
  const pending: (Step | BlockId)[] = [0];
  const place = (id: BlockId): void => {
    const tasks: (Step | BlockId)[] = [];
    const { inside, behind } = followers[id] as Followers;
    // The outermost block ends before the follower that comes last.
    const open = (targets: readonly BlockId[]): void => {
      for (let i = targets.length - 1; i >= 0; i--) tasks.push({ kind: 'block', label: targets[i] as BlockId });
    };
    const close = (targets: readonly BlockId[]): void => {
      for (const target of targets) tasks.push({ kind: 'end' }, target);
    };
    open(behind);
    if (loops.isHeader[id] === 1) tasks.push({ kind: 'loop', label: id });
    open(inside);
    tasks.push({ kind: 'body', block: id }, ...terminate(fn.blocks[id] as IrBlock));
    close(inside);
    if (loops.isHeader[id] === 1) tasks.push({ kind: 'end' });
    close(behind);
    for (let i = tasks.length - 1; i >= 0; i--) pending.push(tasks[i] as Step | BlockId);
  };
  const terminate = (block: IrBlock): (Step | BlockId)[] => {
    const { terminator } = block;
    if (terminator.kind === 'return') return [{ kind: 'return', block: block.id }];
    if (terminator.kind === 'jump') return follow(block.id, terminator.edge);
    // The smaller side goes into the if, so that nesting grows with the logarithm of a chain of branches only.
    const { taken, otherwise } = terminator;
    const negated = weight(block.id, otherwise) < weight(block.id, taken);
    const [within, after] = negated ? [otherwise, taken] : [taken, otherwise];
    return [
      { kind: 'if', block: block.id, negated },
      ...follow(block.id, within),
      { kind: 'end' },
      ...follow(block.id, after),
    ];
  };
  const branchTo = (from: BlockId, { target }: IrEdge): 'block' | 'loop' | undefined =>
    goesBack(graph, from, target) ? 'loop' : isFollower[target] === 1 ? 'block' : undefined;
  const weight = (from: BlockId, edge: IrEdge): number =>
    branchTo(from, edge) === undefined ? (dominators.size[edge.target] as number) : 0;
  const follow = (from: BlockId, edge: IrEdge): (Step | BlockId)[] => {
    const branch = branchTo(from, edge);
    const step: Step = { kind: 'edge', edge, branch };
    return branch === undefined ? [step, edge.target] : [step];
  };
  for (let task = pending.pop(); task !== undefined; task = pending.pop()) {
    if (typeof task === 'number') place(task);
    else steps.push(task);
  }
  return steps;
}

/** Blocks that stand behind the end of a Wasm block, each in the order in which they come. */
interface Followers {
  /** Within the loop, if the node is a header. */
  readonly inside: BlockId[];
  /** Behind the loop whose header the node is. */
  readonly behind: BlockId[];
}

/**
 * A node that is reached forward from more than one place follows its dominator. A node that leaves loops follows the
 * outermost loop that it leaves, so that loops hold what belongs to them and nothing else.
 */
function followersOf(
  graph: FlowGraph,
  dominators: DominatorTree,
  loops: Loops,
): { followers: Followers[]; isFollower: Uint8Array } {
  const followers = graph.successors.map((): Followers => ({ inside: [], behind: [] }));
  const isFollower = new Uint8Array(graph.successors.length);
  for (const node of graph.order) {
    const dominator = dominators.parent[node] as number;
    if (dominator === -1) continue;
    const depth = loops.depth[node] as number;
    if (depth > MAX_DEPTH) throw tooDeep();
    let left = -1;
    let header = loops.isHeader[dominator] === 1 ? dominator : (loops.around[dominator] as number);
    // Loops around the dominator, from the inside: those that do not hold the node are deeper than what it lies in.
    for (; header !== -1 && (loops.depth[header] as number) >= depth; header = loops.around[header] as number) {
      left = header;
    }
    const forward = (graph.predecessors[node] as readonly number[]).filter((from) => !goesBack(graph, from, node));
    if (left === -1 && forward.length < 2) continue;
    isFollower[node] = 1;
    if (left === -1) (followers[dominator] as Followers).inside.push(node);
    else (followers[left] as Followers).behind.push(node);
  }
  return { followers, isFollower };
}

/** Drops branches to right behind where they stand. */
function runOn(steps: readonly Step[]): Step[] {
  const open: Step[] = [];
  return steps.map((step, index) => {
    if (step.kind === 'block' || step.kind === 'loop' || step.kind === 'if') open.push(step);
    else if (step.kind === 'end') open.pop();
    else if (step.kind === 'edge' && step.branch === 'block' && steps[index + 1]?.kind === 'end') {
      const around = open[open.length - 1];
      if (around?.kind === 'block' && around.label === step.edge.target) return { ...step, branch: undefined };
    }
    return step;
  });
}

function tooDeep(): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_COMPILE_LIMIT', { what: 'nested blocks', limit: MAX_DEPTH });
}

/**
 * binaryen recurses on constructs, unless they stand first in a block, and searches each labelled one that holds code
 * which does not run on for branches to its label.
 */
function checkNesting(steps: readonly Step[]): void {
  const open: { kind: Step['kind']; at: number; counts: boolean; runsOn: boolean }[] = [];
  let depth = 0;
  let searched = 0;
  const enter = (kind: Step['kind'], at: number, counts: boolean): void => {
    open.push({ kind, at, counts, runsOn: true });
    if (counts && ++depth > MAX_DEPTH) throw tooDeep();
  };
  const stop = (): void => {
    const inner = open[open.length - 1];
    if (inner !== undefined) inner.runsOn = false;
  };
  steps.forEach((step, at) => {
    if (step.kind === 'dispatch') {
      enter('loop', at, true);
      for (let i = 0; i < step.cases.length; i++) enter('block', at, false);
      stop();
    } else if (step.kind === 'block') enter('block', at, steps[at - 1]?.kind !== 'block');
    else if (step.kind === 'loop' || step.kind === 'if') enter(step.kind, at, true);
    else if (step.kind === 'return' || step.kind === 'redispatch') stop();
    else if (step.kind === 'edge' && step.branch !== undefined) stop();
    else if (step.kind === 'end') {
      const closed = open.pop();
      if (closed === undefined) return;
      if (closed.counts) depth--;
      if (closed.kind === 'if' || closed.runsOn) return;
      searched += at - closed.at;
      if (closed.kind === 'loop') stop();
    }
  });
  if (searched > MAX_SEARCHED) {
    throw new BeeswaxError('BEESWAX_E_COMPILE_LIMIT', { what: 'steps within nested blocks', limit: MAX_SEARCHED });
  }
}

/**
 * All blocks as cases of one dispatch: `loop { block { block { … br_table } case } case }`, each case setting the
 * state to the next block and going back.
 */
function dispatchLoop(fn: IrFunction, graph: FlowGraph): Step[] {
  const cases = graph.order;
  const steps: Step[] = [{ kind: 'dispatch', cases }];
  const go = (edge: IrEdge): Step[] => [
    { kind: 'edge', edge, branch: undefined },
    { kind: 'redispatch', case: graph.position[edge.target] as number },
  ];
  for (const id of cases) {
    const { terminator } = fn.blocks[id] as IrBlock;
    steps.push({ kind: 'end' }, { kind: 'body', block: id });
    if (terminator.kind === 'return') steps.push({ kind: 'return', block: id });
    else if (terminator.kind === 'jump') steps.push(...go(terminator.edge));
    else {
      steps.push({ kind: 'if', block: id, negated: false }, ...go(terminator.taken), { kind: 'end' });
      steps.push(...go(terminator.otherwise));
    }
  }
  steps.push({ kind: 'end' });
  return steps;
}
