/**
 * One engine's Wasm side: the memory, the function table and the instance of `runtime.wasm`, with the records that
 * programs and maps take in it. Loading and running are built on it elsewhere.
 */
import { readAsset } from '#platform';
import { Arena, Header, Layout, Skb, Stack, Worker } from '../abi/layout.js';
import { BeeswaxError } from '../util/errors.js';
import type { RuntimeExports } from './exports.js';
import { createHost, type Host, type HostOptions } from './host.js';
import { EngineMemory } from './memory.js';
import { ProgramRecords, Slots } from './slots.js';
import { Timers } from './timers.js';
import { Umem } from './umem.js';
import { Wakeups } from './wakeups.js';

const WASM_URL = new URL('../../build/runtime.wasm', import.meta.url);

export interface RuntimeOptions extends HostOptions {
  /** Bytes of the linear memory. */
  readonly memory: number;
  /** CPUs that programs see. */
  readonly cpus: number;
  /** Instructions that one run may execute. */
  readonly fuel: bigint;
  /** Seed of the random helper, for reproducible runs. */
  readonly seed: bigint | undefined;
  /** The bytes of runtime.wasm or its compiled module, where it cannot be read from its URL. */
  readonly wasm: Uint8Array | WebAssembly.Module | undefined;
}

export class Runtime {
  readonly programs = new ProgramRecords();
  readonly umem: Umem;
  /** Readers of ring buffers and perf events: `dispatch` after runs lets them go on. */
  readonly wakeups: Wakeups;
  /** The programs' timers: `run` between packets. */
  readonly timers: Timers;
  /** Address of the block of the worker that this instance runs as. */
  readonly worker = Layout.WORKERS as number;
  readonly #mapNames = new Map<number, string>();

  private constructor(
    readonly memory: EngineMemory,
    readonly slots: Slots,
    /** What every Wasm module of this worker imports as `env`. */
    readonly environment: WebAssembly.ModuleImports,
    readonly exports: RuntimeExports,
    readonly host: Host,
  ) {
    this.umem = new Umem(memory.bounds);
    this.wakeups = new Wakeups(memory);
    this.timers = new Timers(this);
  }

  /** @throws BeeswaxError BEESWAX_E_NO_MEMORY, BEESWAX_E_WASM_MISSING. */
  static async create(options: RuntimeOptions): Promise<Runtime> {
    const module = await runtimeModule(options.wasm);
    const memory = new EngineMemory(options.memory, {
      workers: options.cpus,
      fuel: options.fuel,
      hostRandom: options.random !== undefined,
    });
    const slots = new Slots(memory);
    const host = createHost(memory, options);
    const environment = {
      memory: memory.memory,
      table: slots.table,
      worker: new WebAssembly.Global({ value: 'i32', mutable: false }, Layout.WORKERS),
    };
    const instance = await WebAssembly.instantiate(module, { env: environment, host: host.imports });
    const runtime = new Runtime(memory, slots, environment, instance.exports as RuntimeExports, host);
    slots.set(Layout.HELPER_SLOT, runtime.exports.called_helper);
    for (let cpu = 0; cpu < options.cpus; cpu++) runtime.#startWorker(cpu, options.seed);
    return runtime;
  }

  /** Gives a worker its stacks, its context record and its random seed. */
  #startWorker(cpu: number, seed: bigint | undefined): void {
    const block = Layout.WORKERS + cpu * Layout.WORKER_SIZE;
    const stacks = Stack.MAX_FRAMES * Stack.FRAME_SIZE;
    const stack = this.allocate(Arena.RW, stacks + Stack.CTX_SIZE, 64, 'stacks');
    this.memory.setU32(block + Worker.CPU, cpu);
    this.memory.setU32(block + Worker.STACK, stack);
    this.memory.setU32(block + Worker.STACK_END, stack + stacks);
    this.memory.setU32(block + Worker.CTX, stack + stacks);
    this.memory.setU32(block + Worker.SKB, this.allocate(Arena.HEAP, Skb.SIZE, 64, 'packet state'));
    const random = new Uint32Array(4);
    if (seed === undefined) globalThis.crypto.getRandomValues(random);
    else random.set(spread(seed + BigInt(cpu)));
    for (const [index, word] of random.entries()) this.memory.setU32(block + Worker.RANDOM + 4 * index, word);
  }

  /**
   * Zeroed memory of an arena.
   *
   * @throws BeeswaxError BEESWAX_E_ENGINE_FULL naming what it was for.
   */
  allocate(arena: Arena, size: number, align: number, what: string): number {
    const address = this.exports.arena_alloc(arena, size, align) >>> 0;
    if (address === 0) throw new BeeswaxError('BEESWAX_E_ENGINE_FULL', { what, size });
    return address;
  }

  /** Gives memory back; `size` as it was allocated. */
  free(arena: Arena, address: number, size: number): void {
    this.exports.arena_free(arena, address, size);
  }

  get cpus(): number {
    return this.memory.getU32(Layout.HEADER + Header.WORKER_COUNT);
  }

  /** Remembers what a map record is called, for messages and redirect targets. */
  nameMap(record: number, name: string | undefined): void {
    if (name === undefined) this.#mapNames.delete(record);
    else this.#mapNames.set(record, name);
  }

  mapName(record: number): string {
    return this.#mapNames.get(record) ?? `0x${record.toString(16)}`;
  }
}

async function runtimeModule(wasm: Uint8Array | WebAssembly.Module | undefined): Promise<WebAssembly.Module> {
  if (wasm instanceof WebAssembly.Module) return wasm;
  let bytes = wasm;
  try {
    bytes ??= await readAsset(WASM_URL);
  } catch (cause) {
    throw new BeeswaxError('BEESWAX_E_WASM_MISSING', { url: WASM_URL.href }, { cause });
  }
  return WebAssembly.compile(bytes as BufferSource);
}

/** Four words of a seed, spread by splitmix64: neighbouring seeds give unrelated generators, none starts at zero. */
function spread(seed: bigint): number[] {
  const words: number[] = [];
  for (let state = seed; words.length < 4; ) {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let mixed = BigInt.asUintN(64, (state ^ (state >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    mixed ^= mixed >> 31n;
    words.push(Number(mixed & 0xffffffffn), Number(mixed >> 32n));
  }
  return words;
}
