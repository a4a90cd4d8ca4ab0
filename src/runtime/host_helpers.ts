/**
 * Helpers that an embedder adds: their declaration, the checks of it, and the way from registers to JavaScript
 * arguments. A program calls them by number like the built-in ones.
 */
import { type ArgKind, helperName } from '../abi/helpers.js';
import { Trap } from '../abi/layout.js';
import { BeeswaxError } from '../util/errors.js';
import type { HostMemory } from './host_memory.js';

/** What an embedder's helper may declare: 'mem' and 'out' are followed by their 'size'. */
export type CustomArgKind = Extract<ArgKind, 'scalar' | 'any' | 'ctx' | 'map' | 'mem' | 'out' | 'size' | 'string'>;

/** What it is called with: numbers as unsigned bigints, 'mem' a copy, 'out' a view to write into, 'string' text. */
export type CustomArg = bigint | Uint8Array | string;

export interface CustomHelper {
  /** Number that programs call: any that no built-in helper has; `CUSTOM_HELPER_BASE` and up never clash. */
  readonly id: number;
  readonly name: string;
  readonly args: readonly CustomArgKind[];
  /** Its result is r0; what it throws stops the run. A 'mem' or 'out' argument comes with its size taken in. */
  readonly call: (...args: CustomArg[]) => bigint | number | undefined;
}

const KINDS: ReadonlySet<string> = new Set([
  'scalar',
  'any',
  'ctx',
  'map',
  'mem',
  'out',
  'size',
  'string',
] satisfies CustomArgKind[]);
const MAX_ARGS = 5;
/** Longest string that is read for an argument. */
const MAX_STRING = 4096;
const NO_BYTES = new Uint8Array(0);

/**
 * The helpers by number.
 *
 * @throws {BeeswaxError} BEESWAX_E_CUSTOM_HELPER for one that cannot be declared so.
 */
export function customHelpersById(helpers: readonly CustomHelper[]): ReadonlyMap<number, CustomHelper> {
  const byId = new Map<number, CustomHelper>();
  for (const helper of helpers) {
    const problem = problemOf(helper) ?? (byId.has(helper.id) ? 'another one has this number' : undefined);
    if (problem !== undefined) {
      throw new BeeswaxError('BEESWAX_E_CUSTOM_HELPER', { name: helper.name, id: helper.id, problem });
    }
    byId.set(helper.id, helper);
  }
  return byId;
}

function problemOf({ id, args }: CustomHelper): string | undefined {
  if (!Number.isInteger(id) || id < 1 || id > 0x7fffffff) return 'a number is a positive 31-bit integer';
  const builtIn = helperName(id);
  if (builtIn !== undefined) return `${id} is bpf_${builtIn}`;
  if (args.length > MAX_ARGS) return `a helper has at most ${MAX_ARGS} arguments`;
  for (const [index, kind] of args.entries()) {
    if (!KINDS.has(kind)) return `there is no argument kind '${kind}'`;
    if ((kind === 'mem' || kind === 'out') && args[index + 1] !== 'size') return `'${kind}' must be followed by 'size'`;
    if (kind === 'size' && args[index - 1] !== 'mem' && args[index - 1] !== 'out')
      return "'size' follows 'mem' or 'out'";
  }
  return undefined;
}

/** Registers to arguments; undefined with the trap recorded when a range may not be used so. */
export function customArguments(
  helper: CustomHelper,
  registers: readonly bigint[],
  memory: HostMemory,
  worker: number,
): CustomArg[] | undefined {
  const out: CustomArg[] = [];
  for (const [index, kind] of helper.args.entries()) {
    const value = BigInt.asUintN(64, registers[index] as bigint);
    if (kind === 'size') continue;
    const argument =
      kind === 'mem' || kind === 'out'
        ? range(kind, value, Number(BigInt.asUintN(32, registers[index + 1] as bigint)), memory, worker)
        : kind === 'string'
          ? text(value, memory, worker)
          : value;
    if (argument === undefined) {
      memory.trap(worker, Trap.HELPER_RANGE, value);
      return undefined;
    }
    out.push(argument);
  }
  return out;
}

function range(
  kind: 'mem' | 'out',
  address: bigint,
  size: number,
  memory: HostMemory,
  worker: number,
): Uint8Array | undefined {
  if (size === 0) return NO_BYTES;
  // A copy of what is only read: an embedder's mistake cannot change a frozen value.
  return kind === 'mem' ? memory.readable(worker, address, size)?.slice() : memory.writable(worker, address, size);
}

function text(address: bigint, memory: HostMemory, worker: number): string | undefined {
  const bytes: number[] = [];
  while (bytes.length < MAX_STRING) {
    const byte = memory.readable(worker, BigInt.asUintN(64, address + BigInt(bytes.length)), 1)?.[0];
    if (byte === undefined) return undefined;
    if (byte === 0) return new TextDecoder().decode(Uint8Array.from(bytes));
    bytes.push(byte);
  }
  return undefined;
}
