/**
 * Maps under several threads: writers add and remove elements all the time, readers look up others that stay. What stays
 * must be found each time, and afterwards the map must be whole.
 */

import { readFileSync } from 'node:fs';
import { Worker as Thread } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { Layout, Worker } from '../../src/abi/layout.js';
import { MAP_FLAGS, type MapTypeName } from '../../src/abi/map_types.js';
import { newMap, openRuntime } from './maps_support.js';

const THREADS = 3;
const ROUNDS = 60_000;
const STABLE = 32;

/**
 * One thread, as an instance of its own on the shared memory. Even keys below 2 × STABLE stay; odd ones come and go.
 * Posts how many of the look-ups failed.
 */
const THREAD = `
const { workerData: w, parentPort } = require('node:worker_threads');
const stubs = new Proxy({}, { get: () => () => 0 });
const env = {
  memory: w.memory,
  table: new WebAssembly.Table({ element: 'anyfunc', initial: 16 }),
  worker: new WebAssembly.Global({ value: 'i32', mutable: false }, w.block),
};
const imports = {};
for (const { module, name } of WebAssembly.Module.imports(w.module)) {
  (imports[module] ??= {})[name] = module === 'env' ? env[name] : stubs[name];
}
const { exports } = new WebAssembly.Instance(w.module, imports);
const view = new DataView(w.memory.buffer);
const key = w.block + w.scratch;
const value = key + 64;
// Tries compare from the first byte on, hashes take all bytes alike.
const setKey = (n) => {
  if (w.trie) { view.setUint32(key, 32, true); view.setUint32(key + 4, n, false); }
  else view.setUint32(key, n, true);
};
let lost = 0;
let state = w.seed;
const random = (bound) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8) % bound;
for (let round = 0; round < w.rounds; round++) {
  setKey(2 * random(w.stable));
  const found = exports.lookup_elem(w.record, key) >>> 0;
  const wanted = w.trie ? view.getUint32(key + 4, false) : view.getUint32(key, true);
  if (found === 0 || view.getUint32(found, true) !== wanted) lost++;
  const n = 2 * random(w.stable) + 1;
  setKey(n);
  view.setUint32(value, n, true);
  if (random(2)) exports.update_elem(w.record, key, value, 0n);
  else exports.delete_elem(w.record, key);
}
parentPort.postMessage(lost);
`;

describe('maps under several threads', () => {
  it.each<[MapTypeName, number, number]>([
    ['hash', 4, 0],
    ['hash', 20, MAP_FLAGS.BPF_F_NO_PREALLOC],
    ['percpu_hash', 4, 0],
    ['lpm_trie', 8, MAP_FLAGS.BPF_F_NO_PREALLOC],
  ])('%s, key %i, flags %i', async (type, keySize, flags) => {
    const runtime = await openRuntime(THREADS);
    const map = newMap(runtime, type, keySize, 8, 2 * STABLE, flags);
    const trie = type === 'lpm_trie';
    const key = (n: number): Uint8Array => {
      const bytes = new Uint8Array(keySize);
      const view = new DataView(bytes.buffer);
      if (trie) view.setUint32(0, 32, true);
      view.setUint32(trie ? 4 : 0, n, !trie);
      return bytes;
    };
    for (let n = 0; n < 2 * STABLE; n += 2) map.update(key(n), Uint8Array.of(n, 0, 0, 0, 0, 0, 0, 0));

    const module = new WebAssembly.Module(readFileSync(new URL('../../build/runtime.wasm', import.meta.url)));
    const lost = await Promise.all(
      Array.from({ length: THREADS }, (_, cpu) => {
        const block = Layout.WORKERS + cpu * Layout.WORKER_SIZE;
        const thread = new Thread(THREAD, {
          eval: true,
          workerData: {
            module,
            memory: runtime.memory.memory,
            block,
            scratch: Worker.SCRATCH,
            record: map.record,
            trie,
            rounds: ROUNDS,
            stable: STABLE,
            seed: cpu + 1,
          },
        });
        return new Promise<number>((resolve, reject) => thread.once('message', resolve).once('error', reject));
      }),
    );
    expect(lost).toEqual(Array(THREADS).fill(0));

    const listed: number[] = [];
    for (let at = map.nextKey(undefined); at !== undefined; at = map.nextKey(at)) {
      expect(map.has(at)).toBe(true);
      listed.push(trie ? (at[7] as number) : (at[0] as number));
    }
    const ordered = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed.length).toBe(map.count);
    expect(ordered(Array.from(map.keys(), (at) => (trie ? at[7] : at[0]) as number))).toEqual(ordered(listed));
    map.clear();
    expect([map.count, map.nextKey(undefined)]).toEqual([0, undefined]);
    for (let n = 0; n < 2 * STABLE; n++) map.update(key(n), new Uint8Array(8));
    expect(map.count).toBe(2 * STABLE);
  });
});
