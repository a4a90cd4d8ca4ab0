/** Values that TypeScript and programs share in place, and entries of devmaps that have programs. */
import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { describeNeeding } from '../support/have.js';
import { compile, describeEngines, packet } from './maps_support.js';

const SOURCE = `
struct pair { __u32 a; __s16 b; __u64 c; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 3); __uint(map_flags, BPF_F_MMAPABLE);
         __type(key, __u32); __type(value, struct pair); } pairs SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, struct bpf_devmap_val); } ports SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_CPUMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, struct bpf_cpumap_val); } cpus SEC(".maps");
__u64 packets;
__u32 histogram[4];
volatile const __u32 step = 3;
int limit = 10;

SEC("xdp") int count(struct xdp_md *ctx) {
  __u32 key = 1;
  struct pair *pair = bpf_map_lookup_elem(&pairs, &key);
  if (pair) pair->c += pair->a;
  packets++;
  histogram[packets & 3] += step;
  return (int)packets > limit ? XDP_DROP : XDP_PASS;
}
SEC("xdp/devmap") int leaving(struct xdp_md *ctx) { return XDP_PASS; }
SEC("xdp/cpumap") int arriving(struct xdp_md *ctx) { return XDP_PASS; }
`;

describeNeeding(['clang'], 'values in place', () => {
  it.each(['interp', 'jit'] as const)('variables: %s', async (tier) => {
    const engine = await Engine.create({ engine: tier, memory: '64MiB' });
    const object = await engine.load(compile(SOURCE));
    const bss = object.map('.bss').view();
    const data = object.map('.data').view();
    const packets = bss.numbers('packets');
    object.program('count').run(packet());
    expect(packets[0]).toBe(1n);
    expect(bss.get('histogram')).toEqual([0, 3, 0, 0]);
    packets[0] = 10n;
    expect(object.program('count').run(packet()).action).toBe('XDP_DROP');
    data.set('limit', 20);
    expect(object.program('count').run(packet()).action).toBe('XDP_PASS');
    expect(bss.get()).toEqual({ packets: 12n, histogram: [3, 3, 0, 3] });
    expect(() => object.map('.rodata').view()).toThrow(/EPERM/);
    expect(() => bss.get('packet')).toThrow(/packet/);
    engine.close();
  });

  it('elements of an array', async () => {
    const engine = await Engine.create({ engine: 'interp', memory: '64MiB' });
    const object = await engine.load(compile(SOURCE));
    const view = object.map('pairs').view();
    view.set('a', 7, 1);
    object.program('count').run(packet());
    object.program('count').run(packet());
    expect(view.get(undefined, 1)).toEqual({ a: 7, b: 0, c: 14n });
    expect(object.map('pairs').get(1)).toEqual({ a: 7, b: 0, c: 14n });
    view.set('b', -1, 2);
    expect(view.numbers('b', 2)[0]).toBe(-1);
    expect(view.bytes.length).toBe(48);
    expect(() => view.get('a', 3)).toThrow(/0 to 2/);
    expect(() => view.numbers(undefined, 0)).toThrow(/number/);
    expect(() => object.map('ports').view()).toThrow(/ENOTSUPP/);
    engine.close();
  });
});

describeNeeding(['clang'], 'programs of entries', () => {
  it('go in and out by name', async () => {
    const engine = await Engine.create({ engine: 'interp', memory: '64MiB' });
    const object = await engine.load(compile(SOURCE), {
      maps: { ports: [{ key: 3, value: { ifindex: 9, program: 'leaving' } }] },
    });
    const ports = object.map('ports');
    ports.set(0, 4);
    ports.set(1, { ifindex: 5, program: 'leaving' });
    ports.set(2, { ifindex: 6, bpf_prog: { fd: -1 } });
    expect([...ports.values()]).toEqual([
      { ifindex: 4 },
      { ifindex: 5, program: 'leaving' },
      { ifindex: 6 },
      { ifindex: 9, program: 'leaving' },
    ]);
    expect(() => ports.set(1, { ifindex: 5, program: 'count' })).toThrow(/does not say devmap/);
    expect(() => ports.set(1, { ifindex: 5, program: 'nothing' })).toThrow(/nothing/);
    expect(() => ports.set(1, { ifindex: 0, program: 'leaving' })).toThrow(/EINVAL/);
    const cpus = object.map('cpus');
    cpus.set(0, { qsize: 192, program: object.program('arriving') });
    expect(cpus.get(0)).toEqual({ qsize: 192, program: 'arriving' });
    expect(() => cpus.set(0, { qsize: 192, program: 'leaving' })).toThrow(/does not say cpumap/);
    expect(() => cpus.set(0, 99999)).toThrow(/EOVERFLOW/);
    engine.close();
  });
});

describeEngines('programs of entries', (load, kind) => {
  it('are loaded for it', async () => {
    const object = await load(SOURCE);
    const ports = object.map('ports');
    // Interface 1 is the loopback, which every machine has.
    ports.set(1, { ifindex: 1, program: 'leaving' });
    ports.set(2, 1);
    expect(ports.get(1)).toMatchObject({ ifindex: 1, program: kind === 'kernel' ? expect.any(Number) : 'leaving' });
    expect(ports.get(2)).toEqual({ ifindex: 1 });
    expect(ports.delete(2)).toBe(true);
    expect(ports.get(2)).toBeUndefined();
    object.map('cpus').set(0, { qsize: 192, program: 'arriving' });
    expect(object.map('cpus').get(0)).toMatchObject({ qsize: 192 });
  });
});
