/**
 * bpf_xdp_adjust_head, bpf_xdp_adjust_meta, bpf_xdp_adjust_tail on linear frames (net/core/filter.c).
 *
 *   frame_start   +40                                                  -320  frame_end
 *   ├──────────────┼───────────────┬────────┬──────────────┬─────────────┼──────────┤
 *   │ (xdp_frame)  │ headroom      │ meta   │ packet       │ tailroom    │ (skb)    │
 *   └──────────────┴───────────────┴────────┴──────────────┴─────────────┴──────────┘
 *                  first      data_meta    data       data_end         last
 */
import { Frame, Worker } from "../../src/abi/layout";
import { Errno } from "../generated/abi";
import { set_packet } from "../packet";
import { WORKER } from "../worker";
import { errno, is_context } from "./arguments";
import { spend } from "./work";

/** include/net/xdp.h xdp_metalen_invalid: skb_shared_info.meta_len has 8 bits. */
const MAX_META: i64 = 255;

@inline function word(field: Worker): i64 { return <i64>load<u32>(WORKER + field); }

@inline function first(): i64 { return word(Worker.FRAME_START) + Frame.RESERVED; }

/** The frame's end may be the memory's, 2^32, which reads as 0: so the subtraction is 32 bit. */
@inline function last(): i64 { return <i64>(load<u32>(WORKER, Worker.FRAME_END) - Frame.TAILROOM); }

/** Before the packet starts lower than ever in this run: what an earlier packet left in the frame reads as zeros. */
function uncover(from: i64): void {
  const lowest = word(Worker.PACKET_LOWEST);
  if (from >= lowest) return;
  memory.fill(<usize>from, 0, <usize>(lowest - from));
  store<u32>(WORKER, <u32>from, Worker.PACKET_LOWEST);
}

/** Moves the packet's start, its metadata along. */
export function helper_xdp_adjust_head(ctx: u64, delta: u64): u64 {
  if (!is_context(ctx)) return 0;
  const offset = <i64>(<i32>delta);
  const meta = word(Worker.DATA_META);
  const end = word(Worker.DATA_END);
  const length = word(Worker.DATA) - meta;
  const data = word(Worker.DATA) + offset;
  if (data < first() + length || data > end - Frame.MIN_LENGTH) return errno(Errno.EINVAL);
  uncover(meta + offset);
  if (length) memory.copy(<usize>(meta + offset), <usize>meta, <usize>length);
  set_packet(<u32>(meta + offset), <u32>data, <u32>end);
  return 0;
}

/** Moves the start of the metadata. */
export function helper_xdp_adjust_meta(ctx: u64, delta: u64): u64 {
  if (!is_context(ctx)) return 0;
  const meta = word(Worker.DATA_META) + <i64>(<i32>delta);
  const data = word(Worker.DATA);
  if (meta < first() || meta > data) return errno(Errno.EINVAL);
  const length = data - meta;
  if ((length & 3) != 0 || length > MAX_META) return errno(Errno.EACCES);
  uncover(meta);
  set_packet(<u32>meta, <u32>data, load<u32>(WORKER, Worker.DATA_END));
  return 0;
}

/** Moves the packet's end; bytes that it grows by are zeros. */
export function helper_xdp_adjust_tail(ctx: u64, delta: u64): u64 {
  if (!is_context(ctx)) return 0;
  const offset = <i64>(<i32>delta);
  const old = word(Worker.DATA_END);
  const end = old + offset;
  if (end > last() || end < word(Worker.DATA) + Frame.MIN_LENGTH) return errno(Errno.EINVAL);
  if (offset > 0) {
    if (!spend(offset)) return 0;
    memory.fill(<usize>old, 0, <usize>offset);
  }
  set_packet(load<u32>(WORKER, Worker.DATA_META), load<u32>(WORKER, Worker.DATA), <u32>end);
  return 0;
}
