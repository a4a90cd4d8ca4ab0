/**
 * The runtime module: what it exports is the seam that ARCHITECTURE.md draws, to TypeScript and to translated
 * programs.
 */
export { run_batch } from "./batch";
export { call_target, called_helper, custom_helper, ld_abs, tail_call_target } from "./calls";
export { guard_read, guard_write } from "./guard";
export * from "./helpers/index";
export { interp_function, interp_program } from "./interp/index";
export * from "./maps/index";
export * from "./memory/index";
export { clock_now, run_timer } from "./run_timer";
export { trap, trap_at } from "./trap";
