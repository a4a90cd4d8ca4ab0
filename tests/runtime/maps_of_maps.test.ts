/** What inner maps a map of maps takes, asked of the kernel for pairs of attributes, and that memory comes back. */
import { beforeAll, expect, it } from 'vitest';
import { MAP_FLAGS, type MapTypeName } from '../../src/abi/map_types.js';
import { Kernel, KernelMap } from '../../src/kernel/index.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import { createMap } from '../../src/runtime/maps.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { describeNeeding } from '../support/have.js';
import { mapSpec, u32 } from '../support/maps.js';
import { Random } from '../support/random.js';
import { openRuntime, outcome } from './maps_support.js';

const { BPF_F_NO_PREALLOC, BPF_F_INNER_MAP } = MAP_FLAGS;
const TYPES: MapTypeName[] = [
  'array',
  'percpu_array',
  'hash',
  'lru_hash',
  'lpm_trie',
  'prog_array',
  'devmap',
  'xskmap',
  'cpumap',
];

function innerSpec(random: Random): MapSpec {
  const type = TYPES[random.below(TYPES.length)] as MapTypeName;
  const flags =
    type === 'lpm_trie' || (type === 'hash' && random.chance(0.3))
      ? BPF_F_NO_PREALLOC
      : type === 'array' && random.chance(0.5)
        ? BPF_F_INNER_MAP
        : 0;
  const keySize = type === 'lpm_trie' || (type === 'hash' && random.chance(0.2)) ? 8 : 4;
  return mapSpec('inner', type, keySize, random.chance(0.9) ? 4 : 8, random.between(1, 2), { flags });
}

describeNeeding(['kernelBpf'], 'maps of maps as in the kernel', () => {
  let kernel: Kernel;
  let runtime: Runtime;
  beforeAll(async () => {
    kernel = await Kernel.open();
    runtime = await openRuntime(1);
  });

  it.each(['array_of_maps', 'hash_of_maps'] as const)('%s takes and refuses the same inner maps', (outerType) => {
    const random = new Random(5);
    const tally = new Map<string, number>();
    for (let round = 0; round < 200; round++) {
      const model = innerSpec(random);
      const inner = random.chance(0.4) ? { ...model, maxEntries: random.between(1, 2) } : innerSpec(random);
      const outer = mapSpec('outer', outerType, 4, 4, 2, { inner: model });
      const key = u32(random.below(3));
      const flags = random.chance(0.8) ? 0 : random.below(4);
      const ours = (): void => {
        const [made, held] = [createMap(runtime, outer), createMap(runtime, inner)];
        try {
          made.update(key, u32(held.record), flags);
          made.update(key, u32(held.record));
          made.delete(key);
        } finally {
          held.close();
          made.close();
        }
      };
      const theirs = (): void => {
        const [made, held] = [KernelMap.create(kernel, outer), KernelMap.create(kernel, inner)];
        try {
          made.update(key, u32(held.fd), flags);
          made.update(key, u32(held.fd));
          made.delete(key);
        } finally {
          held.close();
          made.close();
        }
      };
      const shown = JSON.stringify({ model, inner, flags });
      const answer = outcome(ours);
      expect(answer, shown).toBe(outcome(theirs));
      tally.set(answer, (tally.get(answer) ?? 0) + 1);
    }
    for (const answer of ['ok', 'EINVAL', 'ENOTSUPP']) expect(tally.get(answer), answer).toBeGreaterThan(10);
  });

  it('has no map of maps of maps, and none without a model', () => {
    const inner = mapSpec('inner', 'array_of_maps', 4, 4, 1, { inner: mapSpec('innermost', 'array', 4, 4, 1) });
    for (const more of [{ inner }, {}]) {
      const outer = mapSpec('outer', 'array_of_maps', 4, 4, 1, more);
      expect(outcome(() => createMap(runtime, outer))).toBe('EINVAL');
      expect(outcome(() => KernelMap.create(kernel, outer))).toMatch(/EINVAL|EBADF/);
    }
  });

  it('gives all memory back', () => {
    const left = (): number[] => [0, 2].map((arena) => runtime.exports.arena_left(arena) >>> 0);
    const round = (): void => {
      for (const type of ['array_of_maps', 'hash_of_maps'] as const) {
        const model = mapSpec('inner', 'hash', 4, 8, 100);
        const outer = createMap(runtime, mapSpec('outer', type, 4, 4, 8, { inner: model }));
        for (let i = 0; i < 40; i++) {
          const inner = createMap(runtime, model);
          outer.update(u32(i % 8), u32(inner.record));
          inner.close();
        }
        outer.delete(u32(3));
        outer.close();
      }
    };
    round();
    const before = left();
    for (let i = 0; i < 20; i++) round();
    expect(left()).toEqual(before);
  });
});
