/**
 * The engine's maps against the kernel's: the same random operations on both, each answer (value, errno) compared, and
 * the contents afterwards. Keys come from a small pool, so that maps fill up, elements are replaced and found again.
 */
import { afterEach, beforeAll, expect, it } from 'vitest';
import { MAP_FLAGS, MAP_TYPES, type MapTypeName, type MapTypeRow } from '../../src/abi/map_types.js';
import { Kernel, KernelMap } from '../../src/kernel/index.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import { createMap } from '../../src/runtime/maps.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { describeNeeding } from '../support/have.js';
import { mapSpec } from '../support/maps.js';
import { Random } from '../support/random.js';
import { hex, MIB, openRuntime, outcome } from './maps_support.js';

const { BPF_F_NO_PREALLOC, BPF_F_RDONLY, BPF_F_RDONLY_PROG } = MAP_FLAGS;
const OPERATIONS = 2000;

/** Type, key size, value size, entries, flags, keys in the pool. */
type Case = [type: MapTypeName, key: number, value: number, entries: number, flags: number, pool: number];

const CASES: Case[] = [
  ['array', 4, 4, 8, 0, 12],
  ['array', 4, 13, 8, 0, 12],
  ['array', 4, 8, 8, BPF_F_RDONLY_PROG, 12],
  ['percpu_array', 4, 8, 8, 0, 12],
  ['percpu_array', 4, 5, 8, 0, 12],
  ['hash', 4, 8, 8, 0, 12],
  ['hash', 8, 4, 8, 0, 12],
  ['hash', 16, 20, 8, 0, 12],
  ['hash', 13, 300, 8, 0, 12],
  ['hash', 600, 1, 8, 0, 12],
  ['hash', 1, 1, 300, 0, 400],
  ['hash', 6, 24, 8, BPF_F_NO_PREALLOC, 12],
  ['hash', 4, 8, 1, 0, 3],
  ['percpu_hash', 4, 8, 8, 0, 12],
  ['percpu_hash', 20, 3, 8, BPF_F_NO_PREALLOC, 12],
  ['lru_hash', 4, 8, 4000, 0, 40],
  ['lru_percpu_hash', 4, 8, 4000, 0, 40],
  ['lpm_trie', 5, 1, 8, BPF_F_NO_PREALLOC, 12],
  ['lpm_trie', 8, 4, 16, BPF_F_NO_PREALLOC, 24],
  ['lpm_trie', 8, 4, 200, BPF_F_NO_PREALLOC, 300],
  ['lpm_trie', 11, 8, 40, BPF_F_NO_PREALLOC, 60],
  ['lpm_trie', 20, 16, 100, BPF_F_NO_PREALLOC, 150],
  ['devmap', 4, 4, 8, 0, 12],
  ['devmap', 4, 8, 8, 0, 12],
  ['devmap_hash', 4, 4, 8, 0, 12],
];

/** Keys that share prefixes for tries, indices for arrays, anything for the rest. */
function keyPool(random: Random, [type, size, , entries, , length]: Case): Uint8Array[] {
  const row: MapTypeRow = MAP_TYPES[type];
  return Array.from({ length }, (_, index) => {
    const key = Uint8Array.from({ length: size }, () => random.below(256));
    const view = new DataView(key.buffer);
    if (row.indexed === true) view.setUint32(0, index === entries ? 0xffff_ffff : index, true);
    if (type === 'lpm_trie') {
      const bits = (size - 4) * 8;
      for (let i = 4; i < size; i++) key[i] = random.chance(0.5) ? 0 : random.chance(0.5) ? 0x80 : random.below(256);
      view.setUint32(0, random.chance(0.03) ? bits + 1 : random.below(bits + 1), true);
    }
    return key;
  });
}

function randomValue(random: Random, type: MapTypeName, size: number): Uint8Array {
  // The kernel wants devices that exist: the loopback interface, or none.
  if (type.startsWith('devmap'))
    return Uint8Array.from({ length: size }, (_, i) => (i === 0 && random.chance(0.8) ? 1 : 0));
  return Uint8Array.from({ length: size }, () => random.below(256));
}

function contents(map: { entries(): Iterable<[Uint8Array, Uint8Array]> }): string[] {
  return Array.from(map.entries(), ([key, value]) => `${hex(key)}=${hex(value)}`);
}

