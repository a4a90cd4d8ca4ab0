import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeInsns } from '../../src/isa/decode.js';
import { encodeInsns } from '../../src/isa/encode.js';
import { makeInsn } from '../../src/isa/insn.js';
import { OPS, OPS_BY_BYTE } from '../../src/isa/table.js';
import { BeeswaxError } from '../../src/util/errors.js';

/** Slots as hexadecimal in memory order, blanks between fields ignored. */
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replace(/\s/g, ''), 'hex'));

function refusal(code: Uint8Array): BeeswaxError {
  try {
    decodeInsns(code);
  } catch (error) {
    expect(error).toBeInstanceOf(BeeswaxError);
    return error as BeeswaxError;
  }
  throw new Error(`was taken: ${Buffer.from(code).toString('hex')}`);
}

const EXIT = '95 00 0000 00000000';

describe('what is taken', () => {
  test.each([
    // bytes, row, fields
    ['07 01 0000 ffffffff', 'add64_imm', { dst: 1, imm: -1 }],
    ['bf 21 2000 00000000', 'movsx32_64', { dst: 1, src: 2, off: 32 }],
    ['dc 03 0000 40000000', 'be64', { dst: 3, imm: 64 }],
    ['55 01 ffff 00000080', 'jne64_imm', { dst: 1, off: -1, imm: -0x80000000 }],
    ['06 00 0000 fdffffff', 'ja32', { imm: -3 }],
    ['85 00 0000 01000000', 'call_helper', { src: 0, imm: 1 }],
    ['85 10 0000 ffffffff', 'call_local', { src: 1, imm: -1 }],
    ['85 20 0100 05000000', 'call_btf', { src: 2, off: 1, imm: 5 }],
    ['8d 03 0000 00000000', 'callx', { dst: 3 }],
    ['8d 00 0000 03000000', 'callx_imm', { dst: 3, imm: 3 }],
    ['e5 00 0100 00000000', 'may_goto', { off: 1 }],
    ['18 01 0000 efcdab89 00000000 67452301', 'lddw', { dst: 1, imm: -0x76543211, imm64: 0x0123456789abcdefn }],
    ['18 11 0000 04000000 00000000 00000000', 'lddw_map', { dst: 1, src: 1, imm: 4, imm64: 4n }],
    ['18 21 0000 04000000 00000000 08000000', 'lddw_map_value', { imm64: 0x8_0000_0004n }],
    ['db 21 f8ff f1000000', 'atomic_cmpxchg64', { dst: 1, src: 2, off: -8, imm: 0xf1 }],
    ['d3 21 0000 00010000', 'load_acquire8', { dst: 1, src: 2, imm: 0x100 }],
    ['50 20 0000 0e000000', 'ld_ind8', { src: 2, imm: 14 }],
  ])('%s is %s', (hex, name, fields) => {
    const [insn] = decodeInsns(bytes(hex));
    expect(insn?.op.name).toBe(name);
    expect(insn).toMatchObject({ pc: 0, ...fields });
  });

  test('slots count, so a 64-bit immediate moves the next pc by two', () => {
    const insns = decodeInsns(bytes(`18 01 0000 00000000 00000000 00000000 ${EXIT}`));
    expect(insns.map(({ pc }) => pc)).toEqual([0, 2]);
  });

  test('no bytes are no instructions', () => {
    expect(decodeInsns(new Uint8Array())).toEqual([]);
  });
});

