/**
 * What maps do, as tables of operations with the answers of the kernel's sources. The kernel itself is asked in
 * maps_kernel.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { Arena, Worker } from '../../src/abi/layout.js';
import { MAP_FLAGS, type MapTypeName, UPDATE_FLAGS } from '../../src/abi/map_types.js';
import { createMap } from '../../src/runtime/maps.js';
import { mapSpec, u32, u64 } from '../support/maps.js';
import { bytes, hex, MIB, newMap, openRuntime, outcome } from './maps_support.js';

const { BPF_ANY: ANY, BPF_NOEXIST: NOEXIST, BPF_EXIST: EXIST, BPF_F_LOCK: LOCK } = UPDATE_FLAGS;
const { BPF_F_NO_PREALLOC, BPF_F_NO_COMMON_LRU, BPF_F_RDONLY, BPF_F_WRONLY, BPF_F_RDONLY_PROG, BPF_F_WRONLY_PROG } =
  MAP_FLAGS;

type Step = [op: 'set' | 'get' | 'del', key: number, wanted: string, value?: number, flags?: number];

/** One test a type: steps on u32 keys and values, with what each answers. */
// biome-ignore format: a table
const STEPS: [name: string, type: MapTypeName, flags: number, steps: Step[]][] = [
  ['array: all elements exist', 'array', 0, [
    ['get', 0, '00000000'],
    ['set', 1, 'ok', 7],
    ['get', 1, '07000000'],
    ['set', 1, 'EEXIST', 8, NOEXIST],
    ['set', 1, 'ok', 9, EXIST],
    ['set', 4, 'E2BIG', 1],
    ['set', 0xffffffff, 'E2BIG', 1],
    ['set', 1, 'EINVAL', 1, 3],
    ['set', 1, 'EINVAL', 1, LOCK],
    ['get', 4, 'ok'],
    ['del', 1, 'EINVAL'],
    ['get', 1, '09000000'],
  ]],
  ['hash: room for max_entries elements, replaced in a full map too', 'hash', 0, [
    ['get', 1, 'ok'],
    ['set', 1, 'ENOENT', 1, EXIST],
    ['set', 1, 'ok', 1, NOEXIST],
    ['set', 1, 'EEXIST', 2, NOEXIST],
    ['get', 1, '01000000'],
    ['set', 2, 'ok', 2],
    ['set', 3, 'ok', 3],
    ['set', 4, 'ok', 4],
    ['set', 5, 'E2BIG', 5],
    ['set', 4, 'ok', 40],
    ['get', 4, '28000000'],
    ['set', 4, 'EINVAL', 1, 3],
    ['set', 4, 'EINVAL', 1, LOCK],
    ['del', 1, 'true'],
    ['del', 1, 'false'],
    ['set', 5, 'ok', 5],
    ['get', 5, '05000000'],
    ['get', 1, 'ok'],
  ]],
  ['hash that grows', 'hash', BPF_F_NO_PREALLOC, [
    ['set', 1, 'ok', 1],
    ['set', 2, 'ok', 2],
    ['set', 3, 'ok', 3],
    ['set', 4, 'ok', 4],
    ['set', 5, 'E2BIG', 5],
    ['set', 1, 'ok', 10],
    ['del', 2, 'true'],
    ['set', 5, 'ok', 5],
    ['get', 1, '0a000000'],
  ]],
  ['lru_hash: a full map takes every new element', 'lru_hash', 0, [
    ['set', 1, 'ok', 1],
    ['set', 2, 'ok', 2],
    ['set', 3, 'ok', 3],
    ['set', 4, 'ok', 4],
    ['set', 5, 'ok', 5],
    ['get', 5, '05000000'],
    ['set', 9, 'ENOENT', 9, EXIST],
    ['set', 5, 'EEXIST', 9, NOEXIST],
    ['set', 5, 'EINVAL', 9, LOCK],
  ]],
  ['prog_array: slots are filled and emptied', 'prog_array', 0, [
    ['get', 0, 'ok'],
    ['set', 0, 'ok', 3],
    ['get', 0, '03000000'],
    ['set', 0, 'ok', 0],
    ['get', 0, '00000000'],
    ['set', 0, 'EINVAL', 1, EXIST],
    ['set', 4, 'E2BIG', 1],
    ['del', 0, 'true'],
    ['get', 0, 'ok'],
    ['del', 0, 'false'],
    ['del', 4, 'E2BIG'],
  ]],
  ['devmap: interface 0 empties a slot', 'devmap', 0, [
    ['get', 0, 'ok'],
    ['set', 0, 'ok', 1],
    ['get', 0, '01000000'],
    ['set', 0, 'EEXIST', 1, NOEXIST],
    ['set', 1, 'EEXIST', 1, NOEXIST],
    ['set', 4, 'E2BIG', 1],
    ['set', 0, 'ok', 0],
    ['get', 0, 'ok'],
    ['del', 0, 'true'],
    ['del', 4, 'EINVAL'],
  ]],
  ['devmap_hash: BPF_EXIST is as BPF_ANY', 'devmap_hash', 0, [
    ['set', 77, 'ok', 1, EXIST],
    ['set', 77, 'EEXIST', 1, NOEXIST],
    ['set', 77, 'EINVAL', 0],
    ['get', 77, '01000000'],
    ['set', 1, 'ok', 1],
    ['set', 2, 'ok', 1],
    ['set', 3, 'ok', 1],
    ['set', 4, 'E2BIG', 1],
    ['del', 77, 'true'],
    ['del', 77, 'false'],
  ]],
  ['cpumap: a queue of 16,384 at most, of length 0 for none', 'cpumap', 0, [
    ['set', 0, 'ok', 192],
    ['get', 0, 'c0000000'],
    ['set', 0, 'EOVERFLOW', 16385],
    ['set', 0, 'EEXIST', 192, NOEXIST],
    ['set', 0, 'ok', 0],
    ['get', 0, 'ok'],
    ['del', 4, 'EINVAL'],
  ]],
  ['xskmap: flags say what must be there', 'xskmap', 0, [
    ['set', 0, 'ENOENT', 5, EXIST],
    ['set', 0, 'ok', 5, NOEXIST],
    ['set', 0, 'EEXIST', 5, NOEXIST],
    ['set', 4, 'E2BIG', 5],
    ['del', 0, 'true'],
    ['del', 4, 'EINVAL'],
  ]],
];

