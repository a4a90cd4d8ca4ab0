/** Clocks (kernel/bpf/helpers.c). The host gives the time, so that an embedder can give a reproducible one. */
import { Clock } from "../../src/abi/layout";
import { clock_ns } from "../host";

/** One tick of CONFIG_HZ=250, the usual of distributions. */
const NS_PER_JIFFY: u64 = 4000000;
/** linux/jiffies.h INITIAL_JIFFIES: five minutes before the low 32 bits wrap. */
const INITIAL_JIFFIES: u64 = 0x1_0000_0000 - 300 * 250;

export function helper_ktime_get_ns(): u64 {
  return clock_ns(Clock.MONOTONIC);
}

export function helper_ktime_get_boot_ns(): u64 {
  return clock_ns(Clock.BOOT);
}

export function helper_ktime_get_coarse_ns(): u64 {
  return clock_ns(Clock.COARSE);
}

export function helper_jiffies64(): u64 {
  return INITIAL_JIFFIES + <u64>clock_ns(Clock.COARSE) / NS_PER_JIFFY;
}
