/** The public API, as a user meets it: objects from text, packets in, verdicts and maps out, on both tiers. */
import { describe, expect, it } from 'vitest';
import { writeObject } from '../../src/asm/write_object.js';
import { assemble, Engine, type EngineOptions, isBeeswaxError } from '../../src/index.js';

/** An object file from assembly text. */
const object = (text: string): Uint8Array => writeObject(assemble(text));

const packet = (length = 64): Uint8Array => Uint8Array.from({ length }, (_, index) => index);

async function withEngine<T>(options: EngineOptions, use: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await Engine.create(options);
  try {
    return await use(engine);
  } finally {
    engine.close();
  }
}

const PASS = object('.section xdp\n.program pass xdp\nr0 = 2\nexit');

/** Drops packets whose first byte is even, counts all by verdict. */
const COUNTER = object(`
.map counts, array, 4, 8, 8
.section xdp
.program counter xdp
  r6 = *(u32 *)(r1 + 0)
  r7 = *(u8 *)(r6 + 0)
  r7 &= 1
  r7 += 1
  *(u32 *)(r10 - 4) = r7
  r2 = r10
  r2 += -4
  r1 = &map(counts) ll
  call map_lookup_elem
  if r0 == 0 goto out
  r1 = 1
  lock *(u64 *)(r0 + 0) += r1
out:
  r0 = r7
  exit
`);

/** Stores far behind the packet when its first byte is 0xff. */
const WILD = object(`
.section xdp
.program wild xdp
  r6 = *(u32 *)(r1 + 0)
  r7 = *(u8 *)(r6 + 0)
  if r7 != 0xff goto fine
  *(u8 *)(r6 + 4096) = 1
fine:
  *(u8 *)(r6 + 1) = 7
  r0 = 2
  exit
`);

