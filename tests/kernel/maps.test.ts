/** Maps in the kernel through bpf(2), on raw bytes. */
import { afterAll, expect, it } from 'vitest';
import { MAP_FLAGS, UPDATE_FLAGS } from '../../src/abi/map_types.js';
import { Kernel, KernelMap } from '../../src/kernel/index.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import { describeNeeding } from '../support/have.js';
import { mapSpec, u32, u64 } from '../support/maps.js';

describeNeeding(['kernelBpf'], 'maps in the kernel', () => {
  const open: KernelMap[] = [];
  const create = async (spec: MapSpec): Promise<KernelMap> => {
    const map = KernelMap.create(await Kernel.open(), spec);
    open.push(map);
    return map;
  };
  afterAll(() => {
    for (const map of open) map.close();
  });

  it('sets, finds, lists and removes', async () => {
    const map = await create(mapSpec('h', 'hash', 4, 8, 16));
    expect(map.lookup(u32(1))).toBeUndefined();
    map.update(u32(1), u64(10n));
    map.update(u32(2), u64(20n));
    expect(map.lookup(u32(2))).toEqual(u64(20n));
    expect([...map.entries()].map(([key]) => key[0]).sort()).toEqual([1, 2]);
    expect([map.delete(u32(1)), map.delete(u32(1))]).toEqual([true, false]);
    expect([...map.keys()]).toEqual([u32(2)]);
    expect(map.count).toBe(1);
    map.clear();
    expect(map.count).toBe(0);
  });

  it('says which map refused what', async () => {
    const map = await create(mapSpec('h', 'hash', 4, 8, 16));
    map.update(u32(1), u64(1n));
    expect(() => map.update(u32(1), u64(1n), UPDATE_FLAGS.BPF_NOEXIST)).toThrow(/update map h: EEXIST/);
    expect(() => map.update(u32(9), u64(1n), UPDATE_FLAGS.BPF_EXIST)).toThrow(/update map h: ENOENT/);
    expect(() => map.lookup(Uint8Array.of(1))).toThrow('a key of map h has 4 bytes, not 1');
    expect(() => map.update(u32(1), u32(1))).toThrow('a value of map h has 8 bytes, not 4');
    await expect(create(mapSpec('bad', 'array', 8, 8, 1))).rejects.toThrow(
      /create map bad: EINVAL \(array, key 8 bytes/,
    );
  });

  it('gives per-CPU values one after the other, and a single value to all CPUs', async () => {
    const map = await create(mapSpec('c', 'percpu_array', 4, 4, 2));
    const { cpus, stride } = map;
    expect(stride).toBe(8);
    map.update(u32(0), u32(7));
    expect(map.lookup(u32(0))?.length).toBe(cpus * 8);
    const values = new Uint8Array(cpus * 8);
    for (let cpu = 0; cpu < cpus; cpu++) values[cpu * 8] = cpu + 1;
    map.update(u32(1), values);
    expect(map.lookup(u32(1))).toEqual(values);
  });

  it('starts with the contents of its spec, until it is frozen', async () => {
    const contents = Uint8Array.of(1, 2, 3);
    const flags = MAP_FLAGS.BPF_F_RDONLY_PROG;
    const map = await create(mapSpec('.rodata', 'array', 4, 8, 1, { contents, flags }));
    expect(map.lookup(u32(0))).toEqual(Uint8Array.of(1, 2, 3, 0, 0, 0, 0, 0));
    map.update(u32(0), u64(1n));
    map.freeze();
    expect(() => map.update(u32(0), u64(0n))).toThrow(/EPERM/);
  });
});
