/** What a run that traps holds is given back: the next run finds locks free and rings whole. */
import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { describeNeeding } from '../support/have.js';
import { compile, packet } from './maps_support.js';

const SOURCE = `
struct value { struct bpf_spin_lock lock; __u32 n; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct value); } locked SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");

SEC("xdp") int hold(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 14 > end) return XDP_ABORTED;
  __u32 key = 0;
  __u64 *record = bpf_ringbuf_reserve(&ring, 8, 0);
  struct value *value = bpf_map_lookup_elem(&locked, &key);
  if (!record || !value) return XDP_ABORTED;
  *record = data[0];
  bpf_spin_lock(&value->lock);
  value->n++;
  if (data[0]) *(volatile __u64 *)(long)data[0] = 1;
  bpf_spin_unlock(&value->lock);
  bpf_ringbuf_submit(record, 0);
  return XDP_PASS;
}
`;

describeNeeding(['clang'], 'a trap while something is held', () => {
  it.each(['interp', 'jit'] as const)('%s', async (tier) => {
    const engine = await Engine.create({ engine: tier, memory: '64MiB', fuel: 100_000n });
    const object = await engine.load(compile(SOURCE));
    const stream = object.map('ring').records();
    const results = object
      .program()
      .runBatch([packet(1), packet(0), packet(2), packet(0), ...Array(500).fill(packet(3))]);
    expect(results.slice(0, 5).map(({ action, trap }) => trap?.code ?? action)).toEqual([
      'BEESWAX_E_TRAP_WRITE',
      'XDP_PASS',
      'BEESWAX_E_TRAP_WRITE',
      'XDP_PASS',
      'BEESWAX_E_TRAP_WRITE',
    ]);
    expect([...stream.drain()]).toEqual([new Uint8Array(8), new Uint8Array(8)]);
    expect(object.program().run(packet(0)).action).toBe('XDP_PASS');
    expect(object.map('locked').get(0)).toMatchObject({ lock: { val: 0 } });
    engine.close();
  });
});
