/** Each pass leaves a function that is well-formed; folding knows the arithmetic that Wasm does. */
import { describe, expect, it } from 'vitest';
import type { AddressedProgram } from '../../src/analysis/addressed.js';
import type { VerifiedProgram } from '../../src/analysis/verified.js';
import { verify } from '../../src/analysis/verify.js';
import { buildIr } from '../../src/codegen/build_ir.js';
import { checkIr } from '../../src/codegen/check_ir.js';
import type { EmitContext } from '../../src/codegen/emit_context.js';
import { emitValue } from '../../src/codegen/emit_value.js';
import { evaluateBinary, evaluateCompare, evaluateUnary } from '../../src/codegen/passes/evaluate.js';
import { improve } from '../../src/codegen/passes/passes.js';
import { createWasmModule, type Expr, type WasmModule } from '../../src/codegen/wasm.js';
import type { BinaryOp, CompareOp, IrType, IrValue, UnaryOp } from '../../src/model/ir.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { CASES } from '../cases/index.js';
import { randomProgram } from '../support/random_programs.js';
import { addressed, BOUNDS, unchecked } from './translator.js';

/** What is wrong after building and after each pass, for all functions of a program. */
function problemsOf(program: AddressedProgram): string[] {
  const problems: string[] = [];
  program.verified.functions.forEach((fn, index) => {
    for (const kind of index === 0 ? (['program', 'function'] as const) : (['function'] as const)) {
      const built = buildIr(program, fn, kind, 'f');
      problems.push(...checkIr(built).map((problem) => `built: ${problem}`));
      improve(built, { program, bounds: BOUNDS }, 2, (pass, changed) => {
        problems.push(...checkIr(changed).map((problem) => `${pass}: ${problem}`));
      });
    }
  });
  return problems;
}

describe('the intermediate form stays well-formed', () => {
  it('over all cases', () => {
    for (const test of Object.values(CASES).flat()) {
      if (test.helpers !== undefined) continue;
      for (const program of addressed(test.asm, test.type ?? 'raw')) expect(problemsOf(program), test.name).toEqual([]);
    }
  });

  it.each(['kernel', 'wild'] as const)('over random programs: %s', (profile) => {
    let looked = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { program } = randomProgram(seed, profile);
      let verified: VerifiedProgram;
      try {
        verified = verify(program);
      } catch (thrown) {
        if (!isBeeswaxError(thrown)) throw thrown;
        continue;
      }
      looked++;
      const { functions } = verified;
      const taken = { ...unchecked(program), verified };
      const slots = new Map(functions.filter((fn) => fn.addressTaken).map((fn, i) => [fn.start, i + 1]));
      expect(problemsOf({ ...taken, functionSlots: slots }), `seed ${seed}`).toEqual([]);
    }
    expect(looked).toBeGreaterThan(30);
  });
});

describe('folding computes what Wasm computes', () => {
  const words = [
    0n,
    1n,
    2n,
    7n,
    31n,
    32n,
    63n,
    64n,
    0x7fn,
    0x80n,
    0xff01n,
    0x7fff_ffffn,
    -0x8000_0000n,
    -1n,
    -2n,
    0x1234_5678n,
  ];
  const wide = [...words, 0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n, 0x1_0000_0000n, 0x0102_0304_0506_0708n];
  const BINARY: BinaryOp[] = [
    'add',
    'sub',
    'mul',
    'div_u',
    'div_s',
    'rem_u',
    'rem_s',
    'and',
    'or',
    'xor',
    'shl',
    'shr_u',
    'shr_s',
  ];
  const COMPARE: CompareOp[] = ['eq', 'ne', 'lt_u', 'lt_s', 'le_u', 'le_s', 'gt_u', 'gt_s', 'ge_u', 'ge_s'];
  const UNARY: [UnaryOp, from: IrType, to: IrType][] = [
    ['wrap', 'i64', 'i32'],
    ['extend_u', 'i32', 'i64'],
    ['extend_s', 'i32', 'i64'],
    ['extend8_s', 'i32', 'i32'],
    ['extend16_s', 'i64', 'i64'],
    ['bswap16', 'i32', 'i32'],
    ['bswap32', 'i32', 'i32'],
    ['bswap64', 'i64', 'i64'],
  ];
  type Call = (...args: (number | bigint)[]) => number | bigint;

  /** A module with one function: the value's expression over its parameters. */
  async function wasmOf(value: Pick<IrValue, 'kind' | 'type'> & { op: string }, operands: IrType[]): Promise<Call> {
    const wasm: WasmModule = await createWasmModule(1);
    try {
      const args = operands.map((_, index) => index);
      const context = {
        wasm,
        value: (id: number) => ({ kind: 'parameter', type: operands[id] }),
        expr: (id: number): Expr => wasm.get(id, operands[id] as IrType),
      } as unknown as EmitContext;
      const body = emitValue(context, { ...value, args, id: 9, pc: 0, reg: -1 } as unknown as IrValue);
      wasm.addFunction('f', { parameters: operands, result: value.type }, [], body);
      wasm.exportFunction('f', 'f');
      const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
      const table = new WebAssembly.Table({ element: 'anyfunc', initial: 1 });
      const worker = new WebAssembly.Global({ value: 'i32', mutable: false }, 0);
      const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm.bytes() as BufferSource), {
        env: { memory, table, worker },
      });
      return instance.exports.f as Call;
    } finally {
      wasm.dispose();
    }
  }
  const given = (type: IrType, value: bigint): number | bigint =>
    type === 'i64' ? value : Number(BigInt.asIntN(32, value));
  const numbers = (type: IrType): bigint[] => (type === 'i64' ? wide : words);

  it.each((['i32', 'i64'] as const).flatMap((type) => BINARY.map((op) => [type, op] as const)))(
    '%s %s',
    async (type, op) => {
      const call = await wasmOf({ kind: 'binary', type, op }, [type, type]);
      for (const a of numbers(type)) {
        for (const b of numbers(type)) {
          expect(evaluateBinary(type, op, a, b), `${a} ${op} ${b}`).toBe(BigInt(call(given(type, a), given(type, b))));
        }
      }
    },
  );

  it.each((['i32', 'i64'] as const).flatMap((type) => COMPARE.map((op) => [type, op] as const)))(
    '%s %s',
    async (type, op) => {
      const call = await wasmOf({ kind: 'compare', type: 'i32', op }, [type, type]);
      for (const a of numbers(type)) {
        for (const b of numbers(type)) {
          expect(evaluateCompare(type, op, a, b), `${a} ${op} ${b}`).toBe(call(given(type, a), given(type, b)) === 1);
        }
      }
    },
  );

  it.each(UNARY)('%s of %s to %s', async (op, from, to) => {
    const call = await wasmOf({ kind: 'unary', type: to, op }, [from]);
    for (const a of numbers(from)) expect(evaluateUnary(to, op, a), `${op} ${a}`).toBe(BigInt(call(given(from, a))));
  });
});
