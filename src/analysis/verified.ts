/**
 * What is true of a program once it was verified: its structure obeys RFC 9669, so that both back ends may read it
 * without checks of their own. Only `verify()` makes one. Accesses are proven by later passes; until then each is
 * guarded at run time.
 */
import type { FunctionInfo, Program } from '../model/program.js';

export interface VerifiedFunction extends FunctionInfo {
  /**
   * Bytes of its 512-byte frame, counted down from r10 and a multiple of 8, that read as zero at entry: up to the
   * lowest constant offset from r10 that the function names (in accesses and in `r = r10; r += imm`), 512 once r10
   * flows anywhere else. Both back ends zero exactly these.
   */
  readonly stackUse: number;
  /** It is a callback or the target of a call through a register: it needs a slot in the function table. */
  readonly addressTaken: boolean;
}

declare const verified: unique symbol;

export interface VerifiedProgram {
  readonly [verified]: true;
  readonly program: Program;
  /** In order of `start`; the first is the entry. */
  readonly functions: readonly VerifiedFunction[];
}

/** For `verify()` alone: puts the brand on. */
export function brandVerified(program: Program, functions: readonly VerifiedFunction[]): VerifiedProgram {
  return { program, functions } as unknown as VerifiedProgram;
}
