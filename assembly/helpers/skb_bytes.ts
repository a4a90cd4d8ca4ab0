/**
 * bpf_skb_load_bytes, bpf_skb_load_bytes_relative, bpf_skb_store_bytes, bpf_skb_pull_data (net/core/filter.c); all
 * packets are linear.
 */
import { Skb, Worker } from "../../src/abi/layout";
import { Errno } from "../generated/abi";
import { clear_hash, data, data_end, length, skb } from "../skb";
import { WORKER } from "../worker";
import { errno, is_context, may_read, may_write } from "./arguments";
import { spend } from "./work";

/** BPF_F_RECOMPUTE_CSUM | BPF_F_INVALIDATE_HASH. */
const STORE_FLAGS: u64 = 3;
const INVALIDATE_HASH: u64 = 2;
/** BPF_HDR_START_MAC, BPF_HDR_START_NET. */
const START_MAC: u32 = 0;
const START_NET: u32 = 1;

/** Copies packet bytes out; where they are not there the buffer is zeroed. */
export function helper_skb_load_bytes(ctx: u64, offset: u64, buffer: u64, size: u64): u64 {
  if (!is_context(ctx) || !may_write(buffer, <u32>size) || !spend(<u32>size)) return 0;
  return copy_out(<i64>data() + <i64>(<u32>offset), buffer, <u32>size, <u32>offset <= <u32>i32.MAX_VALUE);
}

/** As `helper_skb_load_bytes`, from the start of a header. */
export function helper_skb_load_bytes_relative(ctx: u64, offset: u64, buffer: u64, size: u64, start: u64): u64 {
  if (!is_context(ctx) || !may_write(buffer, <u32>size) || !spend(<u32>size)) return 0;
  const header = <u32>start == START_MAC ? load<u32>(skb(), Skb.MAC_HEADER) : load<u32>(skb(), Skb.NETWORK_HEADER);
  const valid = <u32>offset <= 0xffff && <u32>start <= START_NET;
  return copy_out(<i64>header + <i64>(<u32>offset), buffer, <u32>size, valid);
}

function copy_out(from: i64, buffer: u64, size: u32, valid: bool): u64 {
  if (valid && from >= <i64>load<u32>(WORKER, Worker.PACKET_LOWEST) && from + <i64>size <= <i64>data_end()) {
    memory.copy(<usize>buffer, <usize>from, size);
    return 0;
  }
  memory.fill(<usize>buffer, 0, size);
  return errno(Errno.EFAULT);
}

/** Copies bytes into the packet. */
export function helper_skb_store_bytes(ctx: u64, offset: u64, buffer: u64, size: u64, flags: u64): u64 {
  if (!is_context(ctx) || !may_read(buffer, <u32>size) || !spend(<u32>size)) return 0;
  if ((flags & ~STORE_FLAGS) != 0) return errno(Errno.EINVAL);
  if (<u64>(<u32>offset) + <u64>(<u32>size) > <u64>length()) return errno(Errno.EFAULT);
  memory.copy(<usize>data() + <usize>(<u32>offset), <usize>buffer, <u32>size);
  if ((flags & INVALIDATE_HASH) != 0) clear_hash();
  return 0;
}

/** Makes bytes directly accessible: of a linear packet all are. */
export function helper_skb_pull_data(ctx: u64, size: u64): u64 {
  if (!is_context(ctx)) return 0;
  return <u32>size > length() ? errno(Errno.ENOMEM) : 0;
}