describe('operations', () => {
  it.each(STEPS)('%s', async (_name, type, flags, steps) => {
    const map = newMap(await openRuntime(), type, 4, 4, 4, flags);
    const answers = steps.map(([op, key, , value = 0, update = ANY]) => {
      if (op === 'set') return outcome(() => map.update(u32(key), u32(value), update));
      return outcome(() => (op === 'get' ? map.lookup(u32(key)) : map.delete(u32(key))));
    });
    expect(answers).toEqual(steps.map(([, , wanted]) => wanted));
  });
});

/** Attributes that a map cannot be made with: type, key, value, entries, flags, errno. */
// biome-ignore format: a table
const REFUSED: [type: MapTypeName, key: number, value: number, entries: number, flags: number, errno: string][] = [
  ['array', 8, 4, 1, 0, 'EINVAL'],
  ['array', 4, 0, 1, 0, 'EINVAL'],
  ['array', 4, 4, 0, 0, 'EINVAL'],
  ['array', 4, 0x80000000, 1, 0, 'E2BIG'],
  ['array', 4, 4, 1, BPF_F_NO_PREALLOC, 'EINVAL'],
  ['array', 4, 4, 1, BPF_F_RDONLY_PROG | BPF_F_WRONLY_PROG, 'EINVAL'],
  ['array', 4, 4, 1, BPF_F_RDONLY | BPF_F_WRONLY, 'EINVAL'],
  ['percpu_array', 4, 32769, 1, 0, 'E2BIG'],
  ['hash', 0, 4, 1, 0, 'EINVAL'],
  ['hash', 4, 0, 1, 0, 'EINVAL'],
  ['hash', 4, 4, 0, 0, 'EINVAL'],
  ['hash', 4, 4 * MIB, 1, 0, 'E2BIG'],
  ['hash', 4, 4, 1, BPF_F_NO_COMMON_LRU, 'EINVAL'],
  ['percpu_hash', 4, 32769, 1, 0, 'E2BIG'],
  ['lru_hash', 4, 4, 1, BPF_F_NO_PREALLOC, 'ENOTSUPP'],
  ['lpm_trie', 8, 4, 1, 0, 'EINVAL'],
  ['lpm_trie', 4, 4, 1, BPF_F_NO_PREALLOC, 'EINVAL'],
  ['lpm_trie', 261, 4, 1, BPF_F_NO_PREALLOC, 'EINVAL'],
  ['prog_array', 4, 8, 1, 0, 'EINVAL'],
  ['prog_array', 4, 4, 1, BPF_F_RDONLY_PROG, 'EINVAL'],
  ['devmap', 4, 6, 1, 0, 'EINVAL'],
  ['cpumap', 4, 4, 8193, 0, 'E2BIG'],
  ['xskmap', 4, 8, 1, 0, 'EINVAL'],
];

