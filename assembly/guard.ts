/**
 * What a program may touch: the user window (read-only values only for reads), and the current packet's bytes.
 * All in 64-bit arithmetic, so that no address wraps.
 */
import { Header, Layout, Trap, Worker } from "../src/abi/layout";
import { trap } from "./trap";
import { WORKER } from "./worker";

/** Whether [addr, addr + size) lies in [base, end). True for size 0 anywhere in it, its end included. */
@inline
function within(addr: u64, size: u64, base: u64, end: u64): bool {
  const span = end - base;
  return size <= span && addr - base <= span - size;
}

/** Whether [addr, addr + size) lies in the current packet, metadata included. */
export function in_packet(addr: u64, size: u64): bool {
  return within(addr, size, load<u32>(WORKER, Worker.DATA_META), load<u32>(WORKER, Worker.DATA_END));
}

/** Whether the program may read all of [addr, addr + size). */
export function readable(addr: u64, size: u64): bool {
  return (
    within(addr, size, load<u32>(Layout.HEADER, Header.RO_BASE), load<u32>(Layout.HEADER, Header.USER_END)) ||
    in_packet(addr, size)
  );
}

/** Whether the program may write all of [addr, addr + size). */
export function writable(addr: u64, size: u64): bool {
  return (
    within(addr, size, load<u32>(Layout.HEADER, Header.RW_BASE), load<u32>(Layout.HEADER, Header.USER_END)) ||
    in_packet(addr, size)
  );
}

/** For translated code, where its first guess failed: 1, or 0 with the trap recorded. */
export function guard_read(addr: u64, size: i32, pc: i32): i32 {
  if (readable(addr, <u64>(<u32>size))) return 1;
  trap(Trap.READ, pc, addr);
  return 0;
}

/** As `guard_read`, for stores and atomics. */
export function guard_write(addr: u64, size: i32, pc: i32): i32 {
  if (writable(addr, <u64>(<u32>size))) return 1;
  trap(Trap.WRITE, pc, addr);
  return 0;
}
