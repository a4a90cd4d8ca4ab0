/** What functions of random XDP programs have beside what all random functions have: maps, keys, functions to call. */

import type { Label } from '../../../src/conformance/fuzz/emitter.js';
import type { Session, StackArea } from '../../../src/conformance/fuzz/frame.js';
import type { MapSpec } from '../../../src/model/map_spec.js';
import { mapSpec } from '../maps.js';

/** The maps that every random program names; all are there whether it uses them or not. */
export const MAPS = {
  /** One digest of registers and stack. */
  out: mapSpec('out', 'array', 4, 8, 1),
  array: mapSpec('array', 'array', 4, 64, 4),
  per_cpu: mapSpec('per_cpu', 'percpu_array', 4, 32, 2),
  hash: mapSpec('hash', 'hash', 4, 16, 6),
  data: mapSpec('data', 'array', 4, 64, 1),
} as const satisfies Record<string, MapSpec>;

/** Where a frame's parts lie, as offsets from r10. */
export interface StackPlan {
  /** A spilled pointer to the value of `out`; only the entry function has it. */
  readonly out?: number;
  /** 8 bytes for keys of map calls. */
  readonly key: number;
  readonly area: StackArea;
}

export const ENTRY_STACK: StackPlan = { out: -8, key: -16, area: { at: -144, size: 128 } };
export const CALLEE_STACK: StackPlan = { key: -40, area: { at: -32, size: 32 } };

/** A function that was called before it was written. */
export interface Callee {
  readonly label: Label;
  readonly kind: 'function' | 'callback';
}

/** What one program's functions share. */
export interface XdpSession extends Session {
  /** Functions in the order in which they will be written. */
  readonly callees: Callee[];
}
