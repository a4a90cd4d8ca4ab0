/**
 * Engines as the differential tests see them: something that loads one program with its maps and runs packets. Objects
 * and files play no part; those have tests of their own.
 */
import { verify } from '../../src/analysis/verify.js';
import { WasmProgram } from '../../src/engine/program.js';
import { Translator } from '../../src/engine/translator.js';
import type { RawMap } from '../../src/engine/types.js';
import { hookOf } from '../../src/hooks/index.js';
import { Kernel, KernelObject } from '../../src/kernel/index.js';
import type { PacketInput, RunResult } from '../../src/model/frame.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import type { Program } from '../../src/model/program.js';
import { addressProgram, releaseProgram } from '../../src/runtime/address.js';
import { createMap, type WasmMap } from '../../src/runtime/maps.js';
import { Runtime } from '../../src/runtime/runtime.js';

export interface TestProgram {
  run(packet: PacketInput): RunResult;
  readonly maps: ReadonlyMap<string, RawMap>;
  close(): void;
}

export interface TestEngine {
  readonly name: string;
  /** @throws BeeswaxError when the engine does not take the program. */
  load(program: Program, maps: readonly MapSpec[]): Promise<TestProgram>;
  close(): void;
}

export interface WasmTestOptions {
  readonly fuel?: bigint;
  readonly optimizeLevel?: 0 | 1 | 2 | 3;
  /** Bytes of memory: engines of different sizes place everything at different addresses. */
  readonly memory?: number;
}

const MEMORY = 256 * 1024 * 1024;

/** The interpreter or the translator, each in a memory of its own. */
export async function wasmEngine(tier: 'interp' | 'jit', options: WasmTestOptions = {}): Promise<TestEngine> {
  const runtime = await Runtime.create({
    memory: options.memory ?? MEMORY,
    cpus: 1,
    fuel: options.fuel ?? 1n << 24n,
    seed: 1n,
    wasm: undefined,
  });
  const translator = new Translator(runtime, tier, options.optimizeLevel);
  return {
    name: tier,
    async load(source, specs) {
      const verified = verify(source);
      const maps = new Map(specs.map((spec): [string, WasmMap] => [spec.name, createMap(runtime, spec)]));
      const records = new Map([...maps].map(([name, map]) => [name, map.record]));
      const hook = hookOf(source.type);
      if (hook === undefined) throw new Error(`there is no hook for ${source.type}`);
      const program = new WasmProgram(runtime, addressProgram(runtime, verified, records), hook);
      const loaded: TestProgram = {
        maps,
        run: (packet) => program.run(packet),
        close() {
          program.close();
          releaseProgram(runtime, program.placed);
          for (const map of maps.values()) map.close();
        },
      };
      try {
        await translator.makeReady([program]);
        // A test of the translator that ran the interpreter would test nothing.
        if (program.tier !== tier) throw new Error(`${source.name} runs in ${program.tier}, not in ${tier}`);
      } catch (thrown) {
        loaded.close();
        throw thrown;
      }
      return loaded;
    },
    close: () => translator.close(),
  };
}

/** The Linux kernel, on CPU 0. */
export async function kernelEngine(): Promise<TestEngine> {
  const kernel = await Kernel.open();
  const unpin = kernel.pin(0);
  return {
    name: 'kernel',
    async load(source, specs) {
      const object = KernelObject.load(kernel, { programs: [source], maps: specs });
      const program = object.programs.get(source.name);
      if (program === undefined) {
        const [reason] = object.failures.values();
        object.close();
        throw reason ?? new Error(`the kernel did not load ${source.name}`);
      }
      return {
        maps: object.maps,
        run(packet) {
          const { nsPerRun: _, ...result } = program.run(packet);
          return result;
        },
        close: () => object.close(),
      };
    },
    close: unpin,
  };
}
