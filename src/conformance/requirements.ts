/** What an engine must implement to be judged on a program: conformance groups and the cpu version. */

import { type Group, OPS_BY_BYTE, type Op, type Since } from '../isa/table.js';
import { readSlots } from './reference/encoding.js';

/** From the most special on: a case belongs to the first of these that it needs. */
const GROUP_ORDER = [
  'callx',
  'may_goto',
  'load_acquire',
  'packet',
  'atomic64',
  'atomic32',
  'divmul64',
  'divmul32',
  'base64',
  'base32',
] as const satisfies readonly Group[];

/** All groups, the plain ones first. */
export const GROUPS: readonly Group[] = [...GROUP_ORDER].reverse();

const VERSIONS = ['v1', 'v2', 'v3', 'v4', 'ext'] as const satisfies readonly Since[];

export interface Requirements {
  readonly group: Group;
  readonly needs: readonly Group[];
  readonly since: Since;
}

/** Reads a program's instructions, valid or not: a slot that is none needs nothing. */
export function requirementsOf(program: Uint8Array): Requirements {
  return requirementsOfOps(opsOf(program));
}

/** The rows of a program's instructions; slots that are none are passed over. */
export function opsOf(program: Uint8Array): Op[] {
  const ops: Op[] = [];
  const slots = readSlots(program);
  for (let pc = 0; pc < slots.length; pc++) {
    const slot = slots[pc] as (typeof slots)[number];
    const rows = OPS_BY_BYTE[slot.opcode] as readonly Op[];
    const op = rows.find((row) => (['src', 'off', 'imm'] as const).every((f) => fits(row[f], slot[f]))) ?? rows[0];
    if (op === undefined) continue;
    ops.push(op);
    pc += op.slots - 1;
  }
  return ops;
}

/** The same, of instructions. */
export function requirementsOfOps(ops: readonly Op[]): Requirements {
  const groups = new Set(ops.map((op) => op.group));
  const [group = 'base32', ...needs] = GROUP_ORDER.filter((name) => groups.has(name));
  const since = Math.max(0, ...ops.map((op) => VERSIONS.indexOf(op.since)));
  return { group, needs, since: VERSIONS[since] as Since };
}

/** Whether an engine of cpu version `version` has what came with `since`. */
export function versionHas(version: Since, since: Since): boolean {
  return VERSIONS.indexOf(since) <= VERSIONS.indexOf(version);
}

const fits = (column: string | number, value: number): boolean => typeof column === 'string' || column === value;
