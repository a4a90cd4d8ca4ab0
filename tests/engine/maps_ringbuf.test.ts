/** Ring buffers: what programs get from the helpers, as in the kernel, and what a reader gets from the ring. */
import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { LoadedObject } from '../../src/engine/types.js';
import { describeNeeding } from '../support/have.js';
import { compile, describeEngines, packet } from './maps_support.js';

/** The packet says what to do: an operation, wake-up flags, a size (u16). The answer is written over the packet. */
const SOURCE = `
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } ring SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, char[4096]); } bytes SEC(".maps");

SEC("xdp") int act(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 64 > end) return XDP_ABORTED;
  __u64 flags = data[1], *answer = (void *)data, zeros = 0;
  __u32 size = data[2] | data[3] << 8, zero = 0;
  char *from = bpf_map_lookup_elem(&bytes, &zero), *record = 0;
  if (!from || size > 4096) return XDP_ABORTED;
  switch (data[0]) {
  case 0:
    answer[0] = bpf_ringbuf_output(&ring, from, size, flags);
    break;
  case 1: /* reserve 24, fill, submit */
    record = bpf_ringbuf_reserve(&ring, 24, 0);
    if (!record) return XDP_DROP;
    for (int i = 0; i < 24; i++) zeros |= record[i];
    answer[1] = zeros;
    __builtin_memset(record, 0xab, 24);
    bpf_ringbuf_submit(record, flags);
    break;
  case 2:
    record = bpf_ringbuf_reserve(&ring, 40, 0);
    if (!record) return XDP_DROP;
    bpf_ringbuf_discard(record, flags);
    break;
  case 3: /* two at a time, committed in the other order */
    record = bpf_ringbuf_reserve(&ring, 8, 0);
    if (!record) return XDP_DROP;
    char *second = bpf_ringbuf_reserve(&ring, 8, 0);
    if (!second) { bpf_ringbuf_discard(record, 0); return XDP_DROP; }
    *(__u64 *)record = 1;
    *(__u64 *)second = 2;
    bpf_ringbuf_submit(second, 0);
    bpf_ringbuf_submit(record, 0);
    break;
  case 4:
    record = bpf_ringbuf_reserve(&ring, 8, 1);
    if (record) { bpf_ringbuf_discard(record, 0); return XDP_TX; }
    break;
  case 5:
    record = bpf_ringbuf_reserve(&ring, 4088, 0);
    if (record) { bpf_ringbuf_discard(record, 0); return XDP_TX; }
    break;
  }
  answer[2] = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
  answer[3] = bpf_ringbuf_query(&ring, BPF_RB_RING_SIZE);
  answer[4] = bpf_ringbuf_query(&ring, BPF_RB_CONS_POS);
  answer[5] = bpf_ringbuf_query(&ring, BPF_RB_PROD_POS);
  answer[6] = bpf_ringbuf_query(&ring, 9);
  return XDP_PASS;
}
`;

interface Answer {
  readonly action: string;
  readonly result: bigint;
  readonly available: bigint;
  readonly queries: readonly bigint[];
}

function act(object: LoadedObject, operation: number, flags = 0, size = 0): Answer {
  const { action, packet: after } = object.program().run(packet(operation, flags, size & 0xff, size >> 8));
  const words = new BigInt64Array(after.slice().buffer);
  return {
    action,
    result: words[0] as bigint,
    available: words[2] as bigint,
    queries: [...words.slice(3, 7)],
  };
}

