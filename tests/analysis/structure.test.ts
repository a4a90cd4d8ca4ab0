/** What `verify()` refuses whatever registers hold; the kernel's verifier gives a second opinion where it is there. */
import { describe, expect, test } from 'vitest';
import { Limit } from '../../src/abi/layout.js';
import { verify } from '../../src/analysis/verify.js';
import { assembleProgram } from '../../src/asm/assemble.js';
import { assembleMnemonics } from '../../src/asm/mnemonics.js';
import { programFromBytes, programFromInsns } from '../../src/asm/raw_program.js';
import { makeInsn } from '../../src/isa/insn.js';
import { OPS } from '../../src/isa/table.js';
import { Kernel, KernelObject } from '../../src/kernel/index.js';
import type { Insn, Program } from '../../src/model/program.js';
import { BeeswaxError } from '../../src/util/errors.js';
import { describeNeeding } from '../support/have.js';

function refusal(program: Program): BeeswaxError {
  try {
    verify(program);
  } catch (error) {
    expect(error).toBeInstanceOf(BeeswaxError);
    return error as BeeswaxError;
  }
  throw new Error('was accepted');
}

/** In the mnemonic syntax, which can say what is wrong. XDP, so that the kernel can be asked. */
const raw = (text: string): Program => programFromBytes(assembleMnemonics(text), { type: 'xdp' });

interface Case {
  readonly name: string;
  readonly text: string;
  readonly code: string;
  readonly pc: number;
  readonly message: string | RegExp;
}

const REFUSED: readonly Case[] = [
  {
    name: 'a move to r10',
    text: 'mov %r0, 0\nmov %r10, 0\nexit',
    code: 'FRAME_POINTER_WRITE',
    pc: 1,
    message: 'mov64_imm writes r10 at insn 1',
  },
  {
    name: 'a load to r10',
    text: 'ldxdw %r10, [%r10-8]\nmov %r0, 0\nexit',
    code: 'FRAME_POINTER_WRITE',
    pc: 0,
    message: /ldx64/,
  },
  {
    name: 'an immediate to r10',
    text: 'lddw %r10, 1\nmov %r0, 0\nexit',
    code: 'FRAME_POINTER_WRITE',
    pc: 0,
    message: /lddw/,
  },
  {
    name: 'a fetch to r10',
    text: 'stdw [%r10-8], 0\nlock fetch add [%r10-8], %r10\nmov %r0, 0\nexit',
    code: 'FRAME_POINTER_WRITE',
    pc: 1,
    message: /atomic_fetch_add64/,
  },
  {
    name: 'an exchange with r10',
    text: 'stdw [%r10-8], 0\nlock xchg [%r10-8], %r10\nmov %r0, 0\nexit',
    code: 'FRAME_POINTER_WRITE',
    pc: 1,
    message: /atomic_xchg64/,
  },
  { name: 'a swap of r10', text: 'be16 %r10\nmov %r0, 0\nexit', code: 'FRAME_POINTER_WRITE', pc: 0, message: /be16/ },
  {
    name: 'a jump past the end',
    text: 'mov %r0, 0\nja +1\nexit',
    code: 'JUMP_OUT_OF_PROGRAM',
    pc: 1,
    message: "jump at insn 1 leads to 3, outside of the program's 3 slots",
  },
  {
    name: 'a jump before the start',
    text: 'mov %r0, 0\nja -3\nexit',
    code: 'JUMP_OUT_OF_PROGRAM',
    pc: 1,
    message: /leads to -1/,
  },
  {
    name: 'a long jump past the end',
    text: 'ja32 +100000\nexit',
    code: 'JUMP_OUT_OF_PROGRAM',
    pc: 0,
    message: /100001/,
  },
  {
    name: 'a branch past the end that is never taken',
    text: 'mov %r0, 0\njne %r0, 0, +5\nexit',
    code: 'JUMP_OUT_OF_PROGRAM',
    pc: 1,
    message: /leads to 7/,
  },
  {
    name: 'a jump into an immediate',
    text: 'mov %r0, 0\nja +1\nlddw %r0, 1\nexit',
    code: 'JUMP_INTO_LDDW',
    pc: 1,
    message: 'jump at insn 1 leads to 3, the middle of a 64-bit immediate',
  },
  {
    name: 'a jump into another function',
    text: 'call local f\nja +1\nexit\nf:\nmov %r0, 0\nexit',
    code: 'JUMP_OUT_OF_FUNCTION',
    pc: 1,
    message: 'jump at insn 1 leads to 3, outside of its function main',
  },
  {
    name: 'a last instruction that falls off the end',
    text: 'exit\nmov %r0, 0',
    code: 'FALL_THROUGH',
    pc: 1,
    message: 'control can run past the end of main: its last insn 1 is mov64_imm',
  },
  {
    name: 'a conditional jump at the end',
    text: 'mov %r0, 0\nja +0\njeq %r0, 0, -2',
    code: 'FALL_THROUGH',
    pc: 2,
    message: /last insn 2 is jeq64_imm/,
  },
  {
    name: 'a function that falls into the next',
    text: 'call local f\nf:\nmov %r0, 0\nexit',
    code: 'FALL_THROUGH',
    pc: 0,
    message: /end of main: its last insn 0 is call_local/,
  },
  {
    name: 'a call past the end',
    text: 'call local +7\nexit',
    code: 'CALL_TARGET',
    pc: 0,
    message: 'call or function reference at insn 0 leads to 8, which is outside of the program',
  },
  {
    name: 'a call into an immediate',
    text: 'call local +2\nexit\nlddw %r0, 1\nexit',
    code: 'CALL_TARGET',
    pc: 0,
    message: /leads to 3, which is the middle of a 64-bit immediate/,
  },
  {
    name: 'a callback past the end',
    text: 'lddw_code %r1, 9\nmov %r0, 0\nexit',
    code: 'CALL_TARGET',
    pc: 0,
    message: /leads to 10/,
  },
  {
    name: 'an unknown helper',
    text: 'call 9999\nmov %r0, 0\nexit',
    code: 'UNKNOWN_HELPER',
    pc: 0,
    message: 'no helper 9999, called at insn 0',
  },
  {
    name: 'helper 0',
    text: 'call 0\nmov %r0, 0\nexit',
    code: 'UNKNOWN_HELPER',
    pc: 0,
    message: 'no helper 0, called at insn 0',
  },
  {
    name: 'a kernel function',
    text: 'call runtime 77\nexit',
    code: 'KFUNC',
    pc: 0,
    message: /kernel function with BTF id 77/,
  },
  {
    name: 'packet access in XDP',
    text: 'mov %r6, %r1\nld_abs8 0\nexit',
    code: 'PACKET_LOAD',
    pc: 1,
    message: 'ld_abs8 at insn 1 does not exist in programs of type xdp',
  },
  {
    name: 'a map by a number of another host',
    text: 'lddw_map %r1, 123456\nmov %r0, 0\nexit',
    code: 'UNRESOLVED_REFERENCE',
    pc: 0,
    message: /lddw_map 123456 at insn 0 refers to nothing/,
  },
  {
    name: 'a variable of the kernel',
    text: 'lddw_var %r1, 5\nmov %r0, 0\nexit',
    code: 'UNRESOLVED_REFERENCE',
    pc: 0,
    message: /lddw_var/,
  },
];

