/** Traps as TypeScript knows them: the number that Wasm records, and the code of the error catalogue that it is. */
import { Trap } from '../abi/layout.js';
import type { ErrorCode } from '../util/catalogue.js';

type TrapCode = Extract<ErrorCode, `BEESWAX_E_TRAP_${string}`>;

const CODES = {
  [Trap.READ]: 'BEESWAX_E_TRAP_READ',
  [Trap.WRITE]: 'BEESWAX_E_TRAP_WRITE',
  [Trap.FUEL]: 'BEESWAX_E_TRAP_FUEL',
  [Trap.CALL_DEPTH]: 'BEESWAX_E_TRAP_CALL_DEPTH',
  [Trap.CALL_TARGET]: 'BEESWAX_E_TRAP_CALL_TARGET',
  [Trap.HELPER_RANGE]: 'BEESWAX_E_TRAP_HELPER_RANGE',
  [Trap.HELPER_MAP]: 'BEESWAX_E_TRAP_HELPER_MAP',
  [Trap.HELPER_ARGUMENT]: 'BEESWAX_E_TRAP_HELPER_ARGUMENT',
  [Trap.HELPER_HOST]: 'BEESWAX_E_TRAP_HELPER_HOST',
  [Trap.INTERNAL]: 'BEESWAX_E_TRAP_INTERNAL',
} as const satisfies Record<Exclude<Trap, Trap.NONE>, TrapCode>;

/** The catalogue's code of a recorded trap. */
export function trapCode(trap: number): TrapCode {
  return CODES[trap as keyof typeof CODES] ?? 'BEESWAX_E_TRAP_INTERNAL';
}
