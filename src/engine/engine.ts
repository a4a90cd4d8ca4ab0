/**
 * The Wasm engine: one tenant with one linear memory, into which objects are loaded. Two engines share nothing.
 */
import type { ElfObject } from '../elf/index.js';
import { memorySize } from '../runtime/memory.js';
import { Runtime } from '../runtime/runtime.js';
import { BeeswaxError } from '../util/errors.js';
import { loadObject } from './load.js';
import type { WasmObject } from './object.js';
import { DEFAULT_FUEL, type EngineOptions } from './options.js';
import { readLoaded } from './read.js';
import { Translator } from './translator.js';
import type { LoadOptions, ObjectEngine, TickResult } from './types.js';

export class Engine implements ObjectEngine {
  readonly kind = 'wasm';
  readonly #runtime: Runtime;
  readonly #translator: Translator;
  readonly #objects = new Set<WasmObject>();
  #closed = false;

  private constructor(runtime: Runtime, translator: Translator) {
    this.#runtime = runtime;
    this.#translator = translator;
  }

  /**
   * Makes an engine.
   *
   * @throws BeeswaxError BEESWAX_E_MEMORY_SIZE, BEESWAX_E_NO_MEMORY, BEESWAX_E_WASM_MISSING.
   */
  static async create(options: EngineOptions = {}): Promise<Engine> {
    const { engine = 'auto', memory, cpus = 1, fuel = DEFAULT_FUEL, seed, optimizeLevel, wasm, ...host } = options;
    const runtime = await Runtime.create({
      ...host,
      memory: memorySize(memory),
      cpus,
      fuel: BigInt(fuel),
      seed: seed === undefined ? undefined : BigInt(seed),
      wasm,
    });
    return new Engine(runtime, new Translator(runtime, engine, optimizeLevel));
  }

  async load(object: Uint8Array | ElfObject, options: LoadOptions = {}): Promise<WasmObject> {
    if (this.#closed) throw new BeeswaxError('BEESWAX_E_ENGINE_CLOSED', { what: 'the engine' });
    const elf = readLoaded(object, options);
    const loaded = await loadObject(this.#runtime, this.#translator, elf, options);
    this.#objects.add(loaded);
    return loaded;
  }

  /**
   * Runs the timers of programs (bpf_timer) that are due by the engine's clock. So does every batch of packets before
   * it begins; who has a clock of its own calls this when the clock has moved.
   *
   * @throws BeeswaxError BEESWAX_E_ENGINE_CLOSED; what code of the embedder threw that a callback called.
   */
  tick(): TickResult {
    if (this.#closed) throw new BeeswaxError('BEESWAX_E_ENGINE_CLOSED', { what: 'the engine' });
    const ran = this.#runtime.timers.run();
    this.#runtime.wakeups.dispatch();
    this.#runtime.host.rethrow();
    return { ran, traps: this.#runtime.timers.take() };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const object of this.#objects) object.close();
    this.#objects.clear();
    this.#runtime.wakeups.close();
    this.#translator.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
