/** bpf_strncmp (kernel/bpf/helpers.c). */
import { Trap } from "../../src/abi/layout";
import { readable } from "../guard";
import { helper_trap } from "../trap";
import { may_read } from "./arguments";
import { spend } from "./work";

/** What 64 bytes count as: they are compared one by one. */
const STEP_WORK: u64 = 512;

/** Compares at most `size` bytes of s1 with the string s2: −1, 0 or 1. */
export function helper_strncmp(s1: u64, size: u64, s2: u64): u64 {
  if (!may_read(s1, <u32>size)) return 0;
  for (let i: u64 = 0; i < <u64>(<u32>size); i++) {
    if ((i & 63) == 63 && !spend(STEP_WORK)) return 0;
    if (!readable(s2 + i, 1)) return helper_trap(Trap.HELPER_RANGE, s2 + i);
    const a = load<u8>(<usize>(s1 + i));
    const b = load<u8>(<usize>(s2 + i));
    if (a != b) return a < b ? -1 : 1;
    if (a == 0) return 0;
  }
  return 0;
}
