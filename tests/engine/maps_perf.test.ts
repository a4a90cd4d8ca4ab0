/** perf_event_array: what the helper answers with and without a reader, and what the reader gets. */
import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { LoadedObject } from '../../src/engine/types.js';
import { describeNeeding } from '../support/have.js';
import { compile, describeEngines, packet } from './maps_support.js';

/** Flags from the packet's first 8 bytes, a size from the next; the answer over the packet. */
const SOURCE = `
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __uint(key_size, 4); __uint(value_size, 4); } events SEC(".maps");
SEC("xdp") int send(struct xdp_md *ctx) {
  __u64 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 8 > end) return XDP_ABORTED;
  char message[64] = "hello";
  __u64 flags = data[0], size = data[1] & 63;
  data[2] = bpf_perf_event_output(ctx, &events, flags, message, size);
  return XDP_PASS;
}
`;

const CURRENT_CPU = 0xffffffffn;

function send(object: LoadedObject, flags: bigint, size = 5): bigint {
  const words = BigUint64Array.of(flags, BigInt(size));
  const { packet: after } = object.program().run(packet(...new Uint8Array(words.buffer)));
  return new BigInt64Array(after.slice().buffer)[2] as bigint;
}

describeEngines('perf events that nobody reads', (load) => {
  it('are refused in the kernel’s order', async () => {
    const object = await load(SOURCE);
    expect(send(object, CURRENT_CPU)).toBe(-2n);
    expect(send(object, 0n)).toBe(-2n);
    expect(send(object, 99999n)).toBe(-7n);
    expect(send(object, (64n << 32n) | CURRENT_CPU)).toBe(-2n);
    expect(send(object, (65n << 32n) | CURRENT_CPU)).toBe(-14n);
    expect(send(object, (65n << 32n) | 99999n)).toBe(-14n);
    expect(send(object, (1n << 52n) | CURRENT_CPU)).toBe(-22n);
  });
});

describeNeeding(['clang'], 'reading perf events', () => {
  const text = (data: Uint8Array): string => Buffer.from(data).toString('latin1');

  it.each(['interp', 'jit'] as const)(
    'gives data and packet bytes, in order, and ENOENT again afterwards: %s',
    async (tier) => {
      const engine = await Engine.create({ engine: tier, memory: '64MiB', cpus: 2 });
      const object = await engine.load(compile(SOURCE));
      const stream = object.map('events').events();
      expect(send(object, CURRENT_CPU)).toBe(0n);
      expect(send(object, 0n, 3)).toBe(0n);
      // The other CPU's event cannot be written from here.
      expect(send(object, 1n)).toBe(-95n);
      expect(send(object, (2n << 32n) | CURRENT_CPU, 1)).toBe(0n);
      expect(send(object, CURRENT_CPU, 0)).toBe(0n);
      expect(Array.from(stream.drain(), ({ cpu, data }) => [cpu, text(data)])).toEqual([
        [0, 'hello'],
        [0, 'hel'],
        [0, 'h\xff\xff'],
        [0, ''],
      ]);
      expect(() => object.map('events').events()).toThrow(/EBUSY/);
      stream.close();
      expect(send(object, CURRENT_CPU)).toBe(-2n);
      object.map('events').events();
      expect(send(object, CURRENT_CPU)).toBe(0n);
      engine.close();
    },
  );

  it('waits, counts what had no room, and gives memory back', async () => {
    const engine = await Engine.create({ engine: 'interp', memory: '64MiB' });
    const object = await engine.load(compile(SOURCE));
    const stream = object.map('events').events({ bytesPerCpu: 1000 });
    const got: string[] = [];
    const reading = (async () => {
      for await (const { data } of stream) {
        got.push(text(data));
        if (got.length === 64) break;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve));
    for (let i = 0; i < 63; i++) expect(send(object, CURRENT_CPU, 8)).toBe(0n);
    expect(send(object, CURRENT_CPU, 8)).toBe(-28n);
    await new Promise((resolve) => setTimeout(resolve));
    expect(got.length).toBe(63);
    expect(send(object, CURRENT_CPU, 8)).toBe(0n);
    await reading;
    expect(stream.lost).toBe(1n);
    expect(send(object, CURRENT_CPU, 8)).toBe(-2n);
    for (let i = 0; i < 50; i++)
      object
        .map('events')
        .events({ bytesPerCpu: 2 ** 20 })
        .close();
    expect(() => object.map('events').events({ bytesPerCpu: 2 ** 40 })).toThrow(/bytesPerCpu/);
    expect(() => object.map('events').events({ bytesPerCpu: 2 ** 28 })).toThrow(/ENOMEM/);
    expect(() => object.map('events').records()).toThrow(/EINVAL/);
    engine.close();
  });
});
