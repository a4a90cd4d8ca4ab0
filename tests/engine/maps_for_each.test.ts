/** bpf_for_each_map_elem and bpf_map_lookup_percpu_elem. */
import { expect, it } from 'vitest';
import { describeEngines, packet } from './maps_support.js';

const SOURCE = `
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 5); __type(key, __u32); __type(value, __u64); } array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u64[3]); __type(value, __u64); } hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LRU_HASH); __uint(max_entries, 800); __type(key, __u32); __type(value, __u64); } lru SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); __uint(max_entries, 3); __type(key, __u32); __type(value, __u64); } percpu SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, 3); __type(key, __u32); __type(value, __u64); } percpu_hash SEC(".maps");

struct sum { __u64 keys, values, stop, calls; };

static long add(void *map, __u32 *key, __u64 *value, struct sum *sum) {
  sum->keys += *key;
  sum->values += *value;
  *value += 1;
  return ++sum->calls == sum->stop;
}
static long add_and_delete(void *map, __u64 *key, __u64 *value, struct sum *sum) {
  sum->keys += key[2];
  sum->values += *value;
  __u64 own[3] = {key[0], key[1], key[2]};
  bpf_map_delete_elem(&hash, own);
  sum->calls++;
  return 0;
}
static long nested(void *map, __u32 *key, __u64 *value, struct sum *sum) {
  bpf_for_each_map_elem(&percpu, add, sum, 0);
  sum->keys += *key;
  return 0;
}

SEC("xdp") int each(struct xdp_md *ctx) {
  __u64 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 8 > end) return XDP_ABORTED;
  struct sum sum = { .stop = data[1] };
  long answer = -1;
  switch (data[0]) {
  case 0: answer = bpf_for_each_map_elem(&array, add, &sum, 0); break;
  case 1: answer = bpf_for_each_map_elem(&hash, add_and_delete, &sum, 0); break;
  case 2: answer = bpf_for_each_map_elem(&percpu, add, &sum, 0); break;
  case 3: answer = bpf_for_each_map_elem(&array, add, &sum, 1); break;
  case 4: answer = bpf_for_each_map_elem(&array, nested, &sum, 0); break;
  case 5: answer = bpf_for_each_map_elem(&percpu_hash, add, &sum, 0); break;
  case 6: answer = bpf_for_each_map_elem(&lru, add, &sum, 0); break;
  }
  data[0] = answer;
  data[1] = sum.keys;
  data[2] = sum.values;
  data[3] = sum.calls;
  return XDP_PASS;
}

SEC("xdp") int other_cpu(struct xdp_md *ctx) {
  __u64 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 8 > end) return XDP_ABORTED;
  __u32 key = data[1], cpu = data[2];
  __u64 *value = data[0] ? bpf_map_lookup_percpu_elem(&percpu_hash, &key, cpu) : bpf_map_lookup_percpu_elem(&percpu, &key, cpu);
  if (!value) return XDP_DROP;
  data[0] = *value;
  return XDP_PASS;
}
`;

const words = (bytes: Uint8Array): bigint[] => [...new BigInt64Array(bytes.slice(0, 32).buffer)];
const input = (...values: number[]): Uint8Array => packet(...new Uint8Array(BigInt64Array.from(values, BigInt).buffer));

describeEngines('bpf_for_each_map_elem', (load) => {
  const open = async () => {
    const object = await load(SOURCE);
    const each = (which: number, stop = 0): bigint[] => words(object.program('each').run(input(which, stop)).packet);
    return { object, each };
  };

  it('walks over an array in order, and stops when told', async () => {
    const { object, each } = await open();
    for (let i = 0; i < 5; i++) object.map('array').set(i, 10n * BigInt(i));
    expect(each(0)).toEqual([5n, 10n, 100n, 5n]);
    expect(each(0, 2)).toEqual([2n, 1n, 12n, 2n]);
    expect([...object.map('array').values()]).toEqual([2n, 12n, 21n, 31n, 41n]);
    expect(each(3)[0]).toBe(-22n);
  });

  it('walks over a hash whose elements are deleted under it', async () => {
    const { object, each } = await open();
    expect(each(1)).toEqual([0n, 0n, 0n, 0n]);
    for (let i = 1; i <= 8; i++) object.map('hash').set([7n, 7n, BigInt(i)], BigInt(i * 100));
    expect(each(1)).toEqual([8n, 36n, 3600n, 8n]);
    expect(object.map('hash').size).toBe(0);
  });

  it('walks over other hashes', async () => {
    const { object, each } = await open();
    for (let i = 0; i < 20; i++) object.map('lru').set(i, 1n);
    expect(each(6)).toEqual([20n, 190n, 20n, 20n]);
    expect(each(6, 7)[0]).toBe(7n);
  });

  it('gives this CPU’s value, and nests', async () => {
    const { object, each } = await open();
    for (let i = 0; i < 3; i++) object.map('percpu').set(i, 5n);
    for (let i = 0; i < 2; i++) object.map('percpu_hash').set(i + 1, 6n);
    expect(each(2)).toEqual([3n, 3n, 15n, 3n]);
    expect(each(5)).toEqual([2n, 3n, 12n, 2n]);
    expect(each(4)).toEqual([5n, 25n, 6n * 3n + 7n * 3n + 8n * 3n + 9n * 3n + 10n * 3n, 15n]);
  });
});

describeEngines('bpf_map_lookup_percpu_elem', (load) => {
  it('finds a CPU’s value, or nothing', async () => {
    const object = await load(SOURCE);
    object.map('percpu').set(2, 5n);
    object.map('percpu_hash').set(4, 6n);
    const ask = (map: number, key: number, cpu: number): string | bigint => {
      const { action, packet: after } = object.program('other_cpu').run(input(map, key, cpu));
      return action === 'XDP_PASS' ? (words(after)[0] as bigint) : action;
    };
    expect(ask(0, 2, 0)).toBe(5n);
    expect(ask(1, 4, 0)).toBe(6n);
    expect(ask(0, 3, 0)).toBe('XDP_DROP');
    expect(ask(1, 5, 0)).toBe('XDP_DROP');
    expect(ask(0, 2, 9999)).toBe('XDP_DROP');
  });
});
