import { describe, expect, test } from 'vitest';
import { verify } from '../../src/analysis/verify.js';
import { assembleProgram } from '../../src/asm/assemble.js';
import { disassembleProgram } from '../../src/asm/disassemble.js';
import { programFromInsns } from '../../src/asm/raw_program.js';
import { makeInsn } from '../../src/isa/insn.js';
import type { Insn, Program } from '../../src/model/program.js';

/** `.map m` and a final `exit` go without saying. */
const uses = (text: string): number[] =>
  verify(assembleProgram(`.map m, hash, 4, 8, 1\n${text}`)).functions.map(({ stackUse }) => stackUse);

describe('bytes of the frame that a function can name', () => {
  test.each([
    // what, program, bytes
    ['nothing', 'r0 = 0\nexit', 0],
    ['a store', '*(u32 *)(r10 - 4) = 1\nexit', 8],
    ['a load', 'r0 = *(u8 *)(r10 - 17)\nexit', 24],
    ['the whole frame', '*(u64 *)(r10 - 512) = 1\nexit', 512],
    ['an offset below the frame', 'r1 = r10\n*(u64 *)(r1 - 1000) = 1\nexit', 512],
    ['above the frame', 'r1 = r10\nr0 = *(u64 *)(r1 + 8)\nexit', 0],
    ['an atomic', 'lock *(u64 *)(r10 - 16) += r1\nexit', 16],
    ['a load-acquire', 'r1 = load_acquire((u64 *)(r10 - 16))\nexit', 16],
    ["a helper's argument", 'r1 = &map(m) ll\nr2 = r10\nr2 += -4\ncall map_lookup_elem\nexit', 8],
    ['a copy with a distance', 'r1 = r10\nr1 += -64\nr0 = *(u64 *)(r1 + 8)\nexit', 64],
    ['below a copy', 'r1 = r10\nr1 += -64\nr0 = *(u64 *)(r1 - 8)\nexit', 72],
    ['subtraction', 'r1 = r10\nr1 -= 40\nexit', 40],
    ['a copy of a copy', 'r1 = r10\nr1 += -8\nr2 = r1\nr2 += -8\nexit', 16],
    ['the low half, which is as good as the whole', 'w1 = w10\nw1 += -24\nexit', 24],
    [
      'a copy that is kept over a branch',
      'r6 = r10\nr6 += -32\nif r1 == 0 goto a\nr0 = 1\na: r0 = *(u64 *)(r6 - 8)\nexit',
      40,
    ],
    ['one of two distances', 'r6 = r10\nif r1 == 0 goto a\nr6 += -32\na: r0 = *(u64 *)(r6 - 8)\nexit', 40],
    [
      'a copy that is kept over a loop',
      'r6 = r10\nr6 += -16\na: r1 += 1\nr0 = *(u8 *)(r6 + 0)\nif r1 != 9 goto a\nexit',
      16,
    ],
    ['a copy made in a loop', 'a: r6 = r10\nr6 += -16\nr1 += 1\nif r1 != 9 goto a\nexit', 16],
    [
      'a loop that is entered in its middle',
      'r6 = r10\nr6 += -16\ngoto b\na: r0 = *(u8 *)(r6 + 0)\nb: if r1 != 9 goto a\nexit',
      16,
    ],
    ['a register that a call has overwritten', 'r2 = r10\ncall ktime_get_ns\nr2 &= 7\nexit', 0],
    ['a register that is another value by now', 'r2 = r10\nr2 = 5\nr2 *= 7\nexit', 0],
    ['code that nothing reaches', 'exit\n*(u64 *)(r10 - 64) = 1\nexit', 0],
  ])('%s', (_, text, bytes) => {
    expect(uses(text)[0]).toBe(bytes);
  });

  test.each([
    // where a stack address goes that is not followed
    ['a store', '*(u64 *)(r10 - 8) = r10\nexit'],
    ['an exchange', 'r1 = r10\nr1 = xchg_64(r10 - 8, r1)\nexit'],
    ['a compare-and-exchange, through r0', 'r0 = r10\nr0 = cmpxchg_64(r10 - 8, r0, r1)\nexit'],
    ['arithmetic with a register', 'r1 = r10\nr1 += r2\nexit'],
    ['arithmetic from a register', 'r1 += r10\nexit'],
    ['other arithmetic', 'r1 = r10\nr1 &= -8\nexit'],
    ['negation', 'r1 = r10\nr1 = -r1\nexit'],
    ['sign extension', 'r1 = (s32)r10\nexit'],
    ['a loop that moves it', 'r6 = r10\na: r6 += -8\nr1 += 1\nif r1 != 9 goto a\nexit'],
    ['a function of the program', 'r1 = r10\ncall f\nexit\nf: exit'],
    ['a callback', 'r1 = 1\nr2 = &func(f) ll\nr3 = r10\nr4 = 0\ncall loop\nexit\nf: exit'],
    ['the result', 'r0 = r10\nexit'],
    ['a distance beyond the frame', 'r1 = r10\nr1 += -600\nexit'],
  ])('is all of it when an address goes to %s', (_, text) => {
    expect(uses(text)[0]).toBe(512);
  });

  test('is counted for each function by itself', () => {
    expect(uses('*(u64 *)(r10 - 8) = 1\ncall f\nexit\nf: *(u64 *)(r10 - 24) = 1\nexit')).toEqual([8, 24]);
  });
});

