import { describe, expect, test } from 'vitest';
import { describeIsa } from '../../src/isa/describe.js';
import { makeInsn } from '../../src/isa/insn.js';
import { OPS, OPS_BY_BYTE, opNamed, REGISTER_COUNT } from '../../src/isa/table.js';

describe('the opcode table', () => {
  test('names each row once', () => {
    expect(new Set(OPS.map(({ name }) => name)).size).toBe(OPS.length);
    for (const op of OPS) expect(opNamed(op.name)).toBe(op);
  });

  test('numbers its rows densely', () => {
    expect(OPS.map(({ index }) => index)).toEqual(OPS.map((_, i) => i));
  });

  test('finds each row by its opcode byte', () => {
    expect(OPS_BY_BYTE.flat()).toHaveLength(OPS.length);
    for (const op of OPS) expect(OPS_BY_BYTE[op.opcode]).toContain(op);
  });

  test('tells rows of one opcode byte apart by a column that is a number', () => {
    const columns = ['dst', 'src', 'off', 'imm'] as const;
    for (const rows of OPS_BY_BYTE) {
      for (const [i, a] of rows.entries()) {
        for (const b of rows.slice(i + 1)) {
          expect(columns.some((column) => a[column] !== b[column] && typeof b[column] === 'number')).toBe(true);
        }
      }
    }
  });

  test('has two slots for the 64-bit immediates alone', () => {
    for (const { slots, opcode } of OPS) expect(slots).toBe(opcode === 0x18 ? 2 : 1);
  });

  test('describes every row in the docs page', () => {
    const page = describeIsa((op) => `${op.sem}!`);
    for (const { name, sem } of OPS) expect(page).toMatch(new RegExp(`^\\| \`${name}\` \\| \`${sem}!\``, 'm'));
  });
});

describe('makeInsn', () => {
  test('lets columns that are numbers decide their field', () => {
    expect(makeInsn('le32', 0, { dst: 1, imm: 7, off: 3, src: 2 })).toMatchObject({ dst: 1, src: 0, off: 0, imm: 32 });
    expect(makeInsn('call_local', 4, { src: 9, imm: -1 })).toMatchObject({ pc: 4, src: 1, imm: -1 });
  });

  test('splits a 64-bit immediate', () => {
    expect(makeInsn('lddw', 0, { dst: 1, imm64: -2n })).toMatchObject({ imm: -2, imm64: 0xffff_ffff_ffff_fffen });
    expect(makeInsn('lddw', 0, { dst: 1, imm: 5 })).toMatchObject({ imm: 5, imm64: 5n });
  });

  test('knows eleven registers', () => {
    expect(REGISTER_COUNT).toBe(11);
  });
});
