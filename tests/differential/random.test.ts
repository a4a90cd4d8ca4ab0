/**
 * Random programs on every engine: the interpreter and the translator agree on all of them, traps included, and with
 * the kernel on those that it accepts. A difference is printed as the smallest program that still shows it.
 *
 * BEESWAX_RANDOM_PROGRAMS sets how many; BEESWAX_RANDOM_SEED where they start.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatInsn } from '../../src/asm/format.js';
import type { PacketInput } from '../../src/model/frame.js';
import type { Program } from '../../src/model/program.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { contents, outcome, wholeOutcome } from '../support/compare.js';
import { kernelEngine, type TestEngine, wasmEngine } from '../support/engines.js';
import { describeNeeding } from '../support/have.js';
import { packets } from '../support/packets.js';
import { remaining, shrink } from '../support/random/shrink.js';
import { type RandomProgram, randomProgram } from '../support/random_programs.js';

const COUNT = Number(process.env.BEESWAX_RANDOM_PROGRAMS ?? 150);
const FIRST = Number(process.env.BEESWAX_RANDOM_SEED ?? 0);
/** Small, so that runaway programs end soon. */
const FUEL = 200_000n;
/** Another size of memory puts everything elsewhere: what depends on addresses differs there. */
const ELSEWHERE = 128 * 1024 * 1024;

const META = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const PACKETS = packets(7, 4).map((data, i): PacketInput => (i === 3 ? { data, meta: META } : { data }));
const SEEDS = Array.from({ length: COUNT }, (_, i) => FIRST + i);

/** What a program does to the packets and to its maps on an engine. */
async function answers(engine: TestEngine, { program, maps }: RandomProgram, look: typeof outcome): Promise<object> {
  const loaded = await engine.load(program, maps);
  try {
    return { results: PACKETS.map((packet) => look(loaded.run(packet))), maps: contents(loaded.maps) };
  } finally {
    loaded.close();
  }
}

function same(a: object, b: object): boolean {
  const text = (value: object): string =>
    JSON.stringify(value, (_, field) => (typeof field === 'bigint' ? String(field) : field));
  return text(a) === text(b);
}

/** The smallest program that two of our engines answer differently, whatever the addresses: as text. */
async function smallest(random: RandomProgram, one: TestEngine, other: TestEngine): Promise<string> {
  const moved = await wasmEngine('interp', { fuel: FUEL, memory: ELSEWHERE });
  const differs = async (program: Program): Promise<boolean> => {
    try {
      const candidate = { ...random, program };
      const [a, b] = [await answers(one, candidate, wholeOutcome), await answers(other, candidate, wholeOutcome)];
      return !same(a, b) && same(a, await answers(moved, candidate, wholeOutcome));
    } catch (thrown) {
      if (isBeeswaxError(thrown)) return false;
      throw thrown;
    }
  };
  const program = await shrink(random.program, differs);
  moved.close();
  return remaining(program)
    .map((insn) => `${insn.pc}: ${formatInsn(insn)}`)
    .join('\n');
}

describe('interpreter and translator', () => {
  let interpreter: TestEngine;
  let translator: TestEngine;
  beforeAll(async () => {
    interpreter = await wasmEngine('interp', { fuel: FUEL });
    translator = await wasmEngine('jit', { fuel: FUEL });
  });
  afterAll(() => {
    interpreter.close();
    translator.close();
  });

  it.each(['kernel', 'wild'] as const)('agree on random programs: %s', { timeout: 0 }, async (profile) => {
    for (const seed of SEEDS) {
      const random = randomProgram(seed, profile);
      const expected = await answers(interpreter, random, wholeOutcome);
      const got = await answers(translator, random, wholeOutcome);
      if (!same(got, expected)) console.log(`seed ${seed}:\n${await smallest(random, interpreter, translator)}`);
      expect({ seed, ...got }).toEqual({ seed, ...expected });
    }
  });
});

describeNeeding(['kernelBpf'], 'engines and the kernel', () => {
  let kernel: TestEngine;
  beforeAll(async () => {
    kernel = await kernelEngine();
  });
  afterAll(() => kernel.close());

  it.each(['interp', 'jit'] as const)('agree on random programs: %s', { timeout: 0 }, async (tier) => {
    const engine = await wasmEngine(tier);
    let accepted = 0;
    for (const seed of SEEDS) {
      const random = randomProgram(seed, 'kernel');
      let expected: object;
      try {
        expected = await answers(kernel, random, outcome);
      } catch (thrown) {
        if (!isBeeswaxError(thrown, 'BEESWAX_E_KERNEL_REJECTED')) throw thrown;
        continue;
      }
      accepted++;
      expect({ seed, ...(await answers(engine, random, outcome)) }).toEqual({ seed, ...expected });
    }
    engine.close();
    expect(accepted / COUNT).toBeGreaterThan(0.9);
  });
});