describe('creation', () => {
  it.each(REFUSED)(
    '%s with key %i, value %i, entries %i, flags %i: %s',
    async (type, key, value, entries, flags, errno) => {
      const runtime = await openRuntime();
      expect(outcome(() => newMap(runtime, type, key, value, entries, flags))).toBe(errno);
    },
  );

  it('says how much memory is missing', async () => {
    const runtime = await openRuntime(1, 64 * MIB);
    const spec = mapSpec('big', 'array', 4, 1024, 100_000);
    expect(() => createMap(runtime, spec)).toThrow(
      /map big needs 97\.7 MiB, the engine's memory has 3\d(\.\d)? MiB left/,
    );
    expect(() => newMap(runtime, 'hash', 4, 4, 0x80000000)).toThrow(/MiB left/);
    expect(() => newMap(runtime, 'stack_trace', 4, 8, 4096)).toThrow(/stack_trace is not there yet/);
  });

  it('gives all memory back', async () => {
    const runtime = await openRuntime(4);
    const left = (): number[] =>
      [Arena.HEAP, Arena.RO, Arena.RW].map((arena) => runtime.exports.arena_left(arena) >>> 0);
    const types: MapTypeName[] = [
      'array',
      'percpu_array',
      'hash',
      'percpu_hash',
      'lru_hash',
      'lru_percpu_hash',
      'lpm_trie',
      'prog_array',
      'devmap',
      'devmap_hash',
      'cpumap',
      'xskmap',
      'perf_event_array',
    ];
    const round = (): void => {
      const maps = types.map((type) => {
        const map = newMap(
          runtime,
          type,
          type === 'lpm_trie' ? 8 : 4,
          4,
          3000,
          type === 'lpm_trie' ? BPF_F_NO_PREALLOC : 0,
        );
        if (type === 'perf_event_array') return map;
        for (let i = 1; i < 50; i++) map.update(type === 'lpm_trie' ? u64((BigInt(i) << 32n) | 32n) : u32(i), u32(i));
        return map;
      });
      for (const map of maps.reverse()) map.close();
    };
    round();
    const before = left();
    for (let i = 0; i < 20; i++) round();
    expect(left()).toEqual(before);
  });

  it('gives zeros, whatever the memory held before', async () => {
    const runtime = await openRuntime();
    const before = newMap(runtime, 'array', 4, 64, 100);
    for (let i = 0; i < 100; i++) before.update(u32(i), new Uint8Array(64).fill(0xff));
    before.close();
    const after = newMap(runtime, 'array', 4, 40, 100);
    expect([...after.entries()].every(([, value]) => value.every((byte) => byte === 0))).toBe(true);
  });
});

describe('access', () => {
  it.each([
    ['BPF_F_RDONLY', BPF_F_RDONLY, { set: 'EPERM', get: '00000000', del: 'EPERM' }],
    ['BPF_F_WRONLY', BPF_F_WRONLY, { set: 'ok', get: 'EPERM', del: 'EINVAL' }],
    ['BPF_F_RDONLY_PROG', BPF_F_RDONLY_PROG, { set: 'ok', get: '01000000', del: 'EINVAL' }],
  ])('%s of user space', async (_name, flags, wanted) => {
    const map = newMap(await openRuntime(), 'array', 4, 4, 1, flags);
    expect({
      set: outcome(() => map.update(u32(0), u32(1))),
      get: outcome(() => map.lookup(u32(0))),
      del: outcome(() => map.delete(u32(0))),
    }).toEqual(wanted);
  });

  it('a frozen map is written by programs only', async () => {
    const map = newMap(await openRuntime(), 'hash', 4, 4, 4);
    map.update(u32(1), u32(1));
    map.freeze();
    expect([
      outcome(() => map.update(u32(1), u32(2))),
      outcome(() => map.delete(u32(1))),
      outcome(() => map.freeze()),
      outcome(() => map.lookup(u32(1))),
    ]).toEqual(['EPERM', 'EPERM', 'EPERM', '01000000']);
  });

  it('names the map and the key', async () => {
    const map = newMap(await openRuntime(), 'hash', 4, 4, 1);
    map.update(u32(1), u32(1));
    expect(() => map.update(u32(2), u32(2))).toThrow('update of map m (hash), key 02000000: E2BIG');
    expect(() => map.lookup(bytes('00'))).toThrow('a key of map m has 4 bytes, not 1');
    expect(() => map.update(u32(1), bytes('00'))).toThrow('a value of map m has 4 bytes, not 1');
    map.close();
    expect(() => map.lookup(u32(1))).toThrow('map m is closed');
  });
});