describe('what is refused', () => {
  test.each(REFUSED)('$name', ({ text, code, pc, message }) => {
    const error = refusal(raw(text));
    expect(error.code).toBe(`BEESWAX_E_${code}`);
    expect(error.message).toMatch(message);
    expect(error.location?.pc).toBe(pc);
  });

  test('every row that writes a register, with r10', () => {
    const writers = OPS.flatMap((op) => [
      ...(op.dst === 'w' || op.dst === 'rw' ? [makeInsn(op, 0, { dst: 10, src: 1 })] : []),
      ...(op.src === 'rw' ? [makeInsn(op, 0, { dst: 1, src: 10 })] : []),
    ]);
    expect(writers.length).toBeGreaterThan(90);
    for (const insn of writers) {
      const exit = makeInsn('exit', insn.op.slots);
      const error = refusal(programFromInsns([insn, exit]));
      expect(error.code, insn.op.name).toBe('BEESWAX_E_FRAME_POINTER_WRITE');
    }
  });

  test('a helper that is not for the type', () => {
    const error = refusal(assembleProgram('.program p tc\ncall xdp_adjust_head\nexit'));
    expect(error.code).toBe('BEESWAX_E_HELPER_NOT_FOR_TYPE');
    expect(error.message).toBe('bpf_xdp_adjust_head is for xdp, not for a program of type tc, at insn 0');
  });

  test("a helper of the kernel's that the engine has not, by name", () => {
    const error = refusal(assembleProgram('call probe_read\nexit'));
    expect(error.code).toBe('BEESWAX_E_UNKNOWN_HELPER');
    expect(error.message).toBe('this engine has no bpf_probe_read (helper 4), called at insn 0');
  });

  test('a kernel function by name', () => {
    expect(refusal(assembleProgram('call kfunc bpf_dynptr_from_xdp\nexit')).message).toMatch(/bpf_dynptr_from_xdp/);
  });

  test('no instruction at all', () => {
    expect(refusal(programFromBytes(new Uint8Array())).code).toBe('BEESWAX_E_NO_INSTRUCTIONS');
  });

  test('more than a million slots, and not a million', () => {
    const insns: Insn[] = Array.from({ length: Limit.MAX_INSNS }, (_, pc) => makeInsn('exit', pc));
    expect(() => verify(programFromInsns(insns))).not.toThrow();
    const error = refusal(programFromInsns([...insns, makeInsn('exit', Limit.MAX_INSNS)]));
    expect(error.code).toBe('BEESWAX_E_TOO_MANY_INSNS');
  });

  test('places errors in the source where the program knows it', () => {
    const program = assembleProgram('r0 = 0\n  r10 = 1\nexit', { file: 'f.s' });
    expect(refusal(program).location).toEqual({ file: 'f.s', line: 2, column: 3, text: '  r10 = 1', pc: 1 });
  });

  test.each([
    ['functions that do not cover it', { functions: [{ name: 'main', start: 0, end: 1 }] }],
    ['a function that starts elsewhere', { functions: [{ name: 'main', start: 1, end: 2 }] }],
    [
      'an empty function',
      {
        functions: [
          { name: 'a', start: 0, end: 0 },
          { name: 'b', start: 0, end: 2 },
        ],
      },
    ],
    ['no function', { functions: [] }],
    ['a wrong length', { length: 3 }],
    ['instructions out of order', { insns: [makeInsn('exit', 1), makeInsn('exit', 0)] }],
  ])('a program made by hand with %s', (_, change) => {
    const program = programFromInsns([makeInsn('exit', 0), makeInsn('exit', 1)]);
    expect(refusal({ ...program, ...change }).code).toBe('BEESWAX_E_BAD_PROGRAM');
  });
});

