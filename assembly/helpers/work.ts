/**
 * What a helper burns beyond its call, so that few instructions cannot take long: one instruction for 8 bytes that it
 * copies, fills or sums.
 */
import { Trap } from "../../src/abi/layout";
import { helper_trap } from "../trap";
import { burn } from "../worker";

/** Bytes that a call of the host's formatter counts as. */
export const HOST_WORK: u64 = 8000;

/** Burns for work on so many bytes; false when the run has trapped. */
export function spend(bytes: u64): bool {
  if (!burn(<i64>(bytes >> 3))) return true;
  helper_trap(Trap.FUEL, 0);
  return false;
}