describe('what is refused', () => {
  test.each([
    ['an unknown opcode', '00 00 0000 00000000', 'BEESWAX_E_UNKNOWN_OPCODE', 'unknown opcode 0x0 at insn 1'],
    [
      'an unknown combination of off',
      'bf 21 0700 00000000',
      'BEESWAX_E_UNKNOWN_INSN_FORM',
      'opcode 0xbf with off 7 is no instruction, at insn 1 (off may be 0, 8, 16, 32)',
    ],
    ['xchg without fetch', 'db 21 0000 e0000000', 'BEESWAX_E_UNKNOWN_INSN_FORM', /with imm 224 is no instruction/],
    ['an atomic of a reserved operation', 'c3 21 0000 02000000', 'BEESWAX_E_UNKNOWN_INSN_FORM', /with imm 2 is no/],
    ['a swap of a width that is none', 'dc 01 0000 18000000', 'BEESWAX_E_UNKNOWN_INSN_FORM', /imm may be 16, 32, 64/],
    ['a call of an unknown kind', '85 30 0000 01000000', 'BEESWAX_E_UNKNOWN_INSN_FORM', /with src 3 .* may be 0, 1, 2/],
    ['an immediate of an unknown kind', '18 71 0000 00000000 0000000000000000', 'BEESWAX_E_UNKNOWN_INSN_FORM', /src 7/],
    [
      'a field that is not used',
      '07 21 0000 01000000',
      'BEESWAX_E_UNUSED_FIELD',
      'src is 2 but add64_imm does not use it, at insn 1',
    ],
    ['off of a move of a number', 'b7 01 0100 01000000', 'BEESWAX_E_UNUSED_FIELD', /off is 1 but mov64_imm/],
    ['imm of a load', '79 21 0000 01000000', 'BEESWAX_E_UNUSED_FIELD', /imm is 1 but ldx64/],
    ['dst of exit', '95 01 0000 00000000', 'BEESWAX_E_UNUSED_FIELD', /dst is 1 but exit/],
    ['r11 as dst', 'b7 0b 0000 00000000', 'BEESWAX_E_BAD_REGISTER', 'no register r11 (dst of mov64_imm) at insn 1'],
    ['r15 as src', 'bf f1 0000 00000000', 'BEESWAX_E_BAD_REGISTER', /no register r15 \(src of mov64_reg\)/],
    ['a register above r10 in an older callx', '8d 00 0000 0b000000', 'BEESWAX_E_UNUSED_FIELD', /imm is 11/],
    [
      'an immediate that ends the code',
      '18 01 0000 00000000',
      'BEESWAX_E_HALF_LDDW',
      /the code ends after its first slot/,
    ],
    ['an opcode in the second half', `18 01 0000 00000000 ${EXIT}`, 'BEESWAX_E_HALF_LDDW', /must be 0/],
    ['a register in the second half', '18 01 0000 00000000 0001000000000000', 'BEESWAX_E_HALF_LDDW', /must be 0/],
    ['an offset in the second half', '18 01 0000 00000000 0000010000000000', 'BEESWAX_E_HALF_LDDW', /must be 0/],
    ['a high half that a map does not use', '18 11 0000 00000000 0000000001000000', 'BEESWAX_E_UNUSED_FIELD', /second/],
  ])('%s', (_, hex, code, message) => {
    const error = refusal(bytes(`b7 00 0000 00000000 ${hex}`));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.location?.pc).toBe(1);
  });

  test('bytes that are no whole slots', () => {
    const error = refusal(bytes(`${EXIT} 95`));
    expect(error.code).toBe('BEESWAX_E_TRUNCATED_INSN');
    expect(error.location?.offset).toBe(9);
  });

  test('every opcode byte without a row', () => {
    const unknown = OPS_BY_BYTE.flatMap((rows, byte) => (rows.length === 0 ? [byte] : []));
    expect(unknown.length).toBeGreaterThan(100);
    for (const byte of unknown) {
      expect(refusal(Uint8Array.of(byte, 0, 0, 0, 0, 0, 0, 0)).code).toBe('BEESWAX_E_UNKNOWN_OPCODE');
    }
  });

  test('every row, once for each field that must be as it is', () => {
    let checked = 0;
    for (const op of OPS) {
      const fields = { dst: 1, src: 2, off: 8, imm: 3, imm64: 3n };
      const good = encodeInsns([makeInsn(op, 0, fields)]);
      for (const [column, byte] of [
        ['dst', 1],
        ['src', 1],
        ['off', 3],
        ['imm', 7],
      ] as const) {
        if (typeof op[column] !== 'number') continue;
        const bad = good.slice();
        // No row holds these values: register 13, an offset or immediate with its highest byte 0x7f.
        const value = bad[byte] as number;
        bad[byte] = column === 'dst' ? (value & 0xf0) | 13 : column === 'src' ? (value & 0x0f) | 0xd0 : 0x7f;
        expect(refusal(bad).code).toMatch(/UNUSED_FIELD|UNKNOWN_INSN_FORM|BAD_REGISTER/);
        checked++;
      }
    }
    expect(checked).toBeGreaterThan(250);
  });
});

describe('decode and encode', () => {
  test('are inverse on every row, at boundaries', () => {
    for (const op of OPS) {
      for (const [off, imm] of [
        [0, 0],
        [1, 7],
        [-1, -1],
        [32767, 0x7fffffff],
        [-32768, -0x80000000],
      ] as const) {
        const imm64 = BigInt.asUintN(op.imm === 'imm64' || op.imm === 'map_value' ? 64 : 32, BigInt(imm));
        const insn = makeInsn(op, 0, { dst: 10, src: 9, off, imm, imm64 });
        expect(decodeInsns(encodeInsns([insn]))).toEqual([insn]);
      }
    }
  });

  test('whatever bytes are taken come back the same; others are refused with a code', () => {
    const byte = fc.constantFrom(...new Set(OPS.map(({ opcode }) => opcode)));
    const small = fc.constantFrom(0, 0, 0, 1, 2, 8, 0x40, 0xff);
    const slot = fc.tuple(byte, small, small, small, small, small, small, small);
    fc.assert(
      fc.property(fc.array(slot, { maxLength: 6 }), (slots) => {
        const code = Uint8Array.from(slots.flat());
        try {
          expect(encodeInsns(decodeInsns(code))).toEqual(code);
        } catch (error) {
          if (!(error instanceof BeeswaxError)) throw error;
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
