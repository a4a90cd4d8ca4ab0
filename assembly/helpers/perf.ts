/** bpf_perf_event_output (net/core/filter.c bpf_xdp_event_output, kernel/trace/bpf_trace.c). */
import { MapRecord, Trap, Worker } from "../../src/abi/layout";
import { Errno, MapType } from "../generated/abi";
import { perf_ring, ring_write } from "../maps/index";
import { FORCE_WAKEUP } from "../maps/ring";
import { helper_trap } from "../trap";
import { WORKER } from "../worker";
import { errno, is_context, map_type, may_read } from "./arguments";
import { spend } from "./work";

const BPF_F_INDEX_MASK: u64 = 0xffffffff;
const BPF_F_CURRENT_CPU: u64 = BPF_F_INDEX_MASK;
/** How much of the packet goes along, in the bits above the index. */
const BPF_F_CTXLEN_MASK: u64 = 0xfffff << 32;

export function helper_perf_event_output(ctx: u64, map: u64, flags: u64, data: u64, size: u64): u64 {
  if (!is_context(ctx)) return 0;
  if (map_type(map) != MapType.perf_event_array) return helper_trap(Trap.HELPER_MAP, map);
  if (!may_read(data, size)) return 0;
  if ((flags & ~(BPF_F_CTXLEN_MASK | BPF_F_INDEX_MASK)) != 0) return errno(Errno.EINVAL);
  const length = load<u32>(WORKER, Worker.DATA_END) - load<u32>(WORKER, Worker.DATA);
  if ((flags & BPF_F_CTXLEN_MASK) >> 32 > <u64>length) return errno(Errno.EFAULT);
  let index = flags & BPF_F_INDEX_MASK;
  if (index == BPF_F_CURRENT_CPU) index = load<u32>(WORKER, Worker.CPU);
  if (index >= load<u32>(<usize>map, MapRecord.MAX_ENTRIES)) return errno(Errno.E2BIG);
  const ring = perf_ring(<u32>map, <u32>index);
  if (ring == 0) return errno(Errno.ENOENT);
  if (index != load<u32>(WORKER, Worker.CPU)) return errno(Errno.EOPNOTSUPP);
  const from_packet = (flags & BPF_F_CTXLEN_MASK) >> 32;
  if (!spend(size + from_packet)) return 0;
  const packet = load<u32>(WORKER, Worker.DATA);
  const full = ring_write(ring, <usize>data, <u32>size, packet, <u32>from_packet, FORCE_WAKEUP) != 0;
  return full ? errno(Errno.ENOSPC) : 0;
}
