/**
 * The batch loop: for each descriptor the packet's bounds and context, the program, and what it made of it. Entered
 * from JavaScript in chunks of 64 to 256 packets.
 */
import {
  BatchFlag, Descriptor, Header, Layout, Pc, ProgramRecord, Redirect, Stack, Trap, Worker,
} from "../src/abi/layout";
import { ProgramType } from "./generated/abi";
import { now_ns } from "./host";
import { release_held } from "./held";
import { count_latency } from "./latency";
import { set_packet, XdpMd } from "./packet";
import { skb_begin, skb_end } from "./skb";
import { trap } from "./trap";
import { burn, program_record, WORKER } from "./worker";

/** Copies a u64, or two u32 that lie side by side in both records. */
@inline function copy_pair(from: usize, to: usize): void { store<u64>(to, load<u64>(from)); }

/** Makes the descriptor's packet the current one, and the worker ready for a run of `program`. */
function prepare(program: u32, descriptor: usize): void {
  store<u32>(WORKER, Trap.NONE, Worker.TRAP_CODE);
  store<i32>(WORKER, Pc.NONE, Worker.TRAP_PC);
  store<u32>(WORKER, program, Worker.PROGRAM);
  store<u32>(WORKER, 0, Worker.TAIL_CALLS);
  store<u32>(WORKER, Redirect.NONE, Worker.REDIRECT_KIND);
  store<i64>(WORKER, load<i64>(Layout.HEADER, Header.FUEL), Worker.FUEL);
  copy_pair(descriptor + Descriptor.FRAME_START, WORKER + Worker.FRAME_START);
  const meta = load<u32>(descriptor, Descriptor.DATA_META);
  store<u32>(WORKER, meta, Worker.PACKET_LOWEST);
  set_packet(meta, load<u32>(descriptor, Descriptor.DATA), load<u32>(descriptor, Descriptor.DATA_END));
}

/** Writes what the run left in the worker block. */
function finish(descriptor: usize, result: u64, keep_bounds: bool, skb: bool): void {
  // HELD_COUNT and HELD_LOCK lie side by side.
  if (load<u64>(WORKER, Worker.HELD_COUNT) != 0) release_held();
  const trap_code = load<u32>(WORKER, Worker.TRAP_CODE);
  store<u32>(descriptor, trap_code, Descriptor.TRAP_CODE);
  if (trap_code == Trap.NONE) {
    store<u32>(descriptor, <u32>result, Descriptor.RETVAL);
    store<u64>(descriptor, result, Descriptor.R0);
  } else {
    store<u32>(descriptor, 0, Descriptor.RETVAL);
    store<u64>(descriptor, 0, Descriptor.R0);
    store<u32>(descriptor, load<u32>(WORKER, Worker.TRAP_PC), Descriptor.TRAP_PC);
    store<u32>(descriptor, load<u32>(WORKER, Worker.TRAP_PROGRAM), Descriptor.TRAP_PROGRAM);
    store<u64>(descriptor, load<u64>(WORKER, Worker.TRAP_VALUE), Descriptor.TRAP_VALUE);
  }
  const redirect = load<u32>(WORKER, Worker.REDIRECT_KIND);
  store<u32>(descriptor, redirect, Descriptor.REDIRECT_KIND);
  if (redirect != Redirect.NONE) {
    store<u32>(descriptor, load<u32>(WORKER, Worker.REDIRECT_KEY), Descriptor.REDIRECT_KEY);
    copy_pair(WORKER + Worker.REDIRECT_MAP, descriptor + Descriptor.REDIRECT_MAP);
  }
  if (keep_bounds) return;
  if (skb) skb_end(descriptor);
  store<u32>(descriptor, load<u32>(WORKER, Worker.DATA_META), Descriptor.DATA_META);
  store<u32>(descriptor, load<u32>(WORKER, Worker.DATA), Descriptor.DATA);
  store<u32>(descriptor, load<u32>(WORKER, Worker.DATA_END), Descriptor.DATA_END);
}

/** The context fields that do not follow the packet's bounds. */
@inline function fill_context(ctx: usize, descriptor: usize): void {
  copy_pair(descriptor + Descriptor.INGRESS_IFINDEX, ctx + XdpMd.INGRESS_IFINDEX);
  store<u32>(ctx, load<u32>(descriptor, Descriptor.EGRESS_IFINDEX), XdpMd.EGRESS_IFINDEX);
}

/** Runs `count` packets through a program; `flags` are `BatchFlag`s. With REPEAT, the first descriptor `count` times. */
export function run_batch(program: u32, descriptors: usize, count: u32, flags: u32): void {
  const record = program_record(program);
  const type = load<u32>(record, ProgramRecord.TYPE);
  const slot = atomic.load<u32>(record, ProgramRecord.SLOT);
  const length = load<u32>(record, ProgramRecord.ENTRY_LENGTH);
  const ctx: usize = load<u32>(WORKER, Worker.CTX);
  const top = <u64>load<u32>(WORKER, Worker.STACK) + Stack.FRAME_SIZE;
  const timed = (flags & BatchFlag.LATENCY) != 0;
  const repeat = (flags & BatchFlag.REPEAT) != 0;
  const more = (flags & BatchFlag.MORE) != 0;
  const skb = type != ProgramType.xdp && type != ProgramType.raw;
  store<u32>(WORKER, type, Worker.HOOK);
  let descriptor = descriptors;
  for (let i: u32 = 0; i < count; i++) {
    prepare(program, descriptor);
    let r1: u64 = ctx;
    if (type == ProgramType.xdp) fill_context(ctx, descriptor);
    else if (type == ProgramType.raw) r1 = load<u32>(descriptor, Descriptor.DATA);
    else skb_begin(descriptor, type);
    const start = timed ? now_ns() : 0;
    let result: u64 = 0;
    if (burn(length)) trap(Trap.FUEL, 0, 0);
    else result = call_indirect<u64>(slot, r1, top);
    if (timed) count_latency(now_ns() - start);
    finish(descriptor, result, repeat && (more || i + 1 < count), skb);
    if (!repeat) descriptor += Descriptor.SIZE;
  }
}
