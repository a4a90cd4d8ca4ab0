/** The allocators: blocks do not overlap, are zero, aligned, and come back whole. */
import { describe, expect, it } from 'vitest';
import { Arena } from '../../src/abi/layout.js';
import { Random } from '../support/random.js';
import { MIB, openRuntime } from './maps_support.js';

describe.each([
  ['heap', Arena.HEAP],
  ['read-only', Arena.RO],
  ['read-write', Arena.RW],
])('the %s arena', (_name, arena) => {
  it('gives disjoint, zeroed, aligned blocks inside its bounds, and takes them back', async () => {
    const { exports, memory } = await openRuntime(1, 64 * MIB);
    const [start, end] = [
      [0x2b0000, memory.bounds.roBase],
      [memory.bounds.roBase, memory.bounds.rwBase],
      [memory.bounds.rwBase, memory.bounds.userEnd],
    ][arena] as [number, number];
    const random = new Random(arena + 1);
    const held: { address: number; size: number }[] = [];
    const left = exports.arena_left(arena) >>> 0;
    for (let step = 0; step < 3000; step++) {
      if (held.length > 0 && random.chance(0.48)) {
        const [block] = held.splice(random.below(held.length), 1);
        if (block !== undefined) exports.arena_free(arena, block.address, block.size);
        continue;
      }
      const size = random.chance(0.1) ? random.between(0x10000, 0x40000) : random.between(1, 3000);
      const align = 1 << random.between(0, 12);
      const address = exports.arena_alloc(arena, size, align) >>> 0;
      if (address === 0) continue;
      expect(address % Math.max(align, size >= 0x10000 ? 4096 : 64)).toBe(0);
      expect(address >= start && address + size <= end).toBe(true);
      const bytes = memory.u8.subarray(address, address + size);
      expect(Buffer.from(bytes).equals(Buffer.alloc(size))).toBe(true);
      bytes.fill(0xaa);
      for (const other of held)
        expect(address + size <= other.address || other.address + other.size <= address).toBe(true);
      held.push({ address, size });
    }
    for (const { address, size } of held) exports.arena_free(arena, address, size);
    // The heap keeps what the records of free extents took.
    const lost = left - (exports.arena_left(arena) >>> 0);
    expect(lost).toBeLessThanOrEqual(arena === Arena.HEAP ? 3 * 4096 : 0);
  });

  it('answers 0 for what does not fit', async () => {
    const { exports } = await openRuntime(1, 64 * MIB);
    const sizes = [exports.arena_left(arena) + 64, 0x7fff_ffff, -1, -64];
    expect(sizes.map((size) => exports.arena_alloc(arena, size, 8))).toEqual([0, 0, 0, 0]);
    expect(exports.arena_alloc(arena, 64, 1 << 30)).toBe(0);
    expect(exports.arena_alloc(arena, 0, 8)).not.toBe(0);
  });
});
