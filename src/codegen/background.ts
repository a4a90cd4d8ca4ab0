/**
 * Translates in a worker of its own, so that loading binaryen and its synchronous work leave the thread that runs
 * packets alone. One worker a translation: it ends when the answer is there.
 */
import { startWorker } from '#platform';
import type { AddressedProgram, MemoryBounds } from '../analysis/addressed.js';
import { BeeswaxError } from '../util/errors.js';
import { type CompiledModule, type CompileOptions, compileModule } from './compile.js';

const WORKER_URL = new URL('./compile_worker.js', import.meta.url);

/** What is sent to the worker. */
export interface CompileRequest {
  readonly programs: readonly AddressedProgram[];
  readonly bounds: MemoryBounds;
  readonly options: CompileOptions;
}

/** What comes back. */
export type CompileReply =
  | { readonly compiled: CompiledModule }
  /** The translator cannot take the module; the interpreter goes on. */
  | { readonly refused: { readonly message: string } };

/** A translation under way. */
export interface BackgroundCompile {
  /** Rejects with BEESWAX_E_TRANSLATION when the translator does not take the programs, or it was stopped. */
  readonly compiled: Promise<CompiledModule>;
  /** From now on the process stays alive until it is done: somebody waits for it. */
  hold(): void;
  /** Gives it up. */
  stop(): void;
}

/**
 * As `compileModule`, in the background; in this thread where a worker cannot start (a page without a bundler has no
 * import map for its workers).
 */
export function compileInBackground(
  programs: readonly AddressedProgram[],
  bounds: MemoryBounds,
  options: CompileOptions = {},
): BackgroundCompile {
  const worker = startWorker(WORKER_URL);
  let stop: () => void = () => {};
  const compiled = new Promise<CompiledModule>((resolve, reject) => {
    const refuse = (problem: string): void => reject(new BeeswaxError('BEESWAX_E_TRANSLATION', { problem }));
    stop = () => {
      worker.terminate();
      refuse('the engine was closed');
    };
    worker.onError(() => {
      worker.terminate();
      compileModule(programs, bounds, options).then(resolve, reject);
    });
    worker.onMessage((message) => {
      worker.terminate();
      const reply = message as CompileReply;
      if ('compiled' in reply) resolve(reply.compiled);
      else refuse(reply.refused.message);
    });
    worker.postMessage({ programs: programs.map(withoutLines), bounds, options } satisfies CompileRequest);
  });
  worker.keepAlive(false);
  return { compiled, hold: () => worker.keepAlive(true), stop };
}

/** Source lines are for people; they can be longer than the program. */
function withoutLines(addressed: AddressedProgram): AddressedProgram {
  const { program } = addressed.verified;
  return { ...addressed, verified: { ...addressed.verified, program: { ...program, lines: new Map() } } };
}
