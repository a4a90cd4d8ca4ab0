/**
 * Wasm locals for the values that are held in one: a scan over the dominator order that frees a local at the last use
 * of its value (SSA makes that exact), and prefers for a value the local that its BPF register has had before.
 */
import type { IrFunction, IrType, ValueId } from '../model/ir.js';
import { BeeswaxError } from '../util/errors.js';
import { edgesOf, irGraph, valueAt } from './ir_access.js';
import type { Schedule } from './schedule.js';

/** Entries of live-in lists before a function counts as too large: bounds memory on hostile graphs. */
const MAX_LIVE_ENTRIES = 4_000_000;

export interface Locals {
  /** The Wasm local of each value, −1 for what needs none. */
  readonly of: Int32Array;
  /** Types of all locals, the function's parameters first. */
  readonly types: IrType[];
}

export function allocateLocals(fn: IrFunction, { inline }: Schedule): Locals {
  const graph = irGraph(fn);
  const used = usesByBlock(fn, graph.order, inline);
  const liveIn = liveAtStart(fn, graph.predecessors, used);

  const of = new Int32Array(fn.values.length).fill(-1);
  const types: IrType[] = fn.parameters.map(() => 'i64');
  /** Value that holds the local now, −1 for none. */
  const holder: ValueId[] = fn.parameters.map(() => -1);
  const free: Record<IrType, number[]> = { i32: [], i64: [] };
  /** The local that a register's values were first held in, by type. */
  const homes: Record<IrType, number[]> = { i32: [], i64: [] };
  /** A block parameter that the value goes to. */
  const feeds = new Int32Array(fn.values.length).fill(-1);
  const left = new Int32Array(fn.values.length);
  const liveOutOf = new Int32Array(fn.values.length).fill(-1);

  const take = (id: ValueId, type: IrType): void => {
    const { reg } = valueAt(fn, id);
    const goal = feeds[id] as number;
    const wanted = [goal === -1 ? -1 : (of[goal] as number), reg === -1 ? -1 : (homes[type][reg] ?? -1)];
    let local = wanted.find((at) => at !== -1 && types[at] === type && holder[at] === -1);
    while (local === undefined) {
      const candidate = free[type].pop();
      if (candidate === undefined) local = types.push(type) - 1;
      else if (holder[candidate] === -1) local = candidate;
    }
    holder[local] = id;
    of[id] = local;
    if (reg !== -1) homes[type][reg] ??= local;
  };
  const release = (local: number): void => {
    holder[local] = -1;
    free[types[local] as IrType].push(local);
  };

  fn.parameters.forEach((id, local) => {
    of[id] = local;
    homes.i64[valueAt(fn, id).reg] = local;
  });
  for (const index of graph.order) {
    const block = fn.blocks[index] as NonNullable<(typeof fn.blocks)[number]>;
    const uses = used[index] as BlockUses;
    // What lives on behind the block keeps its local.
    for (const to of graph.successors[index] as readonly number[]) {
      for (const id of liveIn[to] as ValueId[]) liveOutOf[id] = index;
    }
    for (const edge of edgesOf(block.terminator)) {
      const { parameters } = fn.blocks[edge.target] as typeof block;
      edge.args.forEach((arg, i) => {
        feeds[arg] = parameters[i] as ValueId;
      });
    }
    for (const id of uses.all) left[id] = (left[id] as number) + 1;
    holder.fill(-1);
    free.i32.length = 0;
    free.i64.length = 0;
    for (const id of liveIn[index] as ValueId[]) holder[of[id] as number] = id;
    if (index === 0) {
      fn.parameters.forEach((id, local) => {
        if ((left[id] as number) > 0 || liveOutOf[id] === 0) holder[local] = id;
      });
    }
    for (let local = types.length - 1; local >= 0; local--) {
      if (holder[local] === -1) free[types[local] as IrType].push(local);
    }
    for (const id of block.parameters) take(id, valueAt(fn, id).type as IrType);
    // A parameter that nothing uses holds its local only while its kin are placed: edges write all of them.
    for (const id of block.parameters) {
      if (left[id] === 0 && liveOutOf[id] !== index) release(of[id] as number);
    }
    block.values.forEach((id, position) => {
      if (inline[id] === 1) return;
      for (const leaf of uses.at[position] ?? []) {
        left[leaf] = (left[leaf] as number) - 1;
        if (left[leaf] === 0 && liveOutOf[leaf] !== index) release(of[leaf] as number);
      }
      const { type } = valueAt(fn, id);
      if (type === 'none' || ((left[id] as number) === 0 && liveOutOf[id] !== index)) return;
      take(id, type);
    });
    for (const id of uses.all) left[id] = 0;
  }
  return { of, types };
}

interface BlockUses {
  /** Values in locals that each computed value reads, by its position in the block; once for each time. */
  readonly at: (readonly ValueId[] | undefined)[];
  /** All of them, and those that the terminator and its edges read. */
  readonly all: readonly ValueId[];
}

/** What is read from locals where, looking through the values that are computed at their use. */
function usesByBlock(fn: IrFunction, order: readonly number[], inline: Uint8Array): BlockUses[] {
  const result: BlockUses[] = [];
  for (const index of order) {
    const block = fn.blocks[index] as NonNullable<(typeof fn.blocks)[number]>;
    const all: ValueId[] = [];
    const collect = (roots: readonly ValueId[]): ValueId[] => {
      const leaves: ValueId[] = [];
      const pending = [...roots];
      for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
        if (inline[id] === 1) pending.push(...valueAt(fn, id).args);
        else leaves.push(id);
      }
      for (const leaf of leaves) all.push(leaf);
      return leaves;
    };
    const at = block.values.map((id) => (inline[id] === 1 ? undefined : collect(valueAt(fn, id).args)));
    const { terminator } = block;
    if (terminator.kind === 'branch') collect([terminator.condition]);
    if (terminator.kind === 'return') collect([terminator.value]);
    for (const edge of edgesOf(terminator)) collect(edge.args);
    result[index] = { at, all };
  }
  return result;
}

/** For each block, the values in locals that are computed before it and used in it or later: found by walking back from each use. */
function liveAtStart(
  fn: IrFunction,
  predecessors: readonly (readonly number[])[],
  used: readonly BlockUses[],
): ValueId[][] {
  const home = new Int32Array(fn.values.length).fill(-1);
  for (const id of fn.parameters) home[id] = 0;
  const users: (number[] | undefined)[] = [];
  fn.blocks.forEach((block, index) => {
    const uses = used[index];
    if (block === undefined || uses === undefined) return;
    for (const id of block.parameters) home[id] = index;
    for (const id of block.values) home[id] = index;
    for (const id of uses.all) {
      users[id] ??= [];
      const known = users[id] as number[];
      if (known[known.length - 1] !== index) known.push(index);
    }
  });
  const liveIn: ValueId[][] = fn.blocks.map(() => []);
  const seen = new Int32Array(fn.blocks.length).fill(-1);
  let entries = 0;
  for (let id = 0; id < users.length; id++) {
    const pending = [...(users[id] ?? [])];
    for (let block = pending.pop(); block !== undefined; block = pending.pop()) {
      if (block === home[id] || seen[block] === id) continue;
      seen[block] = id;
      (liveIn[block] as ValueId[]).push(id);
      if (++entries > MAX_LIVE_ENTRIES) {
        throw new BeeswaxError('BEESWAX_E_COMPILE_LIMIT', { what: 'live values', limit: MAX_LIVE_ENTRIES });
      }
      for (const from of predecessors[block] as readonly number[]) pending.push(from);
    }
  }
  return liveIn;
}
