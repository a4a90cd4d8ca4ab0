/**
 * The door between a program as its file gives it and one that may be run: `verify()` alone makes a VerifiedProgram.
 * For now it proves the structure of RFC 9669; what values hold is guarded at run time.
 */
import type { Program } from '../model/program.js';
import type { VerifyOptions } from './checked.js';
import { stackUse } from './stack_use.js';
import { checkStructure } from './structure.js';
import { brandVerified, type VerifiedFunction, type VerifiedProgram } from './verified.js';

export type { VerifyOptions };

/**
 * Checks a program's structure, in time linear in its length.
 *
 * @throws {BeeswaxError} with the pc and source line of the first instruction at fault: see `structure.ts` and
 * `structure_calls.ts` for the codes.
 */
export function verify(program: Program, options: VerifyOptions = {}): VerifiedProgram {
  const { addressTaken } = checkStructure(program, options);
  const functions = program.functions.map(
    (fn): VerifiedFunction => ({
      ...fn,
      stackUse: stackUse(program, fn),
      addressTaken: addressTaken.has(fn.start),
    }),
  );
  return brandVerified(program, functions);
}
