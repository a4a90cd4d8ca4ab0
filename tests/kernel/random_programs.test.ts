/** The generator of random programs, measured against the kernel: most of its 'kernel' profile must be accepted. */
import { expect, it } from 'vitest';
import { OPS } from '../../src/isa/table.js';
import { Kernel, KernelObject } from '../../src/kernel/index.js';
import { describeNeeding } from '../support/have.js';
import { packets } from '../support/packets.js';
import { type Profile, randomProgram } from '../support/random_programs.js';

const COUNT = 300;

/** Instructions that XDP programs do not have, that the kernel refuses, or that need what only a kernel has. */
const NEVER: readonly string[] = ['packet', 'callx'];
const NEEDS_KERNEL: readonly string[] = ['call_btf', 'lddw_var', 'lddw_map_index', 'lddw_map_index_value'];

function rowsUsed(profile: Profile, count: number): Set<string> {
  const used = new Set<string>();
  for (let seed = 0; seed < count; seed++) {
    for (const { op } of randomProgram(seed, profile).program.insns) used.add(op.name);
  }
  return used;
}

it('gives the same program for a seed', () => {
  for (const profile of ['kernel', 'wild'] as const)
    expect(randomProgram(5, profile)).toEqual(randomProgram(5, profile));
});

it('uses every row that XDP programs may have, and calls through registers when wild', () => {
  const expected = OPS.filter(({ name, group }) => !NEVER.includes(group) && !NEEDS_KERNEL.includes(name)).map(
    ({ name }) => name,
  );
  const used = rowsUsed('kernel', 600);
  expect(expected.filter((name) => !used.has(name))).toEqual([]);
  expect(rowsUsed('wild', 600)).toContain('callx');
});

describeNeeding(['kernelBpf'], 'the kernel on random programs', () => {
  it('accepts nearly all, and they differ in what they return', async () => {
    const kernel = await Kernel.open();
    const frames = packets(1, 4);
    const retvals = new Set<number>();
    let accepted = 0;
    for (let seed = 0; seed < COUNT; seed++) {
      const { program, maps } = randomProgram(seed, 'kernel');
      const object = KernelObject.load(kernel, { maps, programs: [program] });
      const loaded = object.programs.get(program.name);
      if (loaded !== undefined) {
        accepted++;
        for (const data of frames) retvals.add(loaded.run({ data }).retval);
      }
      object.close();
    }
    console.log(`the kernel accepts ${accepted} of ${COUNT} random programs`);
    expect(accepted / COUNT).toBeGreaterThan(0.9);
    expect(retvals.size).toBeGreaterThan(accepted / 2);
  });
});
