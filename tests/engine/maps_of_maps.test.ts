/** Maps of maps in real objects: filled by the object file, from outside, and looked into by programs. */
import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { EngineMap } from '../../src/engine/types.js';
import { describeNeeding } from '../support/have.js';
import { compile, describeEngines, packet } from './maps_support.js';

const SOURCE = `
struct inner {
  __uint(type, BPF_MAP_TYPE_HASH);
  __uint(max_entries, 8);
  __type(key, __u32);
  __type(value, __u64);
} a SEC(".maps"), b SEC(".maps");

struct {
  __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, __u32);
  __array(values, struct inner);
} by_index SEC(".maps") = { .values = { [1] = &a, [2] = &b } };

struct {
  __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
  __uint(max_entries, 4);
  __type(key, __u32);
  __array(values, struct inner);
} by_key SEC(".maps") = { .values = { [3] = &b } };

/* Counts in the inner map that the packet's first byte names, under the key of its second byte. */
SEC("xdp") int count(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 14 > end) return XDP_ABORTED;
  __u32 outer = data[0] & 0x7f, key = data[1];
  void *inner = data[0] & 0x80 ? bpf_map_lookup_elem(&by_key, &outer) : bpf_map_lookup_elem(&by_index, &outer);
  if (!inner) return XDP_DROP;
  __u64 one = 1, *value = bpf_map_lookup_elem(inner, &key);
  if (value) { __sync_fetch_and_add(value, 1); return XDP_TX; }
  return bpf_map_update_elem(inner, &key, &one, BPF_NOEXIST) == 0 ? XDP_PASS : XDP_ABORTED;
}
`;

describeEngines('maps of maps', (load) => {
  it('holds what the object file says', async () => {
    const object = await load(SOURCE);
    const run = (...start: number[]): string => object.program().run(packet(...start)).action;
    expect(run(0, 7)).toBe('XDP_DROP');
    expect(run(9, 7)).toBe('XDP_DROP');
    expect(run(1, 7)).toBe('XDP_PASS');
    expect(run(1, 7)).toBe('XDP_TX');
    expect(run(2, 7)).toBe('XDP_PASS');
    expect(run(0x83, 7)).toBe('XDP_TX');
    expect(object.map('a').get(7)).toBe(2n);
    expect(object.map('b').get(7)).toBe(2n);
  });

  it('takes maps by name, new ones by what they hold, and gives the old one up', async () => {
    const object = await load(SOURCE);
    const run = (...start: number[]): string => object.program().run(packet(...start)).action;
    object.map('by_index').set(0, 'a');
    expect(run(0, 5)).toBe('XDP_PASS');
    object.map('by_index').set(1, [{ key: 5, value: 100n }]);
    expect(run(1, 5)).toBe('XDP_TX');
    expect(object.map('a').get(5)).toBe(1n);
    expect(object.map('by_key').delete(3)).toBe(true);
    expect(object.map('by_key').delete(3)).toBe(false);
    expect(run(0x83, 5)).toBe('XDP_DROP');
    object.map('by_key').set(3, { maxEntries: 100, contents: [] });
    expect(run(0x83, 5)).toBe('XDP_PASS');
  });

  it('gives an inner map its own size', async () => {
    const object = await load(SOURCE);
    object.map('by_index').set(0, { maxEntries: 1 });
    const run = (...start: number[]): string => object.program().run(packet(...start)).action;
    expect(run(0, 1)).toBe('XDP_PASS');
    expect(run(0, 2)).toBe('XDP_ABORTED');
  });

  it('fills inner maps from what is given at load', async () => {
    const object = await load(SOURCE, {
      maps: { by_index: [{ key: 3, value: [{ key: 1, value: '5' }] }] },
    });
    expect(object.program().run(packet(3, 1)).action).toBe('XDP_TX');
  });
});

describeNeeding(['clang'], 'inner maps from TypeScript', () => {
  it('can be read and written where they are', async () => {
    const engine = await Engine.create({ engine: 'interp', memory: '64MiB' });
    const object = await engine.load(compile(SOURCE));
    const outer = object.map('by_index');
    expect(outer.get(1)).toBe(object.map('a'));
    outer.set(0, [{ key: 1, value: 10n }]);
    const inner = outer.get(0) as EngineMap;
    inner.set(2, 20n);
    expect([...inner.entries()].sort()).toEqual([
      [1, 10n],
      [2, 20n],
    ]);
    expect(JSON.stringify(outer.get(1))).toBe('[]');
    outer.set(0, object.map('b'));
    expect(() => inner.get(1)).toThrow(/closed/);
    expect(() => outer.set(0, 7)).toThrow(/must be a map/);
    expect(() => outer.set(0, 'by_key')).toThrow(/EINVAL/);
    expect(() => outer.set(4, 'a')).toThrow(/E2BIG/);
    engine.close();
  });
});