for (const engine of ['interp', 'jit'] as const) {
  describe(`engine ${engine}`, () => {
    it('gives a verdict', () =>
      withEngine({ engine }, async (wasm) => {
        const loaded = await wasm.load(PASS);
        const program = loaded.program('pass');
        expect(program.tier).toBe(engine);
        const input = packet();
        const result = program.run(input);
        expect(result).toMatchObject({ retval: 2, action: 'XDP_PASS', metaLength: 0 });
        expect(result.packet).toEqual(input);
        expect(result.trap).toBeUndefined();
      }));

    it('runs more packets than fit into one chunk, in order', () =>
      withEngine({ engine }, async (wasm) => {
        const loaded = await wasm.load(COUNTER);
        const packets = Array.from({ length: 1000 }, (_, index) => packet(14 + index).fill(index & 255, 0, 1));
        const actions = loaded.program().runBatch(packets);
        expect(actions.map(({ action }) => action)).toEqual(
          packets.map(([first]) => ((first as number) % 2 === 0 ? 'XDP_DROP' : 'XDP_PASS')),
        );
        expect(actions.map(({ packet: out }) => out)).toEqual(packets);
        expect(loaded.map('counts').get(1)).toBe('f401000000000000');
      }));

    it('stops a wild store: that packet is aborted, others and their neighbours stay as they were', () =>
      withEngine({ engine }, async (wasm) => {
        const loaded = await wasm.load(WILD);
        const packets = [packet(), packet().fill(0xff, 0, 1), packet(), packet()];
        const results = loaded.program().runBatch(packets);
        expect(results.map(({ action }) => action)).toEqual(['XDP_PASS', 'XDP_ABORTED', 'XDP_PASS', 'XDP_PASS']);
        expect(results[1]?.trap).toMatchObject({ code: 'BEESWAX_E_TRAP_WRITE', program: 'wild', pc: 3 });
        for (const [index, result] of results.entries()) {
          const expected = packet();
          if (index === 1) expected[0] = 0xff;
          else expected[1] = 7;
          expect(result.packet).toEqual(expected);
        }
      }));

    it('takes packets of 14 to 65,535 bytes and says so of others', () =>
      withEngine({ engine }, async (wasm) => {
        const program = (await wasm.load(PASS)).program();
        for (const length of [14, 3520, 3521, 65535]) expect(program.run(packet(length)).packet.length).toBe(length);
        for (const length of [0, 13, 65536])
          expect(() => program.run(packet(length))).toThrow(
            expect.objectContaining({ code: 'BEESWAX_E_PACKET_LENGTH', data: { length, minimum: 14, maximum: 65535 } }),
          );
      }));

    it('gives a program its metadata and context', () =>
      withEngine({ engine }, async (wasm) => {
        const loaded = await wasm.load(
          object(`.section xdp
            r0 = *(u32 *)(r1 + 12)
            r2 = *(u32 *)(r1 + 16)
            r0 += r2
            r2 = *(u32 *)(r1 + 8)
            r2 = *(u32 *)(r2 + 0)
            r0 += r2
            exit`),
        );
        const meta = Uint8Array.of(100, 0, 0, 0);
        const result = loaded.program().run({ data: packet(), meta, ingressIfindex: 10, rxQueueIndex: 3 });
        expect(result.retval).toBe(113);
        expect(result.metaLength).toBe(4);
        expect(result.packet.length).toBe(68);
      }));

    it('ends a loop that does not end', () =>
      withEngine({ engine, fuel: 1_000_000 }, async (wasm) => {
        const loaded = await wasm.load(object('.section xdp\nl: r1 += 1\ngoto l\n'));
        expect(loaded.program().run(packet()).trap).toMatchObject({ code: 'BEESWAX_E_TRAP_FUEL', pc: 1 });
      }));

    it('makes tail calls through a prog array that the user fills', () =>
      withEngine({ engine }, async (wasm) => {
        const loaded = await wasm.load(
          object(`.map jumps, prog_array, 4, 4, 2
            .section xdp/entry
            .program entry xdp
            r2 = &map(jumps) ll
            r3 = 1
            call tail_call
            r0 = 1
            exit
            .section xdp/next
            .program next xdp
            r0 = 3
            exit`),
        );
        const entry = loaded.program('entry');
        expect(entry.run(packet()).action).toBe('XDP_DROP');
        loaded.map('jumps').set(1, 'next');
        expect(entry.run(packet()).action).toBe('XDP_TX');
        expect(loaded.map('jumps').get(1)).toBe('next');
        loaded.map('jumps').delete(1);
        expect(entry.run(packet()).action).toBe('XDP_DROP');
        expect(() => loaded.map('jumps').set(0, 'nxt')).toThrow(/nxt/);
      }));

    it('calls helpers of the embedder, and keeps what they throw', async () => {
      const seen: unknown[] = [];
      const helpers = [
        { id: 0x10001, name: 'note', args: ['mem', 'size'] as const, call: (bytes: unknown) => seen.push(bytes) },
        {
          id: 0x10002,
          name: 'fail',
          args: [] as const,
          call: () => {
            throw new Error('on purpose');
          },
        },
      ];
      await withEngine({ engine, helpers }, async (wasm) => {
        const loaded = await wasm.load(
          object(`.section xdp/a
            .program a xdp
            r1 = *(u32 *)(r1 + 0)
            r2 = 4
            call 0x10001
            exit
            .section xdp/b
            .program b xdp
            call 0x10002
            r0 = 2
            exit`),
        );
        expect(loaded.program('a').run(packet()).retval).toBe(1);
        expect(seen).toEqual([Uint8Array.of(0, 1, 2, 3)]);
        expect(() => loaded.program('b').run(packet())).toThrow('on purpose');
        expect(loaded.program('a').run(packet()).retval).toBe(2);
      });
    });

    it('repeats runs with a clock and a random source that are given', async () => {
      let now = 41n;
      const options = { engine, clock: () => ++now, random: () => 0xffff_fffe };
      await withEngine(options, async (wasm) => {
        const loaded = await wasm.load(
          object(`.section xdp
            call ktime_get_ns
            r6 = r0
            call get_prandom_u32
            r0 += r6
            exit`),
        );
        expect(loaded.program().run(packet()).retval).toBe((42 + 0xffff_fffe) >>> 0);
      });
    });

    it('repeats runs with a seed', async () => {
      const draw = (seed: number): Promise<number[]> =>
        withEngine({ engine, seed }, async (wasm) => {
          const program = (await wasm.load(object('.section xdp\ncall get_prandom_u32\nexit'))).program();
          return [1, 2, 3].map(() => program.run(packet()).retval);
        });
      expect(await draw(7)).toEqual(await draw(7));
      expect(await draw(7)).not.toEqual(await draw(8));
      expect(new Set(await draw(7)).size).toBe(3);
    });

    it('times repeated runs', () =>
      withEngine({ engine }, async (wasm) => {
        const result = await (await wasm.load(PASS)).program().test(packet(), 1000);
        expect(result).toMatchObject({ repeat: 1000, retval: 2, action: 'XDP_PASS' });
        expect(result.nsPerRun).toBeGreaterThan(0);
      }));
  });
}