describe('per-CPU values', () => {
  it.each(['percpu_array', 'percpu_hash', 'lru_percpu_hash'] as const)(
    '%s: one a CPU, or one for all',
    async (type) => {
      const map = newMap(await openRuntime(3), type, 4, 5, 8);
      map.update(u32(1), bytes('0102030405'));
      expect(hex(map.lookup(u32(1)) as Uint8Array)).toBe('0102030405000000'.repeat(3));
      const all = bytes('0100000000000000 0200000000000000 0300000000000000');
      map.update(u32(1), all);
      expect(map.lookup(u32(1))).toEqual(all);
      expect([...map.entries()].filter(([key]) => key[0] === 1)).toEqual([[u32(1), all]]);
    },
  );
});

describe('programs', () => {
  it('get this CPU’s value, and a new element is zero for the other CPUs', async () => {
    const runtime = await openRuntime(2);
    const map = newMap(runtime, 'percpu_hash', 4, 8, 4);
    const { lookup_elem, update_elem } = runtime.exports as unknown as ProgramSide;
    const scratch = runtime.worker + Worker.SCRATCH;
    map.update(u32(1), bytes('ffffffffffffffff'));
    map.delete(u32(1));
    runtime.memory.u8.set([...u32(2), 0, 0, 0, 0, ...u64(5n)], scratch);
    expect(update_elem(map.record, scratch, scratch + 8, 0n)).toBe(0);
    expect(map.lookup(u32(2))).toEqual(u64(5n, 0n));
    const value = lookup_elem(map.record, scratch) >>> 0;
    expect(runtime.memory.copy(value, 8)).toEqual(u64(5n));
    expect(value).toBeGreaterThanOrEqual(runtime.memory.bounds.rwBase);
  });

  it('see the old value through a pointer from before an update, as in the kernel', async () => {
    const runtime = await openRuntime();
    const map = newMap(runtime, 'hash', 4, 8, 4);
    map.update(u32(1), u64(1n));
    const { lookup_elem } = runtime.exports as unknown as ProgramSide;
    const scratch = runtime.worker + Worker.SCRATCH;
    runtime.memory.u8.set(u32(1), scratch);
    const before = lookup_elem(map.record, scratch) >>> 0;
    map.update(u32(1), u64(2n));
    expect(runtime.memory.copy(before, 8)).toEqual(u64(1n));
    expect(map.lookup(u32(1))).toEqual(u64(2n));
  });

  it('may not change read-only maps, nor maps of references', async () => {
    const runtime = await openRuntime();
    const { lookup_elem, update_elem, delete_elem } = runtime.exports as unknown as ProgramSide;
    const scratch = runtime.worker + Worker.SCRATCH;
    const answers = (type: MapTypeName, flags: number): number[] => {
      const map = newMap(runtime, type, 4, 4, 4, flags);
      map.update(u32(1), u32(1));
      runtime.memory.u8.set([...u32(1), ...u32(2)], scratch);
      const found = lookup_elem(map.record, scratch) >>> 0;
      const { roBase, rwBase } = runtime.memory.bounds;
      return [
        found === 0 ? 0 : found >= roBase && found < rwBase ? 1 : 2,
        update_elem(map.record, scratch, scratch + 4, 0n),
        delete_elem(map.record, scratch),
      ];
    };
    expect(answers('hash', BPF_F_RDONLY_PROG)).toEqual([1, -13, -13]);
    expect(answers('array', BPF_F_RDONLY_PROG)).toEqual([1, -13, -13]);
    expect(answers('devmap', 0)).toEqual([1, -13, -13]);
    expect(answers('devmap_hash', 0)).toEqual([1, -13, -13]);
    expect(answers('prog_array', 0)).toEqual([0, -13, -13]);
    expect(answers('hash', 0)).toEqual([2, 0, 0]);
  });

  it('may give a key in memory that the update itself reuses', async () => {
    const runtime = await openRuntime();
    const { lookup_elem, update_elem } = runtime.exports as unknown as ProgramSide;
    const scratch = runtime.worker + Worker.SCRATCH;
    for (const [type, keySize, flags] of [
      ['hash', 8, 0],
      ['lpm_trie', 8, BPF_F_NO_PREALLOC],
    ] as const) {
      const map = newMap(runtime, type, keySize, 8, 4, flags);
      const first = u64(0x0a000000_00000020n);
      map.update(first, first);
      runtime.memory.u8.set(first, scratch);
      const slot = lookup_elem(map.record, scratch) >>> 0;
      map.delete(first);
      // The slot is free: the new element gets it, and its value overwrites the key while it is read.
      runtime.memory.u8.set([...u64(0xffffffff_ffffffffn)], scratch + 512);
      expect(update_elem(map.record, slot, scratch + 512, 0n)).toBe(0);
      expect([...map.entries()]).toEqual([[first, u64(0xffffffff_ffffffffn)]]);
      expect(map.nextKey(map.nextKey(undefined))).toBeUndefined();
    }
  });

  it('are told what is a map', async () => {
    const runtime = await openRuntime();
    const { valid_map } = runtime.exports as unknown as ProgramSide;
    const { record } = newMap(runtime, 'hash', 4, 4, 4);
    const other = newMap(runtime, 'hash', 4, 4, 4);
    other.close();
    const handles = [
      BigInt(record),
      BigInt(record) + 1n,
      BigInt(other.record),
      BigInt(record) - 256n,
      0n,
      -1n,
      BigInt(record) + (1n << 32n),
    ];
    expect(handles.map((handle) => valid_map(handle))).toEqual([1, 0, 0, 0, 0, 0, 0]);
  });
});

