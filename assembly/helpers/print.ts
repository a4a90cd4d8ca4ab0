/**
 * bpf_trace_printk, bpf_trace_vprintk, bpf_snprintf (kernel/trace/bpf_trace.c, kernel/bpf/helpers.c). The host formats:
 * `src/runtime/format.ts` knows the conversions.
 */
import { Worker } from "../../src/abi/layout";
import { Errno } from "../generated/abi";
import { print, snprintf } from "../host";
import { WORKER } from "../worker";
import { errno, may_read, may_read_or_none, may_write } from "./arguments";
import { HOST_WORK, spend } from "./work";

/** linux/bpf.h MAX_BPRINTF_VARARGS. */
const MAX_ARGUMENTS: u32 = 12;

/** Whether the size is one of an array of arguments (and not a null one that claims to have some). */
function is_array(args: u64, size: u32): bool {
  return (size & 7) == 0 && size <= MAX_ARGUMENTS * 8 && (size == 0 || args != 0);
}

export function helper_trace_printk(fmt: u64, fmt_size: u64, a1: u64, a2: u64, a3: u64): u64 {
  if (!may_read(fmt, <u32>fmt_size)) return 0;
  if (!spend(HOST_WORK + <u32>fmt_size)) return 0;
  const args = WORKER + Worker.SCRATCH;
  store<u64>(args, a1);
  store<u64>(args, a2, 8);
  store<u64>(args, a3, 16);
  return <u64>(<i64>print(WORKER, <u32>fmt, <u32>fmt_size, args, 3));
}

export function helper_trace_vprintk(fmt: u64, fmt_size: u64, args: u64, size: u64): u64 {
  if (!may_read(fmt, <u32>fmt_size) || !may_read_or_none(args, <u32>size)) return 0;
  if (!is_array(args, <u32>size)) return errno(Errno.EINVAL);
  if (!spend(HOST_WORK + <u32>fmt_size)) return 0;
  return <u64>(<i64>print(WORKER, <u32>fmt, <u32>fmt_size, <usize>args, <u32>size >> 3));
}

export function helper_snprintf(out: u64, out_size: u64, fmt: u64, args: u64, size: u64): u64 {
  if (<u32>out_size != 0 && !may_write(out, <u32>out_size)) return 0;
  if (!may_read_or_none(args, <u32>size)) return 0;
  if (!is_array(args, <u32>size)) return errno(Errno.EINVAL);
  if (!spend(HOST_WORK)) return 0;
  return <u64>(<i64>snprintf(WORKER, <u32>out, <u32>out_size, fmt, <usize>args, <u32>size >> 3));
}