describe('an engine', () => {
  it('starts interpreted and swaps to the translation', () =>
    withEngine({ engine: 'auto' }, async (wasm) => {
      const loaded = await wasm.load(COUNTER);
      const program = loaded.program();
      expect(program.tier).toBe('interp');
      expect(program.run(packet()).action).toBe('XDP_DROP');
      await program.ready();
      expect(program.tier).toBe('jit');
      expect(program.run(packet()).action).toBe('XDP_DROP');
      expect(loaded.map('counts').get(1)).toBe('0200000000000000');
    }));

  it('keeps objects of one engine apart and gives their memory back', () =>
    withEngine({ engine: 'interp', memory: '64MiB' }, async (wasm) => {
      const big = object('.map big, array, 4, 1024, 10000\n.section xdp\nr1 = &map(big) ll\nr0 = 2\nexit');
      for (let round = 0; round < 30; round++) {
        const loaded = await wasm.load(big);
        loaded.map('big').set(0, new Uint8Array(1024).fill(round + 1));
        expect(loaded.program().run(packet()).action).toBe('XDP_PASS');
        loaded.close();
      }
      const loaded = await wasm.load(big);
      expect((loaded.map('big').raw.lookup(new Uint8Array(4)) as Uint8Array).every((byte) => byte === 0)).toBe(true);
    }));

  it('loads the programs it can and names the others', () =>
    withEngine({ engine: 'interp' }, async (wasm) => {
      const loaded = await wasm.load(
        object(`.map later, stack_trace, 4, 8, 64
          .section xdp/fine
          .program fine xdp
          r0 = 2
          exit
          .section xdp/broken
          .program broken xdp
          r1 = &map(later) ll
          r0 = 2
          exit`),
      );
      expect(loaded.programs.map(({ name }) => name)).toEqual(['fine']);
      expect(loaded.failures.map(({ program }) => program)).toEqual(['broken']);
      expect(() => loaded.program('broken')).toThrow(/stack_trace/);
    }));

  it('names the nearest program and map', () =>
    withEngine({ engine: 'interp' }, async (wasm) => {
      const loaded = await wasm.load(COUNTER);
      expect(() => loaded.program('countr')).toThrow(
        expect.objectContaining({ code: 'BEESWAX_E_NO_SUCH_PROGRAM', suggestion: 'did you mean `counter`?' }),
      );
      expect(() => loaded.map('count')).toThrow(
        expect.objectContaining({ code: 'BEESWAX_E_NO_SUCH_MAP', suggestion: 'did you mean `counts`?' }),
      );
      expect(loaded.program('xdp').name).toBe('counter');
    }));

  it('is of no use once closed, and says so', async () => {
    const engine = await Engine.create({ engine: 'interp' });
    const loaded = await engine.load(PASS);
    const program = loaded.program();
    engine[Symbol.dispose]();
    expect(() => program.run(packet())).toThrow(expect.objectContaining({ code: 'BEESWAX_E_ENGINE_CLOSED' }));
    await expect(engine.load(PASS)).rejects.toMatchObject({ code: 'BEESWAX_E_ENGINE_CLOSED' });
    engine.close();
  });

  it('takes memory sizes with units', async () => {
    for (const memory of ['64MiB', '64M', 64 * 2 ** 20, '0.5g']) (await Engine.create({ memory })).close();
    for (const memory of ['64 parsecs', 1, '5GiB', Number.NaN])
      await expect(Engine.create({ memory })).rejects.toMatchObject({ code: 'BEESWAX_E_MEMORY_SIZE' });
  });

  it('says which map does not fit', () =>
    withEngine({ engine: 'interp', memory: '32MiB' }, async (wasm) => {
      const huge = object('.map huge, array, 4, 4096, 100000\n.section xdp\nr1 = &map(huge) ll\nr0 = 2\nexit');
      const thrown = await wasm.load(huge).catch((error: unknown) => error);
      expect(isBeeswaxError(thrown)).toBe(true);
      expect(String(thrown)).toMatch(/huge/);
    }));
});

describe('callbacks of the embedder', () => {
  let run: () => unknown = () => undefined;

  it('cannot run a program of the engine that calls them', () => {
    const nested: unknown[] = [];
    return withEngine(
      {
        engine: 'interp',
        helpers: [
          {
            id: 0x10001,
            name: 'again',
            args: [],
            call: () => {
              try {
                run();
              } catch (error) {
                nested.push(error);
              }
              return 2;
            },
          },
        ],
      },
      async (wasm) => {
        const program = (await wasm.load(object('.section xdp\ncall 0x10001\nexit'))).program();
        run = () => program.run(packet());
        expect(program.run(packet()).action).toBe('XDP_PASS');
        expect(nested).toEqual([expect.objectContaining({ code: 'BEESWAX_E_REENTRY' })]);
      },
    );
  });
});