interface ProgramSide {
  lookup_elem(record: number, key: number): number;
  update_elem(record: number, key: number, value: number, flags: bigint): number;
  delete_elem(record: number, key: number): number;
  valid_map(handle: bigint): number;
}

describe('lpm_trie', () => {
  /** A key from '10.1.0.0/16'. */
  const prefix = (text: string): Uint8Array => {
    const [address = '', length = '32'] = text.split('/');
    return Uint8Array.of(...u32(Number(length)), ...address.split('.').map(Number));
  };
  const show = (key: Uint8Array): string => `${[...key.subarray(4)].join('.')}/${key[0]}`;

  it('finds the longest prefix, and lists the more specific ones first', async () => {
    const map = newMap(await openRuntime(), 'lpm_trie', 8, 4, 8, BPF_F_NO_PREALLOC);
    const prefixes = ['192.168.0.0/16', '192.168.0.0/24', '192.168.128.0/24', '192.168.1.0/24'];
    for (const [index, text] of prefixes.entries()) map.update(prefix(text), u32(index));
    const found = (address: string): number | undefined => map.lookup(prefix(`${address}/32`))?.[0];
    expect(['192.168.0.1', '192.168.1.255', '192.168.128.0', '192.168.2.1', '192.169.0.1'].map(found)).toEqual([
      1,
      3,
      2,
      0,
      undefined,
    ]);

    const order: string[] = [];
    for (let key = map.nextKey(undefined); key !== undefined; key = map.nextKey(key)) order.push(show(key));
    expect(order).toEqual(['192.168.0.0/24', '192.168.1.0/24', '192.168.128.0/24', '192.168.0.0/16']);

    expect(map.delete(prefix('192.168.1.0/24'))).toBe(true);
    expect(map.delete(prefix('192.168.1.0/24'))).toBe(false);
    expect(map.delete(prefix('192.168.0.0/17'))).toBe(false);
    expect(found('192.168.1.255')).toBe(0);
    expect(map.count).toBe(3);
  });

  it.each([
    ['a prefix longer than the key', '0.0.0.0/33', ANY, 'EINVAL'],
    ['BPF_EXIST of what is not there', '1.0.0.0/8', EXIST, 'ENOENT'],
    ['BPF_NOEXIST of what is there', '9.0.0.0/8', NOEXIST, 'EEXIST'],
    ['unknown flags', '9.0.0.0/8', 3, 'EINVAL'],
    ['one too many', '3.0.0.0/8', ANY, 'ENOSPC'],
  ])('refuses %s', async (_name, text, flags, errno) => {
    const map = newMap(await openRuntime(), 'lpm_trie', 8, 4, 2, BPF_F_NO_PREALLOC);
    map.update(prefix('9.0.0.0/8'), u32(1));
    map.update(prefix('0.0.0.0/0'), u32(2));
    expect(outcome(() => map.update(prefix(text), u32(3), flags))).toBe(errno);
    expect(outcome(() => map.delete(prefix('0.0.0.0/33')))).toBe('EINVAL');
  });
});
