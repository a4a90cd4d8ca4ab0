/**
 * Frames of the interpreter: the register file of each of a worker's stack frames, and what entering and leaving a
 * function does to them.
 */
import { FunctionRecord, MicroOp, ProgramRecord, RegisterFile, Stack, Trap, Worker } from "../../src/abi/layout";
import { ProgramType } from "../generated/abi";
import { trap } from "../trap";
import { burn, program_code, program_record, running_program, WORKER } from "../worker";

/** A register, by its offset in the file. */
@inline export function get(file: usize, offset: usize): u64 { return load<u64>(file + offset); }
@inline export function set(file: usize, offset: usize, value: u64): void { store<u64>(file + offset, value); }

@inline export function r0(file: usize): u64 { return load<u64>(file); }
@inline export function set_r0(file: usize, value: u64): void { store<u64>(file, value); }
@inline export function r10(file: usize): u64 { return load<u64>(file, RegisterFile.R10); }

/** Operand register n, 1 to 5. */
@inline export function arg(file: usize, n: usize): u64 { return load<u64>(file + (n << 3)); }

/** The register file of the frame that ends at `top`. */
export function file_of(top: u64): usize {
  const frame = (<u32>top - load<u32>(WORKER, Worker.STACK)) / Stack.FRAME_SIZE - 1;
  return WORKER + Worker.REGISTERS + frame * RegisterFile.SIZE;
}

/** The slot index of a micro-op of the running program. */
export function pc_of(ip: usize): i32 {
  return <i32>((ip - program_code(running_program())) / MicroOp.SIZE);
}

/** Address of the `exit` behind a program's last slot. */
export function exit_of(program: u32): usize {
  const record = program_record(program);
  return load<u32>(record, ProgramRecord.CODE) + load<u32>(record, ProgramRecord.CODE_LENGTH) * MicroOp.SIZE;
}

/** Zeroes the `size` bytes below `top`, a multiple of 8. */
export function clear_stack(top: usize, size: usize): void {
  if (size > 64) {
    memory.fill(top - size, 0, size);
    return;
  }
  for (let at = top - size; at < top; at += 8) store<u64>(at, 0);
}

/** r1 to r5 read as 0 after every call. */
export function clear_scratch(file: usize): void {
  v128.store(file, i64x2.splat(0), 8);
  v128.store(file, i64x2.splat(0), 24);
  store<u64>(file, 0, 40);
}

/** Makes all registers 0 but r10. */
function clear(file: usize, top: u64): void {
  for (let at = file, end = file + RegisterFile.R10; at < end; at += 16) v128.store(at, i64x2.splat(0));
  store<u64>(file, top, RegisterFile.R10);
}

/** Sets up the frame of a program's entry function. Returns the address of its first micro-op. */
export function enter_program(file: usize, program: u32, r1: u64, top: u64): usize {
  const record = program_record(program);
  clear(file, top);
  store<u64>(file, r1, 8);
  if (load<u32>(record, ProgramRecord.TYPE) == ProgramType.raw) {
    store<u64>(file, load<u32>(WORKER, Worker.DATA_END) - load<u32>(WORKER, Worker.DATA), 16);
  }
  clear_stack(<usize>top, load<u32>(record, ProgramRecord.STACK_USE));
  return load<u32>(record, ProgramRecord.CODE);
}

/** Sets up the frame of a function called from outside of the loop. Returns its first micro-op, or 0 after a trap. */
export function enter_function(
  file: usize, program: u32, index: u32, a1: u64, a2: u64, a3: u64, a4: u64, a5: u64, top: u64,
): usize {
  const fn = exit_of(program) + MicroOp.SIZE + index * FunctionRecord.SIZE;
  const pc = load<u32>(fn, FunctionRecord.PC);
  if (burn(load<u32>(fn, FunctionRecord.LENGTH))) {
    trap(Trap.FUEL, pc, 0);
    return 0;
  }
  clear(file, top);
  store<u64>(file, a1, 8);
  store<u64>(file, a2, 16);
  store<u64>(file, a3, 24);
  store<u64>(file, a4, 32);
  store<u64>(file, a5, 40);
  clear_stack(<usize>top, load<u32>(fn, FunctionRecord.STACK_USE));
  return program_code(program) + pc * MicroOp.SIZE;
}

/** A local call: sets up the frame above. Returns the callee's first micro-op, or 0 after a trap. */
export function enter_local(ip: usize, file: usize): usize {
  const top = r10(file) + Stack.FRAME_SIZE;
  if (top > load<u32>(WORKER, Worker.STACK_END)) {
    trap(Trap.CALL_DEPTH, pc_of(ip), 0);
    return 0;
  }
  const target = ip + MicroOp.SIZE + load<i32>(ip, MicroOp.OFF) * MicroOp.SIZE;
  if (burn(load<u32>(ip, MicroOp.IMM))) {
    trap(Trap.FUEL, pc_of(target), 0);
    return 0;
  }
  store<u32>(file, ip + MicroOp.SIZE, RegisterFile.RETURN);
  store<u32>(file, running_program(), RegisterFile.PROGRAM);
  const callee = file + RegisterFile.SIZE;
  store<u64>(callee, 0);
  v128.store(callee, v128.load(file, 8), 8);
  v128.store(callee, v128.load(file, 24), 24);
  store<u64>(callee, load<u64>(file, 40), 40);
  v128.store(callee, i64x2.splat(0), 48);
  v128.store(callee, i64x2.splat(0), 64);
  store<u64>(callee, top, RegisterFile.R10);
  clear_stack(<usize>top, load<u32>(ip, MicroOp.IMM + 4));
  return target;
}

/** Return from a local call to the frame `file`. Returns the micro-op where it goes on. */
export function leave_local(file: usize): usize {
  set_r0(file, r0(file + RegisterFile.SIZE));
  clear_scratch(file);
  store<u32>(WORKER, load<u32>(file, RegisterFile.PROGRAM), Worker.PROGRAM);
  return load<u32>(file, RegisterFile.RETURN);
}