describeEngines('ring buffers', (load) => {
  it('counts what each record takes: its length and 8 bytes, rounded up', async () => {
    const object = await load(SOURCE);
    expect(act(object, 0, 0, 1)).toEqual({
      action: 'XDP_PASS',
      result: 0n,
      available: 16n,
      queries: [4096n, 0n, 16n, 0n],
    });
    expect(act(object, 0, 0, 8).available).toBe(32n);
    expect(act(object, 0, 0, 0).available).toBe(40n);
    expect(act(object, 1).available).toBe(72n);
    expect(act(object, 2).available).toBe(120n);
    expect(act(object, 3).available).toBe(152n);
  });

  it('refuses what has no room, unknown flags and too long records', async () => {
    const object = await load(SOURCE);
    expect(act(object, 0, 4, 8).result).toBe(-22n);
    expect(act(object, 4).action).toBe('XDP_PASS');
    expect(act(object, 5).action).toBe('XDP_PASS');
    expect(act(object, 0, 0, 4088).result).toBe(-11n);
    expect(act(object, 0, 0, 4096).result).toBe(-11n);
    expect(act(object, 0, 0, 4080).result).toBe(0n);
    expect(act(object, 0, 0, 0).result).toBe(-11n);
    expect(act(object, 1).action).toBe('XDP_DROP');
  });

  it('is no map of keys to user space', async () => {
    const { raw } = (await load(SOURCE)).map('ring');
    const empty = new Uint8Array(0);
    expect(() => raw.update(empty, empty)).toThrow(/ENOTSUPP/);
    expect([...raw.entries()]).toEqual([]);
  });
});

describeNeeding(['clang'], 'reading a ring buffer', () => {
  const open = async (tier: 'interp' | 'jit' = 'interp'): Promise<{ engine: Engine; object: LoadedObject }> => {
    const engine = await Engine.create({ engine: tier, memory: '64MiB' });
    return { engine, object: await engine.load(compile(SOURCE)) };
  };

  it.each(['interp', 'jit'] as const)('gives records in order, without those thrown away: %s', async (tier) => {
    const { engine, object } = await open(tier);
    const stream = object.map('ring').records();
    act(object, 1);
    act(object, 2);
    act(object, 3);
    expect(object.map('ring').size).toBe(3);
    expect(Array.from(stream.drain(), (record) => Buffer.from(record).toString('hex'))).toEqual([
      'ab'.repeat(24),
      '0100000000000000',
      '0200000000000000',
    ]);
    expect(act(object, 2).queries).toEqual([4096n, 112n, 160n, 0n]);
    engine.close();
  });

  it('goes round: a record may lie across the end, and is zeros when it is reserved', async () => {
    const { engine, object } = await open();
    const stream = object.map('ring').records();
    for (let i = 0; i < 1000; i++) {
      const { packet: after } = object.program().run(packet(1));
      expect(new BigInt64Array(after.slice().buffer)[1]).toBe(0n);
      expect([...stream.drain()]).toEqual([new Uint8Array(24).fill(0xab)]);
    }
    engine.close();
  });

  it('waits for records, counts lost ones, and ends with the object', async () => {
    const { engine, object } = await open();
    const stream = object.map('ring').records();
    const got: number[] = [];
    const reading = (async () => {
      for await (const record of stream) got.push(record.length);
    })();
    await Promise.resolve();
    expect(act(object, 1).action).toBe('XDP_PASS');
    await new Promise((resolve) => setTimeout(resolve));
    expect(got).toEqual([24]);
    for (let i = 0; i < 200; i++) act(object, 1);
    await new Promise((resolve) => setTimeout(resolve));
    // 127 records of 32 bytes fit below the last 8 bytes of 4096.
    expect(got.length).toBe(128);
    expect(stream.lost).toBe(73n);
    object.close();
    await reading;
    expect(stream.lost).toBe(73n);
    engine.close();
  });

  it('is woken by the flags: not at all, or though it has unread records', async () => {
    const { engine, object } = await open();
    const stream = object.map('ring').records();
    let got = 0;
    const reading = (async () => {
      for await (const _ of stream) got++;
    })();
    const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
    await turn();
    act(object, 0, 1, 8);
    await turn();
    expect(got).toBe(0);
    // The reader is behind, so an ordinary record does not wake it either.
    act(object, 0, 0, 8);
    await turn();
    expect(got).toBe(0);
    act(object, 0, 2, 8);
    await turn();
    expect(got).toBe(3);
    stream.close();
    await reading;
    engine.close();
  });
});