describe('no run reaches below it', () => {
  const FRAME = 0x1_0000n;

  /** A random program of the operations that move stack addresses about, with jumps both ways. */
  function randomProgram(random: (below: number) => number): Program {
    const length = 6 + random(14);
    const register = () => random(4);
    const any = () => [0, 1, 2, 3, 10][random(5)] as number;
    const offset = () => -8 * random(20);
    const place = () => offset() - 8;
    const insns = Array.from({ length }, (_, pc) => {
      const jump = random(length) - pc - 1;
      const makers = [
        () => makeInsn('mov64_reg', pc, { dst: register(), src: any() }),
        () => makeInsn('mov64_reg', pc, { dst: register(), src: 10 }),
        () => makeInsn('mov32_reg', pc, { dst: register(), src: any() }),
        () => makeInsn('add64_imm', pc, { dst: register(), imm: offset() + 8 * random(4) }),
        () => makeInsn('sub64_imm', pc, { dst: register(), imm: 8 * random(12) }),
        () => makeInsn('mov64_imm', pc, { dst: register(), imm: random(8) }),
        () => makeInsn('stx64', pc, { dst: any(), src: register(), off: place() }),
        () => makeInsn('ldx64', pc, { dst: register(), src: any(), off: place() }),
        () => makeInsn('st64', pc, { dst: any(), off: place(), imm: 1 }),
        () => makeInsn('jgt64_imm', pc, { dst: register(), imm: random(8), off: jump }),
        () => makeInsn('add64_reg', pc, { dst: register(), src: random(6) === 0 ? any() : register() }),
      ];
      return (makers[random(makers.length)] as () => Insn)();
    });
    return programFromInsns([...insns, makeInsn('mov64_imm', length), makeInsn('exit', length + 1)]);
  }

  /** The lowest byte of the frame that a run touches, relative to r10. */
  function lowestTouched(program: Program): number {
    const registers = new BigUint64Array(11);
    registers[10] = FRAME;
    const memory = new Map<bigint, bigint>();
    let lowest = 0;
    const touch = (base: number, off: number): bigint => {
      const address = BigInt.asUintN(64, (registers[base] as bigint) + BigInt(off));
      const distance = Number(BigInt.asIntN(64, address - FRAME));
      if (distance >= -512 && distance < lowest) lowest = distance;
      return address;
    };
    let pc = 0;
    for (let steps = 0; steps < 100; steps++) {
      const { op, dst, src, off, imm } = program.insns[pc] as Insn;
      const left = registers[dst] as bigint;
      const right = op.src === 'r' ? (registers[src] as bigint) : BigInt(imm);
      if (op.sem === 'exit') return lowest;
      if (op.sem === 'mov') registers[dst] = op.width === 32 ? BigInt.asUintN(32, right) : BigInt.asUintN(64, right);
      else if (op.sem === 'add') registers[dst] = BigInt.asUintN(64, left + right);
      else if (op.sem === 'sub') registers[dst] = BigInt.asUintN(64, left - right);
      else if (op.sem === 'st' || op.sem === 'stx') memory.set(touch(dst, off), right);
      else if (op.sem === 'ldx') registers[dst] = BigInt.asUintN(64, memory.get(touch(src, off)) ?? 0n);
      else if (op.sem === 'jgt' && left > right) pc += off;
      pc += 1;
    }
    return lowest;
  }

  test('of 20,000 random programs', () => {
    let seed = 7;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    let precise = 0;
    for (let i = 0; i < 20_000; i++) {
      const program = randomProgram(random);
      const stackUse = verify(program).functions[0]?.stackUse ?? 0;
      const lowest = lowestTouched(program);
      if (stackUse < -lowest) throw new Error(`${stackUse} < ${-lowest}:\n${disassembleProgram(program)}`);
      if (stackUse < 512) precise++;
    }
    expect(precise).toBeGreaterThan(1000);
  });
});
