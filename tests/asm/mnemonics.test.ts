import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { verify } from '../../src/analysis/verify.js';
import { assembleMnemonics } from '../../src/asm/mnemonics.js';
import { programFromBytes } from '../../src/asm/raw_program.js';
import { encodeInsns } from '../../src/isa/encode.js';
import { makeInsn } from '../../src/isa/insn.js';
import { OPS, type Op } from '../../src/isa/table.js';
import { BeeswaxError } from '../../src/util/errors.js';

const hex = (text: string): string => Buffer.from(assembleMnemonics(text)).toString('hex');

describe('instructions', () => {
  test.each([
    ['mov32 %r0, 1', 'b400000001000000'],
    ['mov %r0, 0xffffffff', 'b7000000ffffffff'],
    ['add %r0, %r1', '0f10000000000000'],
    ['sdiv32 %r0, -1', '34000100ffffffff'],
    ['movsx864 %r1, %r2', 'bf21080000000000'],
    ['movsx1632 %r1, %r2', 'bc21100000000000'],
    ['neg32 %r3', '8403000000000000'],
    ['be16 %r0', 'dc00000010000000'],
    ['swap32 %r0', 'd700000020000000'],
    ['bswap64 %r0', 'd700000040000000'],
    ['lddw %r0, 0x1122334455667788', '18000000887766550000000044332211'],
    ['ldxdw %r1, [%r2+8]', '7921080000000000'],
    ['ldxsh %r1, [%r2-2]', '8921feff00000000'],
    ['stw [%r1], 1', '6201000001000000'],
    ['stxb [%r10-1], %r3', '733affff00000000'],
    ['ja +2', '0500020000000000'],
    ['ja32 -1', '06000000ffffffff'],
    ['jeq %r1, 0, +3', '1501030000000000'],
    ['jslt32 %r1, %r2, -1', 'ce21ffff00000000'],
    ['call 5', '8500000005000000'],
    ['call local +1', '8510000001000000'],
    ['call runtime 7', '8520000007000000'],
    ['call %r3', '8d03000000000000'],
    ['lock add [%r1], %r2', 'db21000000000000'],
    ['lock fetch add32 [%r1+4], %r2', 'c321040001000000'],
    ['lock fetch_or [%r1], %r2', 'db21000041000000'],
    ['lock xchg [%r1], %r2', 'db210000e1000000'],
    ['lock cmpxchg32 [%r1], %r2', 'c3210000f1000000'],
    ['load_acquire16 %r1, [%r2+2]', 'cb21020000010000'],
    ['may_goto +1', 'e500010000000000'],
    ['ld_ind8 %r2, 14', '502000000e000000'],
    ['mov %r11, 0 # must be rejected, so it must be writable', 'b70b000000000000'],
  ])('%s', (text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });

  test.each(OPS.map((op) => [op.name, op] as const))("%s goes by its row's name", (name, op) => {
    const insn = makeInsn(op, 0, { dst: 1, src: 2, off: 8, imm: 3, imm64: 3n });
    expect(hex(`${name} ${operandsOf(op).join(', ')}`)).toBe(Buffer.from(encodeInsns([insn])).toString('hex'));
  });

  test('labels, and the first exit as one', () => {
    expect(hex('jeq %r1, 0, exit\nmov %r0, 1\nexit\nexit')).toBe(
      `1501010000000000b700000001000000${'9500000000000000'.repeat(2)}`,
    );
    expect(hex('call local f\nexit\nf:\nexit').slice(0, 16)).toBe('8510000001000000');
  });
});

/** Operands of a row in the order of its mnemonic: registers or an address, the number, the jump. */
function operandsOf(op: Op): string[] {
  const memory = op.off === 'mem';
  const loads = memory && op.dst === 'w';
  const operands: string[] = [];
  if (op.dst !== 0) operands.push(memory && !loads ? '[%r1+8]' : '%r1');
  if (op.imm === 'reg') operands.push('%r1');
  if (typeof op.src === 'string') operands.push(loads ? '[%r2+8]' : '%r2');
  if (typeof op.imm === 'string' && op.imm !== 'reg')
    operands.push(op.imm === 'jump' || op.imm === 'func' ? '+3' : '3');
  if (op.off === 'jump') operands.push('+8');
  return op.sem === 'call_btf' ? ['3', '8'] : operands;
}

describe('errors', () => {
  test.each([
    ['exit\nldxq %r0, [%r1]', 'UNKNOWN_NAME', '2:1', 'no mnemonic `ldxq`', 'did you mean `ldxb`?'],
    ['mov %r50, 1', 'UNKNOWN_NAME', '1:5', 'no register `%r50`', undefined],
    ['mov %r1', 'SYNTAX', '1:1', 'mov takes a register, a number, or a register, a register', undefined],
    ['ldxb %r0, %r1', 'SYNTAX', '1:1', 'ldxb takes a register, an address `[%rN+OFFSET]`', undefined],
    ['ldxb %r0, [%r1+65536]', 'RANGE', '1:11', /65536 is not between/, undefined],
    ['mov %r0, 2147483648', 'RANGE', '1:10', /2147483648 is not between/, undefined],
    ['ja NOWHERE', 'UNKNOWN_NAME', '1:4', 'no label `NOWHERE`', undefined],
    ['a:\na:', 'DUPLICATE', '2:1', 'label `a` is defined twice', undefined],
  ])('%s', (text, code, place, message, suggestion) => {
    let error: unknown;
    try {
      assembleMnemonics(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(BeeswaxError);
    const { location, ...rest } = error as BeeswaxError;
    expect(rest.code).toBe(`BEESWAX_E_ASM_${code}`);
    expect((error as BeeswaxError).message).toMatch(message);
    expect(`${location?.line}:${location?.column}`).toBe(place);
    expect(rest.suggestion).toBe(suggestion);
  });
});

/** A clone of the public suite (Alan-Jowett/bpf_conformance): its programs are not committed here. */
const SUITE = process.env.BPF_CONFORMANCE ?? '';
const present = SUITE !== '' && existsSync(join(SUITE, 'tests'));
if (!present) console.warn('skipped: the public suite: BPF_CONFORMANCE names no clone of Alan-Jowett/bpf_conformance');

describe.skipIf(!present)('the public suite', () => {
  test('assembles and verifies', () => {
    const files = readdirSync(join(SUITE, 'tests')).filter((name) => name.endsWith('.data'));
    for (const file of files) {
      const program = programFromBytes(codeOf(readFileSync(join(SUITE, 'tests', file), 'utf8'), file));
      expect(() => verify(program, { customHelpers: { has: () => true } }), file).not.toThrow();
    }
    console.info(`programs of the public suite: ${files.length}`);
  });
});

/** The code of a case: its `-- asm` or `-- raw` section. */
function codeOf(text: string, file: string): Uint8Array {
  const sections = new Map<string, string>();
  let current = '';
  for (const line of text.split(/\r?\n/).map((raw) => raw.replace(/#.*/, ''))) {
    const header = /^--\s*(\w+)/.exec(line);
    if (header !== null) current = header[1] as string;
    else sections.set(current, `${sections.get(current) ?? ''}${line}\n`);
  }
  const raw = sections.get('raw');
  if (raw === undefined) return assembleMnemonics(sections.get('asm') ?? '', file);
  return new Uint8Array(BigUint64Array.from(raw.trim().split(/\s+/), BigInt).buffer);
}
