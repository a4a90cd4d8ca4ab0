/** Queues, stacks and bloom filters, from programs and from outside. */
import { expect, it } from 'vitest';
import type { LoadedObject } from '../../src/engine/types.js';
import { describeEngines, packet } from './maps_support.js';

/** The packet: which map, push or pop or peek, flags, a value. Answer and value are written over the packet. */
const SOURCE = `
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 3); __type(value, __u32); } queue SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_STACK); __uint(max_entries, 3); __type(value, __u32); } stack SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_BLOOM_FILTER); __uint(max_entries, 20); __type(value, __u32);
         __uint(map_extra, 3); __uint(map_flags, BPF_F_ZERO_SEED); } bloom SEC(".maps");
#define ACT(map) switch (data[1]) { \\
  case 0: answer = bpf_map_push_elem(&map, &value, data[2]); break; \\
  case 1: answer = bpf_map_pop_elem(&map, &value); break; \\
  case 2: answer = bpf_map_peek_elem(&map, &value); break; }

SEC("xdp") int act(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 64 > end) return XDP_ABORTED;
  __u32 value = data[3];
  long answer = 0;
  if (data[0] == 0) { ACT(queue) }
  if (data[0] == 1) { ACT(stack) }
  if (data[0] == 2) answer = data[1] == 0 ? bpf_map_push_elem(&bloom, &value, data[2]) : bpf_map_peek_elem(&bloom, &value);
  *(long *)data = answer;
  *(__u32 *)(data + 8) = value;
  return XDP_PASS;
}
`;

const [PUSH, POP, PEEK] = [0, 1, 2];

function act(object: LoadedObject, map: number, operation: number, flags = 0, value = 0): [bigint, number] {
  const { packet: after } = object.program().run(packet(map, operation, flags, value));
  const view = new DataView(after.buffer, after.byteOffset);
  return [view.getBigInt64(0, true), view.getUint32(8, true)];
}

describeEngines('queues and stacks', (load) => {
  it.each([
    ['queue', 0, [1, 2, 3], [2, 3, 4]],
    ['stack', 1, [3, 2, 1], [4, 3, 2]],
  ] as const)('%s', async (name, map, order, replaced) => {
    const object = await load(SOURCE);
    expect(act(object, map, POP, 0, 9)).toEqual([-2n, 0]);
    expect(act(object, map, PEEK, 0, 9)).toEqual([-2n, 0]);
    for (const value of [1, 2, 3]) expect(act(object, map, PUSH, 0, value)).toEqual([0n, value]);
    expect(act(object, map, PUSH, 0, 4)[0]).toBe(-7n);
    expect(act(object, map, PUSH, 1, 4)[0]).toBe(-22n);
    expect(act(object, map, PUSH, 3, 4)[0]).toBe(-22n);
    expect(act(object, map, PEEK)).toEqual([0n, order[0]]);
    for (const value of order) expect(act(object, map, POP)).toEqual([0n, value]);

    const outside = object.map(name);
    for (const value of [1, 2, 3]) outside.push(value);
    expect(() => outside.push(4)).toThrow(/E2BIG/);
    outside.push(4, 2);
    expect(outside.peek()).toBe(replaced[0]);
    for (const value of replaced) expect(outside.pop()).toBe(value);
    expect(outside.pop()).toBeUndefined();
    expect(outside.peek()).toBeUndefined();
    expect([...outside.entries()]).toEqual([]);
    expect(() => outside.delete(undefined)).toThrow(/EINVAL/);
  });
});

/** What the kernel takes for known of 0 to 255 with 13 values added: these, and others that share their bits. */
// biome-ignore format: a list
const KNOWN = [0, 5, 7, 14, 21, 28, 35, 42, 49, 56, 60, 63, 70, 77, 81, 88, 94, 143, 148, 153, 171, 187, 200, 223, 244];

describeEngines('bloom filters', (load) => {
  it('take the same values for known', async () => {
    const object = await load(SOURCE);
    const bloom = object.map('bloom');
    for (let value = 0; value < 12; value++) expect(act(object, 2, PUSH, 0, value * 7)[0]).toBe(0n);
    expect(act(object, 2, PUSH, 1, 1)[0]).toBe(-22n);
    bloom.push(200);
    const known = Array.from({ length: 256 }, (_, value) => value).filter((value) => bloom.has(value));
    const toPrograms = Array.from({ length: 256 }, (_, value) => value).filter(
      (value) => act(object, 2, PEEK, 0, value)[0] === 0n,
    );
    expect(known).toEqual(KNOWN);
    expect(toPrograms).toEqual(KNOWN);
    expect(() => bloom.pop()).toThrow(/EOPNOTSUPP|ENOTSUPP/);
  });
});