describeNeeding(['kernelBpf'], 'the same operations in the kernel', () => {
  let kernel: Kernel;
  let runtime: Runtime;
  const open: { close(): void }[] = [];
  beforeAll(async () => {
    kernel = await Kernel.open();
    runtime = await openRuntime(kernel.cpus, 1024 * MIB);
  });
  afterEach(() => {
    for (const map of open.splice(0)) map.close();
  });

  const both = (spec: MapSpec): { ours: ReturnType<typeof createMap>; theirs: KernelMap } => {
    const ours = createMap(runtime, spec);
    const theirs = KernelMap.create(kernel, spec);
    open.push(ours, theirs);
    return { ours, theirs };
  };

  it.each(CASES)('%s, key %i, value %i, entries %i, flags %i', (...parameters) => {
    const [type, keySize, valueSize, maxEntries, flags] = parameters;
    const { ours, theirs } = both(mapSpec('m', type, keySize, valueSize, maxEntries, { flags }));
    const random = new Random(keySize * 1000 + valueSize + maxEntries);
    const pool = keyPool(random, parameters);
    const length = ours.cpus === 1 ? valueSize : ours.cpus * Math.ceil(valueSize / 8) * 8;
    for (let step = 0; step < OPERATIONS; step++) {
      const key = pool[random.below(pool.length)] as Uint8Array;
      const kind = random.below(10);
      const update = random.chance(0.7) ? 0 : random.below(6);
      const value = randomValue(random, type, length);
      const answers = [ours, theirs].map((map) => {
        if (kind < 5) return outcome(() => map.update(key, value, update));
        return outcome(() => (kind < 8 ? map.lookup(key) : map.delete(key)));
      });
      const what = kind < 5 ? `set ${hex(value)} flags ${update}` : kind < 8 ? 'get' : 'delete';
      expect(answers[0], `step ${step}: ${what} of ${hex(key)}`).toBe(answers[1]);
      if (step % 500 === 499) {
        // The order of hashes depends on the seed of the hash function; that of all others is defined.
        const order = type.includes('hash') ? (list: string[]) => list.sort() : (list: string[]) => list;
        const listed: string[] = [];
        for (let at = ours.nextKey(undefined); at !== undefined; at = ours.nextKey(at)) listed.push(hex(at));
        expect(order(listed)).toEqual(order(Array.from(theirs.keys(), hex)));
        expect(contents(ours).sort()).toEqual(contents(theirs).sort());
      }
    }
  });

  it('freezes alike', () => {
    const { ours, theirs } = both(mapSpec('m', 'hash', 4, 4, 4));
    const key = new Uint8Array(4);
    const answers = [ours, theirs].map((map) => [
      outcome(() => map.update(key, key)),
      outcome(() => map.freeze()),
      outcome(() => map.update(key, key)),
      outcome(() => map.delete(key)),
      outcome(() => map.freeze()),
      outcome(() => map.lookup(key)),
    ]);
    expect(answers[0]).toEqual(answers[1]);
  });

  it('makes or refuses maps alike', () => {
    const random = new Random(7);
    const types: MapTypeName[] = [
      'array',
      'percpu_array',
      'hash',
      'percpu_hash',
      'lru_hash',
      'lru_percpu_hash',
      'lpm_trie',
      'prog_array',
      'perf_event_array',
      'devmap',
      'devmap_hash',
      'cpumap',
      'xskmap',
      'queue',
      'stack',
      'bloom_filter',
      'ringbuf',
      'sockmap',
      'sockhash',
    ];
    const sizes = [0, 1, 4, 5, 8, 9, 16, 260, 261, 512, 513, 32768, 32769];
    const large = [
      4 * 2 ** 20 - 281,
      4 * 2 ** 20 - 280,
      4 * 2 ** 20 - 279,
      4 * 2 ** 20 - 49,
      4 * 2 ** 20 - 48,
      4 * 2 ** 20,
      0x8000_0000,
    ];
    const tally = new Map<string, number>();
    for (let round = 0; round < 4000; round++) {
      const type = types[random.below(types.length)] as MapTypeName;
      const { keyless }: MapTypeRow = MAP_TYPES[type];
      const keySize = random.chance(0.6) ? (keyless === true ? 0 : 4) : (sizes[random.below(sizes.length)] as number);
      const valueSize = random.chance(0.1)
        ? (large[random.below(large.length)] as number)
        : (sizes[random.below(sizes.length)] as number);
      const pages = type === 'ringbuf' ? 4096 : 1;
      const maxEntries = random.chance(0.1) ? 0 : random.between(1, 3) * pages;
      const extra = random.chance(0.9) ? 0 : random.below(20);
      // A NUMA node is a machine's own matter.
      const flag = (): number => (random.chance(0.5) ? 0 : 1 << random.below(13)) & ~MAP_FLAGS.BPF_F_NUMA_NODE;
      const flags = flag() | flag() | (type === 'lpm_trie' && random.chance(0.8) ? BPF_F_NO_PREALLOC : 0);
      const spec = mapSpec('m', type, keySize, valueSize, maxEntries, { flags, extra });
      if (type === 'perf_event_array' && maxEntries === 0) continue;
      const answers = [() => createMap(runtime, spec), () => KernelMap.create(kernel, spec)].map((make) =>
        outcome(() => make().close()),
      );
      const shown = `${type} key ${keySize} value ${valueSize} entries ${maxEntries} flags 0x${flags.toString(16)} extra ${extra}`;
      expect(answers[0], shown).toBe(answers[1]);
      tally.set(answers[0] as string, (tally.get(answers[0] as string) ?? 0) + 1);
    }
    expect(tally.get('ok')).toBeGreaterThan(300);
    expect(tally.get('EINVAL')).toBeGreaterThan(300);
    expect(tally.get('E2BIG')).toBeGreaterThan(10);
  });

  it('keeps user space from what its flags forbid, alike', () => {
    const { ours, theirs } = both(mapSpec('m', 'hash', 4, 4, 4, { flags: BPF_F_RDONLY }));
    const key = new Uint8Array(4);
    const answers = [ours, theirs].map((map) => [
      outcome(() => map.update(key, key)),
      outcome(() => map.delete(key)),
      outcome(() => map.lookup(key)),
    ]);
    expect(answers[0]).toEqual(answers[1]);
  });
});
