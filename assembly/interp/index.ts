/** Entry points of the interpreter: what the thunks in the function table call. */
import { Worker } from "../../src/abi/layout";
import { execute } from "../generated/dispatch";
import { trapped } from "../trap";
import { running_program, WORKER } from "../worker";
import { enter_function, enter_program, file_of } from "./frames";

/** Runs a program in the frame that ends at r10. The caller has made it the running program and burnt its fuel. */
export function interp_program(program: u32, r1: u64, r10: u64): u64 {
  const file = file_of(r10);
  return execute(enter_program(file, program, r1, r10), file);
}

/**
 * Runs a function of a program in the frame that ends at r10; `index` counts the program's functions by their entry
 * slots. The caller has checked the depth.
 */
export function interp_function(
  program: u32, index: u32, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64, r10: u64,
): u64 {
  const caller = running_program();
  store<u32>(WORKER, program, Worker.PROGRAM);
  const file = file_of(r10);
  const ip = enter_function(file, program, index, r1, r2, r3, r4, r5, r10);
  const result = ip == 0 ? 0 : execute(ip, file);
  if (!trapped()) store<u32>(WORKER, caller, Worker.PROGRAM);
  return result;
}
