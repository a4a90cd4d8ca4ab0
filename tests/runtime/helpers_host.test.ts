/** What helpers ask of JavaScript: clocks, randomness, printed lines, and helpers that an embedder adds. */
import { describe, expect, it } from 'vitest';
import type { CustomHelper } from '../../src/runtime/host.js';
import type { Case } from '../cases/types.js';
import { firstValue, interpreter, type Loaded, load, runPacket } from '../support/wasm_harness.js';

const program = (asm: string, more: Partial<Case> = {}): Promise<Loaded> =>
  load({ name: '', type: 'xdp', asm, want: {}, ...more }, interpreter);

const FRAME = new Uint8Array(16);

/** Puts a helper's result where it can be read. */
const resultOf = (helper: string): string => `
  .map result, array, 4, 8, 1
  call ${helper}
  r1 = &value(result, 0) ll
  *(u64 *)(r1 + 0) = r0
  r0 = 0
  exit`;

async function results(helper: string, count: number, more: Partial<Case> = {}): Promise<bigint[]> {
  const loaded = await program(resultOf(helper), more);
  return Array.from({ length: count }, () => {
    runPacket(loaded, FRAME);
    return new DataView(firstValue(loaded, 'result').buffer).getBigUint64(0, true);
  });
}

describe('clocks', () => {
  it.each(['ktime_get_ns', 'ktime_get_boot_ns', 'ktime_get_coarse_ns', 'jiffies64'])(
    '%s never goes back',
    async (helper) => {
      const times = await results(helper, 100);
      expect(times).toEqual([...times].sort((a, b) => (a < b ? -1 : 1)));
      expect(times[0]).toBeGreaterThan(0n);
    },
  );

  it('tick in nanoseconds', async () => {
    const before = performance.now();
    const [first = 0n] = await results('ktime_get_ns', 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    const [second = 0n] = await results('ktime_get_ns', 1);
    const elapsed = (performance.now() - before) * 1e6;
    expect(Number(second - first)).toBeGreaterThan(15e6);
    expect(Number(second - first)).toBeLessThanOrEqual(elapsed);
  });
});

describe('random numbers', () => {
  it('repeat with the engine’s seed, and fill 32 bits', async () => {
    const first = await results('get_prandom_u32', 200);
    expect(await results('get_prandom_u32', 200)).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(195);
    expect(first.reduce((or, value) => or | value, 0n)).toBe(0xffff_ffffn);
    expect(first.reduce((and, value) => and & value, 0xffff_ffffn)).toBe(0n);
  });
});

describe('printed lines', () => {
  /** Prints the text in a map of 2,048 bytes. */
  const printing = async (text: string): Promise<{ r0: number; lines: readonly string[] }> => {
    const hex = Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const loaded = await program(
      `.map .rodata, array, 4, 480, 1, BPF_F_RDONLY_PROG
       r1 = &value(.rodata, 0) ll
       r2 = 480
       r3 = &value(.rodata, 0) ll
       r4 = r3
       r5 = r3
       call trace_printk
       exit`,
      { elements: { '.rodata': [['00000000', hex.padEnd(960, '0')]] } },
    );
    const { r0 = -1, trace = [] } = runPacket(loaded, FRAME);
    return { r0, lines: trace };
  };

  it('are UTF-8', async () => {
    expect(await printing('grün →')).toEqual({ r0: 9, lines: ['grün →'] });
  });

  it('are cut at 1,023 bytes, but the length is what it would have been', async () => {
    const text = `%1000d${'x'.repeat(100)}`;
    const { r0, lines } = await printing(text);
    expect(r0).toBe(1100);
    expect(lines[0]?.length).toBe(1023);
  });

  it('take at most 512 bytes of arguments', async () => {
    // Each string is the format itself: 3 × 170 with their NULs fit, a longer third is cut, then refused.
    expect((await printing(`%s%s%s ${'x'.repeat(162)}`)).r0).toBe(163 + 3 * 169);
    expect((await printing(`%s%s%s ${'x'.repeat(200)}`)).r0).toBe(201 + 207 + 207 + (512 - 2 * 208 - 1));
    expect((await printing(`%s%s%s ${'x'.repeat(400)}`)).r0).toBe(-28 >>> 0);
  });
});

describe('helpers of the embedder', () => {
  const noop = { call: () => undefined };
  it.each<[string, Partial<CustomHelper> & Pick<CustomHelper, 'id' | 'args'>, RegExp]>([
    ['a number that is taken', { id: 1, args: [] }, /1 is bpf_map_lookup_elem/],
    ['a number that is none', { id: -1, args: [] }, /positive 31-bit integer/],
    ['six arguments', { id: 65536, args: ['any', 'any', 'any', 'any', 'any', 'any'] }, /at most 5/],
    ['mem without size', { id: 65536, args: ['mem', 'scalar'] }, /'mem' must be followed by 'size'/],
    ['size without mem', { id: 65536, args: ['scalar', 'size'] }, /'size' follows 'mem' or 'out'/],
    ['an unknown kind', { id: 65536, args: ['pointer' as never] }, /no argument kind 'pointer'/],
  ])('cannot have %s', async (_what, helper, message) => {
    const declared = { name: 'mine', ...noop, ...helper };
    await expect(program('exit', { helpers: [declared] })).rejects.toThrow(message);
  });

  it('may have a number below the custom ones that the kernel gives to another', async () => {
    const loaded = await program('call 14\nexit', {
      helpers: [{ id: 14, name: 'get_current_pid_tgid', args: [], call: () => 42 }],
    });
    expect(runPacket(loaded, FRAME).r0).toBe(42);
  });

  it('read strings, and refuse what does not end', async () => {
    const seen: unknown[] = [];
    const helper: CustomHelper = { id: 65536, name: 'say', args: ['string'], call: (text) => void seen.push(text) };
    const loaded = await program(
      '*(u64 *)(r10 - 8) = 0x6f6c6c\nr1 = r10\nr1 += -8\ncall 65536\nr1 = 0\ncall 65536\nexit',
      { helpers: [helper] },
    );
    expect(runPacket(loaded, FRAME).trap).toMatchObject({ reason: 'HELPER_RANGE', pc: 5 });
    expect(seen).toEqual(['llo']);
  });

  it('that throw stop the run once; the error is kept and the next run is whole', async () => {
    let calls = 0;
    const helper: CustomHelper = {
      id: 65536,
      name: 'once',
      args: [],
      call: () => {
        calls++;
        if (calls === 1) throw new Error('not yet');
        return 5;
      },
    };
    const loaded = await program('call 65536\nexit', { helpers: [helper] });
    expect(runPacket(loaded, FRAME).trap).toMatchObject({ reason: 'HELPER_HOST', pc: 0 });
    expect(() => loaded.runtime.host.rethrow()).toThrow('not yet');
    expect(runPacket(loaded, FRAME).r0).toBe(5);
    expect(() => loaded.runtime.host.rethrow()).not.toThrow();
  });

  it('are told apart from the engine’s own work', async () => {
    const busy: boolean[] = [];
    const helper: CustomHelper = {
      id: 65536,
      name: 'look',
      args: [],
      call: () => {
        busy.push(loaded.runtime.host.busy);
        return 0;
      },
    };
    const loaded: Loaded = await program('call 65536\nexit', { helpers: [helper] });
    runPacket(loaded, FRAME);
    expect([...busy, loaded.runtime.host.busy]).toEqual([true, false]);
  });
});
