/**
 * The current packet's bounds: the worker block holds the truth, the limits that guards compare with and the context
 * record only follow it.
 */
import { Worker } from "../src/abi/layout";
import { ProgramType, SkBuff } from "./generated/abi";
import { WORKER } from "./worker";

/** Offsets in struct xdp_md (linux/bpf.h): six u32 in host byte order. */
export const enum XdpMd {
  DATA = 0,
  DATA_END = 4,
  DATA_META = 8,
  INGRESS_IFINDEX = 12,
  RX_QUEUE_INDEX = 16,
  EGRESS_IFINDEX = 20,
}

/** How many addresses an access of `size` bytes may start at in a packet of `length` bytes. */
@inline
function limit(length: i64, size: i64): i64 {
  return max<i64>(length - size + 1, 0);
}

/** Moves the packet's bounds, and everything that follows them. The caller has checked that they lie in the frame. */
@inline
export function set_packet(data_meta: u32, data: u32, data_end: u32): void {
  const length = <i64>data_end - <i64>data_meta;
  store<u32>(WORKER, data_meta, Worker.DATA_META);
  store<u32>(WORKER, data, Worker.DATA);
  store<u32>(WORKER, data_end, Worker.DATA_END);
  store<u64>(WORKER, <u64>data_meta, Worker.PACKET_LO);
  store<i64>(WORKER, limit(length, 1), Worker.PACKET_LIMIT1);
  store<i64>(WORKER, limit(length, 2), Worker.PACKET_LIMIT2);
  store<i64>(WORKER, limit(length, 4), Worker.PACKET_LIMIT4);
  store<i64>(WORKER, limit(length, 8), Worker.PACKET_LIMIT8);
  const hook = load<u32>(WORKER, Worker.HOOK);
  if (hook == ProgramType.raw) return;
  const ctx: usize = load<u32>(WORKER, Worker.CTX);
  if (hook == ProgramType.xdp) {
    store<u32>(ctx, data, XdpMd.DATA);
    store<u32>(ctx, data_end, XdpMd.DATA_END);
    store<u32>(ctx, data_meta, XdpMd.DATA_META);
  } else {
    store<u32>(ctx, data, SkBuff.DATA);
    store<u32>(ctx, data_end, SkBuff.DATA_END);
    store<u32>(ctx, data_meta, SkBuff.DATA_META);
    store<u32>(ctx, data_end - data, SkBuff.LEN);
  }
}
