/** The batch loop: what goes in by the descriptors, what comes out, and what one packet leaves for the next. */
import { describe, expect, it } from 'vitest';
import { BatchFlag, Layout, Worker } from '../../src/abi/layout.js';
import { PacketBatch } from '../../src/runtime/batch.js';
import type { Case } from '../cases/types.js';
import { hex } from '../cases/types.js';
import { interpreter, type Loaded, load } from '../support/wasm_harness.js';

const program = (asm: string, more: Partial<Case> = {}): Promise<Loaded> =>
  load({ name: '', type: 'xdp', asm, want: {}, ...more }, interpreter);

const run = ({ runtime, programs }: Loaded, batch: PacketBatch, count = batch.count, flags: BatchFlag | 0 = 0): void =>
  runtime.exports.run_batch(programs[0]?.index ?? -1, batch.descriptors, count, flags);

const frame = (first: number, length = 16): Uint8Array => Uint8Array.from({ length }, (_, i) => (first + i) & 0xff);

/** Returns the first byte of the packet; traps on an empty one. */
const FIRST_BYTE = 'r1 = *(u32 *)(r1 + 0)\nr0 = *(u8 *)(r1 + 0)\nexit';

describe('the batch loop', () => {
  it('gives each packet its own result', async () => {
    const loaded = await program(FIRST_BYTE);
    const batch = new PacketBatch(loaded.runtime, 4);
    for (const first of [3, 1, 200, 0]) batch.add(frame(first));
    run(loaded, batch);
    expect([0, 1, 2, 3].map((index) => batch.retval(index))).toEqual([3, 1, 200, 0]);
  });

  it('fills in the context', async () => {
    const fields = [0, 4, 8, 12, 16, 20].map((at) => `r2 = *(u32 *)(r1 + ${at})\n*(u32 *)(r6 + ${at}) = r2`).join('\n');
    const loaded = await program(`r6 = *(u32 *)(r1 + 0)\n${fields}\nr0 = 0\nexit`);
    const batch = new PacketBatch(loaded.runtime, 1);
    batch.add(frame(0, 24), { ingressIfindex: 7, rxQueueIndex: 3, egressIfindex: 9 });
    run(loaded, batch);
    const words = new Uint32Array(batch.packet(0).slice().buffer);
    const [data = 0, end, meta, ...rest] = words;
    expect([end, meta, rest]).toEqual([data + 24, data, [7, 3, 9]]);
  });

  it('goes on after a trap, and leaves nothing of it', async () => {
    const loaded = await program(FIRST_BYTE);
    const batch = new PacketBatch(loaded.runtime, 3);
    batch.add(frame(5));
    batch.add(new Uint8Array(0));
    batch.add(frame(6));
    run(loaded, batch);
    expect([0, 1, 2].map((index) => batch.trapCode(index) !== 0)).toEqual([false, true, false]);
    expect([0, 1, 2].map((index) => batch.retval(index))).toEqual([5, 0, 6]);
    expect(batch.trap(1)).toMatchObject({ pc: 1, program: loaded.programs[0]?.index });
  });

  it('gives each packet a whole budget, tail calls and no redirect of the one before', async () => {
    const loaded = await program(
      `r6 = *(u32 *)(r1 + 0)
       r6 = *(u8 *)(r6 + 0)
       if r6 == 0 goto out
       r1 = 7
       r2 = 0
       call redirect
       exit
     out:
       r0 = 1
       exit`,
      { fuel: 12n },
    );
    const batch = new PacketBatch(loaded.runtime, 3);
    for (const first of [1, 0, 1]) batch.add(frame(first));
    run(loaded, batch);
    expect([0, 1, 2].map((index) => batch.redirect(index)?.kind)).toEqual(['ifindex', undefined, 'ifindex']);
    expect([0, 1, 2].map((index) => batch.retval(index))).toEqual([4, 1, 4]);
  });

  it('hands back moved bounds, and headroom that an earlier packet used reads as zeros', async () => {
    const loaded = await program('r2 = -8\ncall xdp_adjust_head\nexit');
    const batch = new PacketBatch(loaded.runtime, 1);
    batch.add(frame(0xa0), { meta: Uint8Array.of(1, 2, 3, 4) });
    run(loaded, batch);
    expect(batch.metaLength(0)).toBe(4);
    batch.clear();
    batch.add(frame(0xa0));
    run(loaded, batch);
    expect(hex(batch.packet(0))).toBe('00'.repeat(8) + hex(frame(0xa0)));
  });

  it('repeats one packet from the same bounds, on the bytes that the run before left', async () => {
    const loaded = await program(`
      r6 = r1
      r2 = 2
      call xdp_adjust_head
      r1 = *(u32 *)(r6 + 0)
      r0 = *(u8 *)(r1 + 0)
      r0 += 1
      *(u8 *)(r1 + 0) = r0
      exit`);
    const batch = new PacketBatch(loaded.runtime, 1);
    batch.add(frame(0));
    run(loaded, batch, 5, BatchFlag.REPEAT);
    expect(batch.retval(0)).toBe(2 + 5);
    expect(batch.packet(0).length).toBe(14);
  });

  it('counts how long runs took, on request', async () => {
    const loaded = await program(FIRST_BYTE);
    const batch = new PacketBatch(loaded.runtime, 8);
    for (let i = 0; i < 8; i++) batch.add(frame(i));
    const counted = (): number => {
      let sum = 0n;
      for (let i = 0; i < Worker.HISTOGRAM_BUCKETS; i++)
        sum += loaded.runtime.memory.view.getBigUint64(Layout.WORKERS + Worker.HISTOGRAM + 8 * i, true);
      return Number(sum);
    };
    run(loaded, batch);
    expect(counted()).toBe(0);
    run(loaded, batch, 8, BatchFlag.LATENCY);
    expect(counted()).toBe(8);
  });

  it('uses the code that is behind the slot when the batch begins', async () => {
    const loaded = await program('r0 = 1\nexit');
    const batch = new PacketBatch(loaded.runtime, 1);
    batch.add(frame(0));
    run(loaded, batch);
    // (func (param i64 i64) (result i64) i64.const 2)
    const returnsTwo = Uint8Array.from([
      0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 7, 1, 0x60, 2, 0x7e, 0x7e, 1, 0x7e, 3, 2, 1, 0, 7, 5, 1, 1, 0x66, 0, 0, 10, 6,
      1, 4, 0, 0x42, 2, 0x0b,
    ]);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(returnsTwo));
    loaded.runtime.slots.set(loaded.programs[0]?.slot ?? 0, instance.exports.f as CallableFunction);
    expect(batch.retval(0)).toBe(1);
    run(loaded, batch);
    expect(batch.retval(0)).toBe(2);
  });
});
