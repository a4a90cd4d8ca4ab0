/** The latency histogram of a worker: 8 buckets to each doubling, bucket i for [2^(i/8), 2^((i+1)/8)) ns. */
import { Worker } from "../src/abi/layout";
import { WORKER } from "./worker";

/** The bucket of a duration, from the bits of its f64: the exponent, and where the fraction lies among 2^(k/8). */
function bucket(ns: f64): i32 {
  if (ns < 1) return 0;
  const bits = reinterpret<u64>(ns);
  const octave = <i32>(bits >> 52) - 1023;
  const fraction = reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | 0x3ff0_0000_0000_0000);
  let eighth = 0;
  if (fraction >= 1.0905077326652577) eighth++;
  if (fraction >= 1.189207115002721) eighth++;
  if (fraction >= 1.2968395546510096) eighth++;
  if (fraction >= 1.4142135623730951) eighth++;
  if (fraction >= 1.5422108254079407) eighth++;
  if (fraction >= 1.681792830507429) eighth++;
  if (fraction >= 1.8340080864093424) eighth++;
  return min<i32>(octave * 8 + eighth, Worker.HISTOGRAM_BUCKETS - 1);
}

/** Counts one run. */
export function count_latency(ns: f64): void {
  const at = WORKER + Worker.HISTOGRAM + (<usize>bucket(ns) << 3);
  store<u64>(at, load<u64>(at) + 1);
}
