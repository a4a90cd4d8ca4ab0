/** Calls whose target is known at run time only, and the legacy packet loads: what both back ends share of them. */
import { Layout, Limit, MapRecord, Pc, ProgramRecord, Skb, SlotKind, Trap, Worker } from "../src/abi/layout";
import { MapType, ProgramType } from "./generated/abi";
import { call_by_id, takes_nothing } from "./generated/helpers";
import { custom } from "./host";
import { prog_array_get, valid_map } from "./maps/index";
import { helper_trap, trap } from "./trap";
import { burn, program_record, WORKER } from "./worker";

/**
 * The table slot to go on at for `bpf_tail_call(ctx, map, index)`, once the call is counted, the fuel burnt and the
 * target made the running program. 0 when the call falls through, or with a trap recorded.
 */
export function tail_call_target(map: u64, index: u64): i32 {
  if (!valid_map(map) || load<u32>(<usize>map, MapRecord.TYPE) != MapType.prog_array) {
    helper_trap(Trap.HELPER_MAP, map);
    return 0;
  }
  const count = load<u32>(WORKER, Worker.TAIL_CALLS);
  if (count >= <u32>Limit.MAX_TAIL_CALLS) return 0;
  const program = prog_array_get(<u32>map, <u32>index);
  if (program < 0) return 0;
  const record = program_record(program);
  if (!load<u32>(record, ProgramRecord.LIVE)) return 0;
  if (burn(load<u32>(record, ProgramRecord.ENTRY_LENGTH))) {
    trap(Trap.FUEL, Pc.NONE, 0);
    return 0;
  }
  store<u32>(WORKER, count + 1, Worker.TAIL_CALLS);
  store<u32>(WORKER, program, Worker.PROGRAM);
  return atomic.load<u32>(record, ProgramRecord.SLOT);
}

/**
 * The table slot of the function whose address a register holds; 0 with the trap recorded if it is none. To a raw
 * program the number of a helper without arguments is an address too: that is what opcode 0x8d was reserved for
 * (Linux Documentation/bpf/standardization), and what conformance programs call by it.
 */
export function call_target(value: u64): i32 {
  if (value < <u64>Layout.SLOT_KINDS_SIZE && load<u8>(<usize>value + Layout.SLOT_KINDS) == SlotKind.FUNCTION) {
    return <i32>value;
  }
  if (load<u32>(WORKER, Worker.HOOK) == ProgramType.raw && takes_nothing(value)) {
    store<u32>(WORKER, <u32>value, Worker.CALLED_HELPER);
    return Layout.HELPER_SLOT;
  }
  trap(Trap.CALL_TARGET, Pc.NONE, value);
  return 0;
}

/** What the table holds at `Layout.HELPER_SLOT`: the helper that `call_target` chose, in the shape of a function. */
export function called_helper(_r1: u64, _r2: u64, _r3: u64, _r4: u64, _r5: u64, _r10: u64): u64 {
  return call_by_id(load<u32>(WORKER, Worker.CALLED_HELPER), 0, 0, 0, 0, 0);
}

/** Offsets from here on count from the network header, from SKF_LL_OFF on from the MAC header (linux/filter.h). */
const SKF_NET_OFF: i64 = -0x100000;
const SKF_LL_OFF: i64 = -0x200000;

/** Where `offset` of LD_ABS points to: an address, which may lie anywhere. */
function packet_address(offset: i64): i64 {
  const data = <i64>load<u32>(WORKER, Worker.DATA);
  if (offset >= 0) return data + offset;
  if (load<u32>(WORKER, Worker.HOOK) == ProgramType.raw || offset < SKF_LL_OFF) return 0;
  const skb: usize = load<u32>(WORKER, Worker.SKB);
  return offset >= SKF_NET_OFF
    ? <i64>load<u32>(skb, Skb.NETWORK_HEADER) + offset - SKF_NET_OFF
    : <i64>load<u32>(skb, Skb.MAC_HEADER) + offset - SKF_LL_OFF;
}

/** A big-endian value of 1, 2 or 4 bytes at `offset` (32 bit, signed) from the packet's data; −1 past its bounds. */
export function ld_abs(offset: i64, size: i32): i64 {
  const at = packet_address(<i64>(<i32>offset));
  if (at < <i64>load<u32>(WORKER, Worker.PACKET_LOWEST) || at + size > <i64>load<u32>(WORKER, Worker.DATA_END)) return -1;
  const from = <usize>at;
  if (size == 1) return <i64>load<u8>(from);
  if (size == 2) return <i64>bswap<u16>(load<u16>(from));
  return <i64>bswap<u32>(load<u32>(from));
}

/** A helper that the embedder gave. */
export function custom_helper(id: i32, r1: i64, r2: i64, r3: i64, r4: i64, r5: i64): i64 {
  return custom(WORKER, id, r1, r2, r3, r4, r5);
}
