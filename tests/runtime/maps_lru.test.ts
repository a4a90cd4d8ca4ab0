/** What LRU maps promise: which elements go is their own choice, within these bounds. */
import { describe, expect, it } from 'vitest';
import { Worker } from '../../src/abi/layout.js';
import { MAP_FLAGS } from '../../src/abi/map_types.js';
import { u32 } from '../support/maps.js';
import { Random } from '../support/random.js';
import { newMap, openRuntime } from './maps_support.js';

const TYPES = ['lru_hash', 'lru_percpu_hash'] as const;

describe.each(TYPES)('%s', (type) => {
  it.each([1, 2, 3, 100, 257, 1000])(
    'with %i entries never refuses an element, nor loses the newest',
    async (entries) => {
      const map = newMap(await openRuntime(), type, 4, 4, entries);
      const random = new Random(entries);
      let newest = -1;
      for (let step = 0; step < 5000; step++) {
        const n = random.below(4 * entries);
        if (random.chance(0.15)) {
          map.delete(u32(n));
          if (n === newest) newest = -1;
          continue;
        }
        const before = newest;
        if (!map.has(u32(n))) newest = n;
        map.update(u32(n), u32(n));
        if (entries > 1 && before !== -1) expect(map.has(u32(before)), `step ${step}`).toBe(true);
        expect(map.has(u32(n))).toBe(true);
        expect(map.count).toBeLessThanOrEqual(entries);
      }
      expect([...map.keys()].length).toBe(map.count);
    },
  );

  it('keeps what programs look up', async () => {
    const runtime = await openRuntime();
    const map = newMap(runtime, type, 4, 4, 1000);
    const lookup = runtime.exports.lookup_elem as (record: number, key: number) => number;
    const key = runtime.worker + Worker.SCRATCH;
    for (let n = 0; n < 1000; n++) map.update(u32(n), u32(n));
    for (let n = 1000; n < 20_000; n++) {
      for (let used = 0; used < 50; used++) {
        runtime.memory.setU32(key, used);
        lookup(map.record, key);
      }
      map.update(u32(n), u32(n));
    }
    const kept = Array.from({ length: 50 }, (_, n) => map.has(u32(n))).filter(Boolean).length;
    expect(kept).toBe(50);
  });
});

it('a list for each CPU rounds the entries up to a multiple of the CPUs, as the kernel does', async () => {
  const map = newMap(await openRuntime(3), 'lru_hash', 4, 4, 10, MAP_FLAGS.BPF_F_NO_COMMON_LRU);
  expect(map.maxEntries).toBe(12);
});
