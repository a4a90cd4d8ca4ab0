/** bpf_xdp_get_buff_len, bpf_xdp_load_bytes, bpf_xdp_store_bytes (net/core/filter.c); all packets are linear. */
import { Worker } from "../../src/abi/layout";
import { Errno } from "../generated/abi";
import { WORKER } from "../worker";
import { errno, is_context, may_read, may_write } from "./arguments";
import { spend } from "./work";

/** Offsets and lengths above it are refused before they are looked at (net/core/filter.c bpf_xdp_pointer). */
const MAX_OFFSET: u32 = 0xffff;

@inline function length(): u32 { return load<u32>(WORKER, Worker.DATA_END) - load<u32>(WORKER, Worker.DATA); }

/** 0 when the packet has [offset, offset + size), else a positive errno. */
function refusal(offset: u32, size: u32): i32 {
  if (offset > MAX_OFFSET || size > MAX_OFFSET) return Errno.EFAULT;
  return offset + size > length() ? Errno.EINVAL : 0;
}

export function helper_xdp_get_buff_len(ctx: u64): u64 {
  return is_context(ctx) ? length() : 0;
}

/** Copies packet bytes out; on failure the buffer stays as it is, as in the kernel. */
export function helper_xdp_load_bytes(ctx: u64, offset: u64, buffer: u64, size: u64): u64 {
  if (!is_context(ctx) || !may_write(buffer, <u32>size)) return 0;
  const refused = refusal(<u32>offset, <u32>size);
  if (refused) return errno(refused);
  if (!spend(<u32>size)) return 0;
  memory.copy(<usize>buffer, <usize>load<u32>(WORKER, Worker.DATA) + <usize>offset, <usize>size);
  return 0;
}

/** Copies bytes into the packet. */
export function helper_xdp_store_bytes(ctx: u64, offset: u64, buffer: u64, size: u64): u64 {
  if (!is_context(ctx) || !may_read(buffer, <u32>size)) return 0;
  const refused = refusal(<u32>offset, <u32>size);
  if (refused) return errno(refused);
  if (!spend(<u32>size)) return 0;
  memory.copy(<usize>load<u32>(WORKER, Worker.DATA) + <usize>offset, <usize>buffer, <usize>size);
  return 0;
}
