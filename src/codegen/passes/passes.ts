/** The passes over the intermediate form, in order, each with why it stands where it does. */
import type { AddressedProgram, MemoryBounds } from '../../analysis/addressed.js';
import type { IrFunction } from '../../model/ir.js';
import { arrayLookups, splitLookups } from './array_lookups.js';
import { chooseGuards } from './choose_guards.js';
import { constantBranches } from './constant_branches.js';
import { deadValues } from './dead_values.js';
import { fold } from './fold.js';
import { frameValues } from './frame_values.js';
import { mapValues } from './map_values.js';
import { narrowParameters } from './narrow_parameters.js';
import { numberValues } from './number_values.js';
import { rangeChecks } from './range_checks.js';
import { trivialParameters } from './trivial_parameters.js';

export type Level = 0 | 1 | 2 | 3;

/** What a pass may look at beside the function. */
export interface PassContext {
  readonly program: AddressedProgram;
  readonly bounds: MemoryBounds;
}

export interface Pass {
  readonly name: string;
  /** Takes the function over and gives it back changed. */
  readonly run: (fn: IrFunction, context: PassContext) => IrFunction;
  /** Lowest level of optimisation that runs it. */
  readonly level: Level;
  /** Why it stands here. */
  readonly because: string;
}

/** Lowest levels first: what has to be done to any function, what is cheap and makes the rest cheaper, everything. */
const [ALWAYS, SIMPLE, ALL] = [0, 1, 2] as const;

const FOLD = { name: 'fold', run: fold, level: SIMPLE } as const;
const PARAMETERS = { name: 'trivial_parameters', run: trivialParameters, level: SIMPLE } as const;
const BRANCHES = { name: 'constant_branches', run: constantBranches, level: SIMPLE } as const;
const DEAD = { name: 'dead_values', run: deadValues, level: SIMPLE } as const;

export const PASSES: readonly Pass[] = [
  { ...PARAMETERS, because: 'building gives joins a parameter for every live register' },
  { ...FOLD, because: 'needs values looked through parameters; the rest looks for what it leaves' },
  { ...BRANCHES, because: 'folding shows them' },
  {
    name: 'narrow_parameters',
    run: narrowParameters,
    level: ALL,
    because: 'folding shows which values are zero-extended',
  },
  { ...PARAMETERS, because: 'removed blocks leave joins of one edge' },
  { ...FOLD, because: 'narrowed parameters let their uses be narrowed' },
  {
    name: 'array_lookups',
    run: (fn, { program }) => arrayLookups(fn, program),
    level: SIMPLE,
    because: 'needs constant map handles',
  },
  { name: 'number_values', run: numberValues, level: ALL, because: 'folding makes equal values look equal' },
  { ...FOLD, because: 'gathers the offsets of key pointers, and what numbering made equal' },
  {
    name: 'split_lookups',
    run: splitLookups,
    level: ALL,
    because: 'needs the gathered offsets; the load of the key is for frame_values',
  },
  { name: 'frame_values', run: frameValues, level: ALL, because: 'needs frame accesses with their offsets gathered' },
  { ...FOLD, because: 'values that went through the frame are known again, keys of lookups among them' },
  { ...BRANCHES, because: 'an element that exists makes its null check constant' },
  { ...PARAMETERS, because: 'removed blocks leave joins of one edge' },
  { ...DEAD, because: 'what the passes above left over would look used to those below' },
  {
    name: 'choose_guards',
    run: (fn, { program, bounds }) => chooseGuards(fn, program, bounds),
    level: ALWAYS,
    because: 'needs bases and offsets as they stay',
  },
  {
    name: 'map_values',
    run: (fn, { program }) => mapValues(fn, program),
    level: ALL,
    because: 'takes away guards that choose_guards has put there',
  },
  { name: 'range_checks', run: rangeChecks, level: ALL, because: 'needs the guards that stay' },
  { ...DEAD, because: 'loads without a guard cannot trap' },
];

/** @param observe sees the function after each pass; for tests. */
export function improve(
  fn: IrFunction,
  context: PassContext,
  level: Level,
  observe?: (pass: string, fn: IrFunction) => void,
): IrFunction {
  let changed = fn;
  for (const pass of PASSES) {
    if (pass.level > level) continue;
    changed = pass.run(changed, context);
    observe?.(pass.name, changed);
  }
  return changed;
}
