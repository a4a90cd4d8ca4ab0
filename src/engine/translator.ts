/**
 * Decides which back end runs a program: installs the interpreter's code at once, and the translation either before
 * the load is done ('jit') or in the background, swapped in between two batches ('auto').
 */
import { compileInBackground } from '../codegen/background.js';
import { type CompiledModule, compileModule } from '../codegen/compile.js';
import { type Installed, installInterpreter, installTranslation } from '../runtime/install.js';
import type { Runtime } from '../runtime/runtime.js';
import { isBeeswaxError } from '../util/errors.js';
import type { Tier } from './options.js';
import type { WasmProgram } from './program.js';

export class Translator {
  readonly #runtime: Runtime;
  readonly #tier: Tier;
  readonly #optimizeLevel: 0 | 1 | 2 | 3 | undefined;
  #closed = false;

  constructor(runtime: Runtime, tier: Tier, optimizeLevel: 0 | 1 | 2 | 3 | undefined) {
    this.#runtime = runtime;
    this.#tier = tier;
    this.#optimizeLevel = optimizeLevel;
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
    if (this.#tier === 'jit') {
      await this.#translate(programs, compileModule);
      return;
    }
    // A program that the translator cannot take stays in the interpreter.
    const swap = this.#translate(programs, compileInBackground).catch((error: unknown) => {
      if (!isBeeswaxError(error)) throw error;
    });
    for (const program of programs) program.awaiting(swap);
  }

  async #translate(programs: readonly WasmProgram[], compile: typeof compileModule): Promise<void> {
    const { bounds } = this.#runtime.memory;
    const options = this.#optimizeLevel === undefined ? {} : { optimizeLevel: this.#optimizeLevel };
    const placed = programs.map((program) => program.placed);
    const compiled: CompiledModule = await compile(placed, bounds, options);
    const installed: Installed = await installTranslation(this.#runtime, placed, compiled, () => this.#closed);
    if (installed === 'swapped') for (const program of programs) program.swapped('jit');
  }

  close(): void {
    this.#closed = true;
  }
}
