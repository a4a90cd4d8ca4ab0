/** tc programs through the public API: verdicts, context in and out, metadata, growth, wrong contexts, routes. */
import { describe, expect, it } from 'vitest';
import { writeObject } from '../../src/asm/write_object.js';
import { assemble, Engine, type NetworkTable, type RunResult } from '../../src/index.js';
import { IPV4 } from '../cases/skb_support.js';
import { bytes } from '../cases/types.js';

const PACKET = bytes(IPV4);

/** Loads a tc program from text on both tiers and gives what `use` makes of it. */
async function onBoth<T>(
  asm: string,
  use: (program: ReturnType<Awaited<ReturnType<Engine['load']>>['program']>) => T,
  network?: NetworkTable,
): Promise<T[]> {
  const object = writeObject(assemble(`.section tc\n.program main tc\n${asm}`));
  const made: T[] = [];
  for (const engine of ['interp', 'jit'] as const) {
    const opened = await Engine.create({ engine, ...(network === undefined ? {} : { network }) });
    made.push(use((await opened.load(object)).program('main')));
    opened.close();
  }
  return made;
}

const same = <T>(results: readonly T[]): T => {
  expect(results[1]).toEqual(results[0]);
  return results[0] as T;
};

describe('verdicts', () => {
  it.each([
    [-1, 'TC_ACT_UNSPEC'],
    [0, 'TC_ACT_OK'],
    [2, 'TC_ACT_SHOT'],
    [7, 'TC_ACT_REDIRECT'],
    [99, 'TC_ACT_UNSPEC'],
  ])('%i is %s', async (value, name) => {
    const result = same(await onBoth(`r0 = ${value}\nexit`, (program) => program.run(PACKET)));
    expect(result).toMatchObject({ retval: value >>> 0, action: name });
  });

  it('a trap drops the packet', async () => {
    const result = same(await onBoth('r1 = 0\nr0 = *(u8 *)(r1 + 0)\nexit', (program) => program.run(PACKET)));
    expect(result).toMatchObject({ action: 'TC_ACT_SHOT', trap: { code: 'BEESWAX_E_TRAP_READ' } });
  });
});

/** Counts in the mark, and writes the packet's place in cb[0]. */
const COUNT = `
  r2 = *(u32 *)(r1 + 8)
  r2 += 1
  *(u32 *)(r1 + 8) = r2
  r2 = *(u32 *)(r1 + 140)
  r3 = *(u32 *)(r1 + 76)
  r3 -= r2
  *(u32 *)(r1 + 48) = r3
  r0 = 0
  exit`;

describe('contexts', () => {
  it('belong to their packets, and to no packet behind', async () => {
    const marks = same(
      await onBoth(COUNT, (program) =>
        program
          .runBatch([{ data: PACKET, context: { mark: 5 } }, PACKET, { data: PACKET, context: { mark: 7, cb: [9] } }])
          .map(({ context }: RunResult) => context?.mark),
      ),
    );
    expect(marks).toEqual([6, 1, 8]);
  });

  it('say where a packet came in', async () => {
    const result = same(
      await onBoth('r0 = *(u32 *)(r1 + 40)\nexit', (p) => p.run({ data: PACKET, ingressIfindex: 4 })),
    );
    expect(result).toMatchObject({ retval: 4, context: { ifindex: 4, ingress_ifindex: 4 } });
  });

  it('come with the metadata in front of the packet', async () => {
    const meta = Uint8Array.of(1, 2, 3, 4);
    const result = same(await onBoth(COUNT, (program) => program.run({ data: PACKET, meta })));
    expect(result).toMatchObject({ metaLength: 4, context: { cb: [4, 0, 0, 0, 0] } });
    expect(result.packet).toEqual(Uint8Array.of(...meta, ...PACKET));
  });

  it.each([
    [{ marc: 1 }, /no field marc/],
    [{ protocol: 8 }, /no field protocol/],
    [{ mark: -1 }, /mark is a whole number of 32 bits/],
    [{ mark: 2 ** 32 }, /mark is a whole number of 32 bits/],
    [{ mark: [1] }, /mark is a whole number/],
    [{ cb: 1 }, /cb is an array of at most 5/],
    [{ cb: [1, 2, 3, 4, 5, 6] }, /cb is an array of at most 5/],
    [{ cb: ['x' as unknown as number] }, /cb is an array/],
  ])('%j is refused', async (context, message) => {
    await onBoth(COUNT, (program) => expect(() => program.run({ data: PACKET, context })).toThrow(message));
  });
});

describe('packets that grow', () => {
  it('leave those behind them alone', async () => {
    const grown = same(
      await onBoth('r2 = 4000\nr3 = 0\ncall skb_change_head\nexit', (program) =>
        program.runBatch(Array.from({ length: 120 }, (_, i) => PACKET.map((byte) => byte ^ i))),
      ),
    );
    grown.forEach(({ packet }, i) => {
      expect(packet.length).toBe(4050);
      expect(packet.subarray(4000)).toEqual(PACKET.map((byte) => byte ^ i));
    });
  });

  it('as often as they are run', async () => {
    const object = writeObject(assemble('.section tc\n.program main tc\nr2 = 100\nr3 = 0\ncall skb_change_head\nexit'));
    const engine = await Engine.create({ engine: 'jit' });
    const result = await (await engine.load(object)).program('main').test(PACKET, 1000);
    expect(result).toMatchObject({ retval: 0, repeat: 1000 });
    expect(result.packet.length).toBe(150);
    engine.close();
  });
});

