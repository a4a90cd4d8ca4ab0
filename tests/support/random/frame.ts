/** What a random function knows of itself while it is written: its registers' roles, its stack, what it may call. */
import type { MapSpec } from '../../../src/model/map_spec.js';
import { mapSpec } from '../maps.js';
import type { Random } from '../random.js';
import type { Emitter, Label } from './emitter.js';

/** The maps that every random program names; all are there whether it uses them or not. */
export const MAPS = {
  /** One digest of registers and stack. */
  out: mapSpec('out', 'array', 4, 8, 1),
  array: mapSpec('array', 'array', 4, 64, 4),
  per_cpu: mapSpec('per_cpu', 'percpu_array', 4, 32, 2),
  hash: mapSpec('hash', 'hash', 4, 16, 6),
  data: mapSpec('data', 'array', 4, 64, 1),
} as const satisfies Record<string, MapSpec>;

/** Roles of registers. r0 to r5 hold scalars; r1 to r5 lose them in every call. */
export const REG = { CTX: 6, BASE: 7, POINTER: 8, COUNTER: 9, FP: 10 } as const;

/** Where a frame's parts lie, as offsets from r10. */
export interface StackPlan {
  /** A spilled pointer to the value of `out`; only the entry function has it. */
  readonly out?: number;
  /** 8 bytes for keys of map calls. */
  readonly key: number;
  /** Bytes that hold scalars and are always initialised. */
  readonly area: { readonly at: number; readonly size: number };
}

export const ENTRY_STACK: StackPlan = { out: -8, key: -16, area: { at: -144, size: 128 } };
export const CALLEE_STACK: StackPlan = { key: -40, area: { at: -32, size: 32 } };

/** A function that was called before it was written. */
export interface Callee {
  readonly label: Label;
  readonly kind: 'function' | 'callback';
}

/** What one program's functions share. */
export interface Session {
  readonly random: Random;
  readonly emitter: Emitter;
  /** Anything that is structurally valid, instead of what the kernel's verifier takes. */
  readonly wild: boolean;
  /** Functions in the order in which they will be written. */
  readonly callees: Callee[];
}

/** What a place in a function may do. */
export interface Scope {
  /** Bytes that r7 points to; absent where it points to nothing. */
  readonly base?: { readonly size: number; readonly kind: 'packet' | 'map' };
  /** Inside of a loop, whose counter is r9. */
  readonly inLoop: boolean;
  /** How deep in blocks. */
  readonly depth: number;
}
