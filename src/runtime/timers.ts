/** Lets the timers of programs (bpf_timer) run that are due, by the engine's clock: between packets, never in one. */
import { Header, Layout, Worker } from '../abi/layout.js';
import type { TrapInfo } from '../model/frame.js';
import type { Runtime } from './runtime.js';
import { trapCode } from './traps.js';

/** Traps that are kept for `take`. */
const MAX_TRAPS = 64;
/** What `run_timer` says of a callback that trapped. */
const TRAPPED = 2;

export class Timers {
  #traps: TrapInfo[] = [];

  constructor(private readonly runtime: Runtime) {}

  /** Runs the callbacks that are due, each timer once at most unless others wait less long. Returns how many ran. */
  run(): number {
    const { memory, exports, host } = this.runtime;
    // One that starts itself anew for this very moment must not keep the packets waiting.
    const waiting = memory.getU32(Layout.HEADER + Header.TIMERS_ARMED);
    if (waiting === 0 || host.busy) return 0;
    const now = exports.clock_now();
    for (let ran = 0; ran < waiting; ran++) {
      const result = exports.run_timer(now);
      if (result === 0) return ran;
      if (result === TRAPPED && this.#traps.length < MAX_TRAPS) this.#traps.push(this.#trap());
    }
    return waiting;
  }

  /** The traps of callbacks since the last call. */
  take(): readonly TrapInfo[] {
    const traps = this.#traps;
    this.#traps = [];
    return traps;
  }

  #trap(): TrapInfo {
    const { memory, worker, programs } = this.runtime;
    return {
      code: trapCode(memory.getU32(worker + Worker.TRAP_CODE)),
      program: programs.name(memory.getU32(worker + Worker.TRAP_PROGRAM)),
      pc: memory.getU32(worker + Worker.TRAP_PC),
      value: memory.view.getBigUint64(worker + Worker.TRAP_VALUE, true),
    };
  }
}