const TABLE: NetworkTable = {
  interfaces: [
    { ifindex: 1, mtu: 65536, forwarding: false },
    { ifindex: 2, mac: '02:00:00:00:00:02' },
    { ifindex: 3, mac: '02:00:00:00:00:03', mtu: 1400 },
  ],
  routes: [
    { prefix: '0.0.0.0/0', ifindex: 2, gateway: '192.0.2.1', metric: 5 },
    { prefix: '10.0.0.0/8', ifindex: 3, metric: 9 },
    { prefix: '10.0.0.0/8', ifindex: 2, metric: 20 },
    { prefix: '10.1.0.0/16', ifindex: 0, type: 'blackhole' },
    { prefix: '10.2.0.0/16', ifindex: 0, type: 'unreachable' },
    { prefix: '10.3.0.0/16', ifindex: 0, type: 'prohibit' },
    { prefix: '10.4.0.0/15', ifindex: 1, type: 'local' },
  ],
  neighbours: [
    { ifindex: 3, address: '10.9.9.9', mac: '02:00:00:00:09:09' },
    { ifindex: 2, address: '192.0.2.1', mac: '02:00:00:00:01:01' },
  ],
};

/** Looks the destination up; r0 is the result, cb what then stands at ifindex, metric, destination and in the MACs. */
const lookup = (destination: string, { length = 0, flags = 0, from = 2 } = {}): string => `
  r6 = r1
  r2 = 0
  ${[8, 16, 24, 32, 40, 48, 56, 64].map((at) => `*(u64 *)(r10 - ${at}) = r2`).join('\n')}
  r2 = 2
  *(u8 *)(r10 - 64) = r2
  r2 = ${length}
  *(u16 *)(r10 - 58) = r2
  r2 = ${from}
  *(u32 *)(r10 - 56) = r2
  ${destination
    .split('.')
    .map((part, i) => `r2 = ${part}\n*(u8 *)(r10 - ${32 - i}) = r2`)
    .join('\n')}
  r2 = r10
  r2 += -64
  r3 = 64
  r4 = ${flags}
  call fib_lookup
  r2 = *(u32 *)(r10 - 56)
  *(u32 *)(r6 + 48) = r2
  r2 = *(u32 *)(r10 - 52)
  *(u32 *)(r6 + 52) = r2
  r2 = *(u8 *)(r10 - 29)
  *(u32 *)(r6 + 56) = r2
  r2 = *(u8 *)(r10 - 7)
  *(u32 *)(r6 + 60) = r2
  r2 = *(u8 *)(r10 - 1)
  *(u32 *)(r6 + 64) = r2
  r2 = *(u16 *)(r10 - 58)
  *(u32 *)(r6 + 8) = r2
  exit`;

describe('routes', () => {
  it.each<[string, Parameters<typeof lookup>[1], number, number[], number]>([
    ['10.9.9.9', {}, 0, [3, 9, 9, 3, 9], 1400],
    ['198.51.100.7', {}, 0, [2, 5, 1, 2, 1], 1500],
    ['10.9.9.8', {}, 7, [3, 9, 8, 0, 0], 0],
    ['10.9.9.8', { flags: 4 }, 0, [3, 9, 8, 0, 0], 1400],
    ['10.9.9.9', { length: 1400 }, 0, [3, 9, 9, 3, 9], 1400],
    ['10.9.9.9', { length: 1401 }, 8, [2, 0, 9, 0, 0], 1400],
    ['10.1.0.1', {}, 1, [2, 0, 1, 0, 0], 0],
    ['10.2.0.1', {}, 2, [2, 0, 1, 0, 0], 0],
    ['10.3.0.1', {}, 3, [2, 0, 1, 0, 0], 0],
    ['10.5.0.1', {}, 4, [2, 0, 1, 0, 0], 0],
    ['10.9.9.9', { from: 1 }, 5, [1, 0, 9, 0, 0], 0],
    ['10.9.9.9', { from: 4 }, -19, [4, 0, 9, 0, 0], 0],
    ['10.9.9.8', { flags: 2 | 4 }, 0, [2, 20, 8, 0, 0], 1500],
    ['10.9.9.9', { flags: 16 }, 9, [3, 9, 9, 0, 0], 0],
  ])('%s %j', async (destination, options, r0, cb, length) => {
    const result = same(await onBoth(lookup(destination, options), (program) => program.run(PACKET), TABLE));
    expect(result).toMatchObject({ retval: r0 >>> 0, context: { cb, mark: length } });
  });

  it.each([
    ['prefix', { prefix: '10.0.0.0', ifindex: 1 }],
    ['prefix', { prefix: '10.0.0.0/33', ifindex: 1 }],
    ['address', { prefix: '10.0.0/8', ifindex: 1 }],
    ['address', { prefix: '10.0.0.0/8', ifindex: 1, gateway: 'x' }],
  ])('a %s that is none', async (what, route) => {
    await expect(Engine.create({ network: { interfaces: [], routes: [route] } })).rejects.toThrow(`no ${what}`);
  });
});
