/** What a random function knows of itself while it is written: its registers' roles, its stack, where it stands. */
import type { Emitter } from './emitter.js';
import type { Random } from './random.js';

/** Roles of registers. r0 to r5 hold scalars; r1 to r5 lose them in every call. */
export const REG = { CTX: 6, BASE: 7, POINTER: 8, COUNTER: 9, FP: 10 } as const;

/** Bytes of a frame that hold scalars and are always initialised: their size is a power of two. */
export interface StackArea {
  /** Offset from r10. */
  readonly at: number;
  readonly size: number;
}

/** What one program's functions share. */
export interface Session {
  readonly random: Random;
  readonly emitter: Emitter;
  /** Anything that is structurally valid, instead of what the kernel's verifier takes. */
  readonly wild: boolean;
  /** Accesses through whatever a register holds: what they do depends on where an engine puts things. */
  readonly strays: boolean;
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
