/**
 * Decides which back end runs a program: installs the interpreter's code at once, and the translation either before
 * the load is done ('jit') or in the background, swapped in between two batches ('auto').
 */
import { type BackgroundCompile, compileInBackground } from '../codegen/background.js';
import { type CompiledModule, type CompileOptions, compileModule } from '../codegen/compile.js';
import { installInterpreter, installTranslation } from '../runtime/install.js';
import type { Runtime } from '../runtime/runtime.js';
import { isBeeswaxError } from '../util/errors.js';
import type { Tier } from './options.js';
import type { WasmProgram } from './program.js';

export class Translator {
  readonly #runtime: Runtime;
  readonly #tier: Tier;
  readonly #options: CompileOptions;
  readonly #running = new Set<BackgroundCompile>();
  #closed = false;

  constructor(runtime: Runtime, tier: Tier, optimizeLevel: 0 | 1 | 2 | 3 | undefined) {
    this.#runtime = runtime;
    this.#tier = tier;
    this.#options = optimizeLevel === undefined ? {} : { optimizeLevel };
  }

  /**
   * Makes the programs of one object run.
   *
   * @throws BeeswaxError BEESWAX_E_COMPILE_LIMIT when the translator was asked for and cannot take a program.
   */
  async makeReady(programs: readonly WasmProgram[]): Promise<void> {
    installInterpreter(
      this.#runtime,
      programs.map((program) => program.placed),
    );
    if (this.#tier === 'interp') return;
    const placed = programs.map((program) => program.placed);
    if (this.#tier === 'jit') {
      await this.#install(programs, await compileModule(placed, this.#runtime.memory.bounds, this.#options));
      return;
    }
    const background = compileInBackground(placed, this.#runtime.memory.bounds, this.#options);
    this.#running.add(background);
    const swap = background.compiled
      .then((compiled) => this.#install(programs, compiled))
      // A program that the translator cannot take stays in the interpreter.
      .catch((error: unknown) => {
        if (!isBeeswaxError(error)) throw error;
      })
      .finally(() => this.#running.delete(background));
    for (const program of programs) program.awaiting(swap, background.hold);
  }

  async #install(programs: readonly WasmProgram[], compiled: CompiledModule): Promise<void> {
    const placed = programs.map((program) => program.placed);
    const isLate = (): boolean => this.#closed || programs.some((program) => program.closed);
    if ((await installTranslation(this.#runtime, placed, compiled, isLate)) === 'late') return;
    for (const program of programs) program.swapped('jit');
  }

  close(): void {
    this.#closed = true;
    for (const background of this.#running) background.stop();
  }
}
