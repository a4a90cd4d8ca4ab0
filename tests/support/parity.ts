/**
 * Tests that objects do on both back ends what they do in the kernel: over varied packets, with filled maps, verdict,
 * packet and maps afterwards are the same. BEESWAX_PACKETS sets how many packets each program sees.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ElfObject, readElfObject } from '../../src/elf/index.js';
import { Engine } from '../../src/engine/engine.js';
import { KernelEngine } from '../../src/engine/kernel_engine.js';
import type { MapContents, ObjectEngine } from '../../src/engine/types.js';
import type { RunResult } from '../../src/model/frame.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { contents, outcome } from './compare.js';
import { fillMaps } from './fill_maps.js';
import { describeNeeding } from './have.js';
import { packets, variants } from './packets.js';

const COUNT = Number(process.env.BEESWAX_PACKETS ?? 5000);
const PACKETS = packets(11, COUNT);

/** An object as it lies on a disk. */
export interface ObjectFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What its maps hold while the first half of the packets runs, and packets that this half is made from. */
  readonly maps?: MapContents;
  readonly packets?: readonly Uint8Array[];
}

/** Entries of a map whose size the tools set before they load it. */
const LEFT_OPEN = 64;
/** What one load of an object is given. */
interface Half {
  readonly packets: readonly Uint8Array[];
  /** Constants of the object that are switches are on. */
  readonly options: boolean;
  readonly fill: MapContents | number;
}

/** Each half of the packets meets maps filled otherwise. */
function halves({ maps, packets: originals }: ObjectFile): readonly Half[] {
  const half = Math.floor(COUNT / 2);
  const first = originals === undefined ? PACKETS.slice(0, half) : variants(13, originals, half);
  return [
    { packets: first, fill: maps ?? 3, options: false },
    { packets: PACKETS.slice(half), fill: 4, options: true },
  ];
}

interface Answer {
  readonly results: readonly RunResult[];
  readonly maps: readonly Record<string, string[]>[];
}

/** The object as a tool would load it: sizes that were left open set, constants that are switches off or on. */
function prepared({ name, bytes }: ObjectFile, options: boolean): ElfObject {
  const object = readElfObject(bytes, { file: name });
  for (const spec of object.maps.values()) if (spec.maxEntries === 0) spec.maxEntries = LEFT_OPEN;
  for (const variable of object.variables.values()) {
    if (variable.map === '.rodata' && variable.shape.kind === 'int' && variable.shape.bool) variable.set(options);
  }
  return object;
}

/** What a program makes of all packets. */
async function answer(engine: ObjectEngine, installed: ObjectFile, program: string): Promise<Answer> {
  const results: RunResult[] = [];
  const maps: Record<string, string[]>[] = [];
  for (const { packets: given, options, fill } of halves(installed)) {
    const object = await engine.load(prepared(installed, options), typeof fill === 'number' ? {} : { maps: fill });
    if (typeof fill === 'number') fillMaps(object.maps, fill);
    results.push(...object.program(program).runBatch(given));
    maps.push(contents(new Map(object.maps.map((map) => [map.name, map.raw]))));
    object.close();
  }
  return { results, maps };
}

/** Names of the programs that the kernel takes and test-runs: those for devmap and cpumap entries it does not. */
async function runnable(kernel: KernelEngine, installed: ObjectFile): Promise<string[]> {
  try {
    const object = await kernel.load(prepared(installed, false));
    const xdp = object.programs.filter(({ type, section }) => type === 'xdp' && !/(dev|cpu)map/.test(section));
    for (const { program, error } of object.failures) {
      if (error.code.startsWith('BEESWAX_E_KERNEL')) console.log(`${installed.name} ${program}: ${error.message}`);
    }
    object.close();
    return xdp.map(({ name }) => name);
  } catch (thrown) {
    if (isBeeswaxError(thrown)) return [];
    throw thrown;
  }
}

function verdicts({ results }: Answer): string {
  const counts = new Map<string, number>();
  for (const { action } of results) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, count]) => `${count} ${action}`).join(', ');
}

/** The tests for all programs of these objects that the kernel runs. */
export function describeParity(title: string, objects: readonly ObjectFile[]): void {
  describeNeeding(['kernelBpf'], title, () => parity(objects));
}

function parity(objects: readonly ObjectFile[]): void {
  let kernel: KernelEngine;
  beforeAll(async () => {
    kernel = await KernelEngine.create();
  });
  afterAll(() => kernel.close());

  describe.each(objects)('$name', (installed) => {
    const { name: file } = installed;
    const expected = new Map<string, Answer>();
    beforeAll(async () => {
      for (const name of await runnable(kernel, installed)) {
        const kernels = await answer(kernel, installed, name);
        expected.set(name, kernels);
        console.log(`${file} ${name}: ${verdicts(kernels)}`);
      }
      if (expected.size === 0) console.log(`${file}: no program that the kernel loads and test-runs`);
    });

    it.each(['interp', 'jit'] as const)('%s', async (tier) => {
      const engine = await Engine.create({ engine: tier });
      for (const [name, theirs] of expected) {
        const ours = await answer(engine, installed, name);
        ours.results.forEach((result, packet) => {
          const kernels = theirs.results[packet] as RunResult;
          expect({ name, packet, ...outcome(result) }).toEqual({ name, packet, ...outcome(kernels) });
        });
        expect({ name, maps: ours.maps }).toEqual({ name, maps: theirs.maps });
      }
      engine.close();
    });
  });
}
