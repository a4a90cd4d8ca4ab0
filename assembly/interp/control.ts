/**
 * Instructions that do more than compute and move on. Each takes the address of its micro-op and the frame's register
 * file, and returns the address of the micro-op to go on at; 0 once the run has trapped.
 */
import { MicroOp, ProgramRecord, Stack, Trap, Worker } from "../../src/abi/layout";
import { call_target, ld_abs, tail_call_target } from "../calls";
import { call_by_id } from "../generated/helpers";
import { HelperId } from "../generated/abi";
import { trap, trap_at, trapped } from "../trap";
import { burn, half_burnt, program_record, running_program, WORKER } from "../worker";
import { arg, clear_scratch, enter_program, exit_of, get, pc_of, r10, set_r0 } from "./frames";

/** Traps at a micro-op. */
export function fault(code: i32, ip: usize, value: u64): usize {
  trap(code, pc_of(ip), value);
  return 0;
}

/** After a call that may have trapped: the next micro-op, or 0. */
function after_call(ip: usize, file: usize, result: u64): usize {
  if (trapped()) {
    trap_at(pc_of(ip));
    return 0;
  }
  set_r0(file, result);
  clear_scratch(file);
  return ip + MicroOp.SIZE;
}

/** Takes a jump: backwards it burns the instructions that it may repeat. */
@inline
export function jump(ip: usize, distance: i32): usize {
  if (distance < 0 && burn(-distance)) return fault(Trap.FUEL, ip, 0);
  return ip + MicroOp.SIZE + distance * MicroOp.SIZE;
}

@inline
export function ja(ip: usize, _file: usize): usize {
  return jump(ip, load<i32>(ip, MicroOp.OFF));
}

/** Jumps once half of the run's budget is burnt: a loop bounded by it ends in time for what follows. */
export function may_goto(ip: usize, _file: usize): usize {
  return half_burnt() ? jump(ip, load<i32>(ip, MicroOp.OFF)) : ip + MicroOp.SIZE;
}

/** All 64-bit immediates: lowering resolved what they stand for. */
@inline
export function lddw(ip: usize, file: usize): usize {
  store<u64>(file + load<u8>(ip, MicroOp.DST), load<u64>(ip, MicroOp.IMM));
  return ip + 2 * MicroOp.SIZE;
}

export function call_helper(ip: usize, file: usize): usize {
  const id = load<i32>(ip, MicroOp.IMM);
  if (id == HelperId.tail_call) return tail_call(ip, file);
  store<u32>(WORKER, <u32>r10(file), Worker.HELPER_R10);
  return after_call(ip, file, call_by_id(id, arg(file, 1), arg(file, 2), arg(file, 3), arg(file, 4), arg(file, 5)));
}

/** No kernel function is known here; validation refuses the call. */
export function call_btf(ip: usize, _file: usize): usize {
  return fault(Trap.INTERNAL, ip, load<u64>(ip, MicroOp.IMM));
}

/** A call through a register: always by the function table, as the target may be translated code. */
export function callx(ip: usize, file: usize): usize {
  const slot = call_target(get(file, load<u8>(ip, MicroOp.DST)));
  if (slot == 0) {
    trap_at(pc_of(ip));
    return 0;
  }
  const top = r10(file) + Stack.FRAME_SIZE;
  if (top > load<u32>(WORKER, Worker.STACK_END)) return fault(Trap.CALL_DEPTH, ip, 0);
  const program = running_program();
  const result = call_indirect<u64>(
    slot, arg(file, 1), arg(file, 2), arg(file, 3), arg(file, 4), arg(file, 5), top,
  );
  if (!trapped()) store<u32>(WORKER, program, Worker.PROGRAM);
  return after_call(ip, file, result);
}

/**
 * Replaces the running function by a program: inside the loop while that is interpreted too, else through the table,
 * and then the function returns what the program returned.
 */
function tail_call(ip: usize, file: usize): usize {
  const pc = pc_of(ip);
  const exit = exit_of(running_program());
  const context = arg(file, 1);
  const slot = tail_call_target(arg(file, 2), arg(file, 3));
  if (trapped()) {
    trap_at(pc);
    return 0;
  }
  if (slot == 0) return after_call(ip, file, 0);
  const program = running_program();
  const top = r10(file);
  if (load<u32>(program_record(program), ProgramRecord.INTERPRETED)) {
    return enter_program(file, program, context, top);
  }
  const result = call_indirect<u64>(slot, context, top);
  if (trapped()) return 0;
  set_r0(file, result);
  return exit;
}

/** Packet bytes at a constant offset; past the end the function returns 0. */
export function ld_abs_at(ip: usize, file: usize, size: i32): usize {
  return after_load(ip, file, ld_abs(load<i64>(ip, MicroOp.IMM), size));
}

/** Packet bytes at an offset in a register. */
export function ld_ind_at(ip: usize, file: usize, size: i32): usize {
  return after_load(ip, file, ld_abs(get(file, load<u8>(ip, MicroOp.SRC)) + load<i64>(ip, MicroOp.IMM), size));
}

function after_load(ip: usize, file: usize, value: i64): usize {
  if (value < 0) {
    set_r0(file, 0);
    return exit_of(running_program());
  }
  return after_call(ip, file, value);
}
