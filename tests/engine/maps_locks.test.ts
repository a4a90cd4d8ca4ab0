/** Values with a bpf_spin_lock: the lock is nobody's to change, and a run that stops gives it back. */
import { expect, it } from 'vitest';
import { describeEngines, packet } from './maps_support.js';

const SOURCE = `
struct value { __u64 before; struct bpf_spin_lock lock; __u32 after; };
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, __u32); __type(value, struct value); } hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, struct value); } array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, __u64); } plain SEC(".maps");

SEC("xdp") int count(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 64 > end) return XDP_ABORTED;
  __u32 key = data[1];
  struct value *value = data[0] == 0 ? bpf_map_lookup_elem(&hash, &key) : bpf_map_lookup_elem(&array, &key);
  if (!value) return XDP_DROP;
  bpf_spin_lock(&value->lock);
  value->before++;
  value->after += 2;
  bpf_spin_unlock(&value->lock);
  return XDP_PASS;
}
SEC("xdp") int update(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 64 > end) return XDP_ABORTED;
  __u32 key = data[1];
  struct value value = { .before = 100, .after = 200 };
  long answer = data[0] == 0 ? bpf_map_update_elem(&hash, &key, &value, data[2])
    : data[0] == 1 ? bpf_map_update_elem(&array, &key, &value, data[2])
    : bpf_map_update_elem(&plain, &key, &value, data[2]);
  *(long *)data = answer;
  return XDP_PASS;
}
`;

const [LOCK, EXIST] = [4, 2];

describeEngines('spin locks', (load) => {
  it('guard values', async () => {
    const object = await load(SOURCE);
    const count = (map: number, key: number): string => object.program('count').run(packet(map, key)).action;
    object.map('hash').set(1, { before: 5n, after: 6 });
    expect([count(0, 1), count(0, 1), count(0, 2), count(1, 1)]).toEqual([
      'XDP_PASS',
      'XDP_PASS',
      'XDP_DROP',
      'XDP_PASS',
    ]);
    expect(object.map('hash').get(1)).toEqual({ before: 7n, lock: { val: 0 }, after: 10 });
    expect(object.map('array').get(1)).toEqual({ before: 1n, lock: { val: 0 }, after: 2 });
    // What is given for the lock is not taken: it can still be had.
    object.map('hash').set(1, { before: 1n, lock: { val: 1 }, after: 1 });
    object.map('hash').set(2, { before: 1n, lock: { val: 1 }, after: 1 });
    object.map('array').set(0, { before: 1n, lock: { val: 1 }, after: 1 });
    expect([count(0, 1), count(0, 2), count(1, 0)]).toEqual(['XDP_PASS', 'XDP_PASS', 'XDP_PASS']);
    expect(object.map('hash').get(1)).toEqual({ before: 2n, lock: { val: 0 }, after: 3 });
  });

  it('are held by updates with BPF_F_LOCK', async () => {
    const object = await load(SOURCE);
    const update = (map: number, key: number, flags: number): bigint =>
      new BigInt64Array(
        object
          .program('update')
          .run(packet(map, key, flags))
          .packet.slice(0, 8).buffer,
      )[0] as bigint;
    expect(update(0, 1, LOCK | EXIST)).toBe(-2n);
    expect(update(0, 1, LOCK)).toBe(0n);
    expect(update(0, 1, LOCK | EXIST)).toBe(0n);
    expect(update(0, 1, LOCK | 1)).toBe(-17n);
    expect(update(1, 1, LOCK)).toBe(0n);
    expect(update(1, 5, LOCK)).toBe(-7n);
    expect(update(2, 1, LOCK)).toBe(-22n);
    expect(object.map('hash').get(1)).toEqual({ before: 100n, lock: { val: 0 }, after: 200 });
    object.map('hash').set(1, { before: 3n, after: 4 }, LOCK);
    expect(object.map('hash').get(1)).toEqual({ before: 3n, lock: { val: 0 }, after: 4 });
    expect(() => object.map('plain').set(1, 1n, LOCK)).toThrow(/EINVAL/);
  });
});
