/** Bytes to text to bytes: what the disassembler prints, the assembler reads. */
import { describe, expect, test } from 'vitest';
import { assemble, assembleProgram } from '../../src/asm/assemble.js';
import { disassemble, disassembleProgram } from '../../src/asm/disassemble.js';
import { formatInsn } from '../../src/asm/format.js';
import { programFromBytes } from '../../src/asm/raw_program.js';
import { linkProgram, readElfObject } from '../../src/elf/index.js';
import { encodeInsns } from '../../src/isa/encode.js';
import { makeInsn } from '../../src/isa/insn.js';
import { OPS } from '../../src/isa/table.js';
import { fixtureBytes, fixturePaths } from '../elf/support.js';

describe('one instruction', () => {
  test.each(OPS.map((op) => [op.name, op] as const))('%s', (_, op) => {
    for (const [off, imm] of [
      [0, 0],
      [4, 7],
      [-1, -1],
      [32767, 0x7fffffff],
      [-32768, -0x80000000],
    ] as const) {
      const wide = op.imm === 'imm64' || op.imm === 'map_value';
      const imm64 = wide ? BigInt.asUintN(64, BigInt(imm) << 3n) : BigInt.asUintN(32, BigInt(imm));
      const insn = makeInsn(op, 0, { dst: 10, src: 9, off, imm, imm64 });
      const text = formatInsn(insn);
      expect(encodeInsns(assembleProgram(text).insns), text).toEqual(encodeInsns([insn]));
    }
  });
});

const LISTING = `.map "blocked", hash, 4, 8, 16, BPF_F_NO_PREALLOC
.map ".rodata", array, 4, 8, 1, BPF_F_RDONLY_PROG
.contents ".rodata" 2a00000000000000
.license "GPL"

.section "xdp"
.program "filter" xdp
filter:
  r1 = &map(blocked) ll
  r2 = &value(".rodata", 0x4) ll
  r3 = &func(body) ll
  call map_lookup_elem
  if r0 == 0x0 goto L12
  call local "odd name"
  call kfunc 0x5 module 0x1
  goto L12
L12:
  w1 = *(u32 *)(r10 - 0x4)
  exit
body:
  r0 = 0x0
  exit
"odd name":
  if w1 s> -0x1 goto "odd name"
  exit

.section "tc"
.program "second" tc
second:
  r0 = *(u8 *)skb[0xc]
  exit
`;

describe('a listing', () => {
  test('is printed as it was read', () => {
    // A slot label is printed with the slot it has: the immediates before L12 take two each, so it lies at 11.
    const source = LISTING.replaceAll('L12', 'L11');
    expect(disassemble(assemble(source))).toBe(source);
  });

  test('reads back with slot numbers and source lines too', () => {
    const assembly = assemble(LISTING);
    const verbose = disassemble(assembly, { pcs: true, sources: true });
    expect(verbose).toContain('\n   6: call map_lookup_elem\n');
    expect(verbose).toContain('; asm:12  call map_lookup_elem');
    expect(disassemble(assemble(verbose))).toBe(disassemble(assembly));
  });

  test('without labels or names has distances and numbers', () => {
    const program = assembleProgram('  if r1 == 0 goto out\n  call map_lookup_elem\nout: exit');
    const plain = disassembleProgram(program, { labels: false, helperNames: false });
    expect(plain).toBe('  if r1 == 0x0 goto +0x1\n  call 0x1\n  exit\n');
  });

  test('keeps a jump that leads to no instruction as a distance', () => {
    const program = programFromBytes(encodeInsns([makeInsn('ja', 0, { off: 100 }), makeInsn('exit', 1)]));
    expect(disassembleProgram(program)).toBe('main:\n  goto +0x64\n  exit\n');
  });
});

describe('objects that compilers made', () => {
  test.each(fixturePaths().map((path) => [path.split('/').at(-1) as string]))('%s', (name) => {
    let object: ReturnType<typeof readElfObject>;
    try {
      object = readElfObject(fixtureBytes(name), { file: name });
    } catch {
      // A fixture that must be refused.
      return;
    }
    for (const spec of object.programs) {
      let program: ReturnType<typeof linkProgram>;
      try {
        program = linkProgram(object, spec.name);
      } catch {
        continue;
      }
      const again = assemble(disassemble({ programs: [program], maps: [...object.maps.values()] })).programs[0];
      // What is missing is known to the object alone; the text has the instruction that traps.
      const kept = ({ ref }: (typeof program.insns)[number]) => (ref?.kind === 'missing' ? undefined : ref);
      expect(again?.insns.map(kept)).toEqual(program.insns.map(kept));
      const plain = (insn: (typeof program.insns)[number]) =>
        kept(insn) === undefined ? { ...insn, ref: undefined } : makeInsn(insn.op, insn.pc, { dst: insn.dst });
      expect(encodeInsns(again?.insns.map(plain) ?? [])).toEqual(encodeInsns(program.insns.map(plain)));
      expect(again?.functions).toEqual(program.functions.map(({ name, start, end }) => ({ name, start, end })));
    }
  });
});
