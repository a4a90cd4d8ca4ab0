/** What the interpreter runs on: micro-ops as they lie in memory, and the thunks behind the table slots. */
import { expect, it } from 'vitest';
import { Layout, MicroOp, ProgramRecord } from '../../src/abi/layout.js';
import { type Thunk, thunkModule } from '../../src/interp/thunk.js';
import { OPS, opNamed } from '../../src/isa/table.js';
import { interpreter, type Loaded, load, runPacket } from '../support/wasm_harness.js';

const program = (asm: string): Promise<Loaded> => load({ name: '', type: 'xdp', asm, want: {} }, interpreter);

const codeOf = ({ runtime, programs }: Loaded): number =>
  runtime.memory.getU32(Layout.PROGRAMS + (programs[0]?.index ?? 0) * Layout.PROGRAM_SIZE + ProgramRecord.CODE);

const PACKET = new Uint8Array(16);

it('lays out one micro-op a slot, and an exit behind the last', async () => {
  const loaded = await program('r3 = 0x1122334455667788 ll\nif r3 s> -5 goto +1\nr0 = 1\nexit');
  const { view } = loaded.runtime.memory;
  const code = codeOf(loaded);
  const at = (slot: number) => ({
    op: view.getUint16(code + slot * MicroOp.SIZE + MicroOp.OP, true),
    dst: view.getUint8(code + slot * MicroOp.SIZE + MicroOp.DST),
    off: view.getInt32(code + slot * MicroOp.SIZE + MicroOp.OFF, true),
    imm: view.getBigInt64(code + slot * MicroOp.SIZE + MicroOp.IMM, true),
  });
  expect(at(0)).toEqual({ op: opNamed('lddw').index, dst: 24, off: 0, imm: 0x1122334455667788n });
  expect(at(1).op).toBe(0xffff);
  expect(at(2)).toEqual({ op: opNamed('jsgt64_imm').index, dst: 24, off: 1, imm: -5n });
  expect(at(4).op).toBe(opNamed('exit').index);
  expect(at(5).op).toBe(opNamed('exit').index);
});

it.each([OPS.length, 0x1234, 0xffff])('stops at op %i, which is no row of the table', async (op) => {
  const loaded = await program('r0 = 1\nr0 = 2\nexit');
  loaded.runtime.memory.view.setUint16(codeOf(loaded) + MicroOp.SIZE + MicroOp.OP, op, true);
  expect(runPacket(loaded, PACKET).trap).toEqual({ reason: 'INTERNAL', pc: 1, value: BigInt(op) });
});

it('makes thunks that hand over their constants and arguments', () => {
  const indices = [0, 1, 63, 64, 127, 128, 8191, 0x7fffffff];
  const thunks = indices.flatMap((index): Thunk[] => [{ program: index }, { program: 5, function: index }]);
  const calls: unknown[] = [];
  const record = (...args: unknown[]): bigint => {
    calls.push(args);
    return 42n;
  };
  const module = new WebAssembly.Module(thunkModule(thunks) as BufferSource);
  const { exports } = new WebAssembly.Instance(module, {
    runtime: { interp_program: record, interp_function: record },
  });
  thunks.forEach((thunk, index) => {
    const args = thunk.function === undefined ? [7n, 8n] : [1n, 2n, 3n, 4n, 5n, 6n];
    const thunkCode = exports[String(index)] as (...args: bigint[]) => bigint;
    expect(thunkCode(...args)).toBe(42n);
    expect(calls.at(-1)).toEqual(
      thunk.function === undefined ? [thunk.program, ...args] : [thunk.program, thunk.function, ...args],
    );
  });
});

it('makes thousands of thunks in one module', () => {
  const thunks = Array.from({ length: 20_000 }, (_, index): Thunk => ({ program: index }));
  expect(WebAssembly.validate(thunkModule(thunks) as BufferSource)).toBe(true);
});
