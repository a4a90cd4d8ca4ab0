/**
 * Maps in memory that other maps gave back: updating an element exchanges its value's place with a spare one, and
 * destroying the map must give back exactly what it took, or two elements of later maps share a place.
 */
import { expect, it } from 'vitest';
import { createMap, type WasmMap } from '../../src/runtime/maps.js';
import { Runtime } from '../../src/runtime/runtime.js';
import { mapSpec, u32, u64 } from '../support/maps.js';

const ENTRIES = 6;

it.each([0, 1, 2, 3])('keeps values apart after a map whose elements were updated %d times', async (updates) => {
  const runtime = await Runtime.create({ memory: 64 << 20, cpus: 1, fuel: 1n << 20n, seed: 1n, wasm: undefined });
  const make = (): WasmMap => createMap(runtime, mapSpec('hash', 'hash', 4, 16, ENTRIES));

  const first = make();
  first.update(u32(0), u64(1n, 1n));
  for (let i = 0; i < updates; i++) first.update(u32(0), u64(2n, 2n));
  first.close();

  const later = [make(), make(), make()];
  const keys = Array.from({ length: ENTRIES }, (_, key) => key);
  const value = (map: number, key: number) => u64(BigInt(map), BigInt(key));
  for (const round of [1, 2]) {
    later.forEach((map, m) => {
      for (const key of keys) map.update(u32(key), value(m * round, key));
    });
  }
  later.forEach((map, m) => {
    for (const key of keys) expect(map.lookup(u32(key))).toEqual(value(m * 2, key));
    map.close();
  });
});