describe('what is accepted', () => {
  test.each([
    ['exit alone', 'exit'],
    ['a loop at the end', 'a: r0 = 1\ngoto a'],
    ['a long loop at the end', 'a: r0 = 1\ngotol a'],
    ['unreachable code', 'exit\nr0 = 1\nexit'],
    ['r10 read, stored to and stored', '*(u64 *)(r10 - 8) = r10\nr1 = r10\nexit'],
    ['r10 as the address of a fetch', 'r1 = atomic_fetch_add((u64 *)(r10 - 8), r1)\nexit'],
    ['a jump to itself', 'a: goto a'],
    ['a jump over an immediate', 'goto b\nr1 = 1 ll\nb: exit'],
    ['recursion', 'call local main\nexit'.replace('main', '-1')],
    ['a call through a register', 'r1 = &func(f) ll\ncallx r1\nexit\nf: exit'],
    ['the older call through a register', 'callx_imm r1\nexit'],
    [
      'may_goto, load-acquire, store-release',
      'may_goto +0\nr1 = load_acquire((u64 *)(r10 - 8))\nstore_release((u64 *)(r10 - 8), r1)\nexit',
    ],
    ['packet access in a socket filter', '.program p socket_filter\nr6 = r1\nr0 = *(u8 *)skb[0]\nexit'],
  ])('%s', (_, text) => {
    expect(verify(assembleProgram(text)).functions[0]?.start).toBe(0);
  });

  test("a helper of the embedder's", () => {
    const program = assembleProgram('call 0x10000\nexit');
    expect(refusal(program).code).toBe('BEESWAX_E_UNKNOWN_HELPER');
    expect(() => verify(program, { customHelpers: new Set([0x10000]) })).not.toThrow();
  });

  test('functions whose address is taken are marked', () => {
    const { functions } = verify(assembleProgram('r1 = &func(f) ll\ncall g\nexit\nf: exit\ng: exit'));
    expect(functions.map(({ name, addressTaken }) => [name, addressTaken])).toEqual([
      ['main', false],
      ['f', true],
      ['g', false],
    ]);
  });
});

describeNeeding(['kernelBpf'], "the kernel's verifier", () => {
  test('refuses all that we refuse', async () => {
    const kernel = await Kernel.open();
    const accepted = REFUSED.filter(({ text }) => {
      const object = KernelObject.load(kernel, { maps: [], programs: [raw(text)] });
      const taken = object.programs.has('main');
      object.close();
      return taken;
    });
    expect(accepted.map(({ name }) => name)).toEqual([]);
  });
});
