/**
 * The translator: verified programs of one object to one WebAssembly module. One way through — bytecode, intermediate
 * form, passes, structured control flow, Wasm — and a limit on size at its start, so that hostile programs cost bounded
 * time and memory and stay in the interpreter.
 */
import { HELPERS, type HelperRow, helperName } from '../abi/helpers.js';
import { Worker } from '../abi/layout.js';
import type { AddressedProgram, MemoryBounds } from '../analysis/addressed.js';
import { BeeswaxError } from '../util/errors.js';
import { buildIr } from './build_ir.js';
import { emitFunction } from './emit_function.js';
import type { Lowering } from './lower/lower.js';
import { improve, type Level } from './passes/passes.js';
import { FUNCTION_SIGNATURE } from './runtime_imports.js';
import { createWasmModule, type Expr, type WasmModule } from './wasm.js';

export interface CompileOptions {
  /**
   * 0 translates as it stands, 1 folds, 2 (the default) runs all passes, 3 adds binaryen's, which cost as much time again
   * and were not seen to gain any. The result of a run is the same.
   */
  readonly optimizeLevel?: Level;
  /** What instructions become, where it is not what they should: for faults seeded on purpose. */
  readonly lowering?: Lowering;
  /** Also give the module's text. */
  readonly wat?: boolean;
}

/** The module imports `env.memory`, `env.table`, `env.worker` and functions of `runtime` (ARCHITECTURE.md). */
export interface CompiledModule {
  readonly bytes: Uint8Array;
  readonly wat?: string;
  /** Programs by index of their record: exports of type (r1, r10). */
  readonly programs: readonly { readonly index: number; readonly exportName: string }[];
  /** Functions whose address is taken, by table slot: exports of type (r1 … r5, r10). */
  readonly functions: readonly { readonly slot: number; readonly exportName: string }[];
}

/** Slots of one function, and of all programs of a module. */
const MAX_FUNCTION_SLOTS = 60_000;
const MAX_MODULE_SLOTS = 400_000;

/**
 * Translates the programs of an object. Loads binaryen when it is first called.
 *
 * @throws {BeeswaxError} BEESWAX_E_COMPILE_LIMIT when a program is too large: run it in the interpreter.
 */
export async function compileModule(
  programs: readonly AddressedProgram[],
  bounds: MemoryBounds,
  options: CompileOptions = {},
): Promise<CompiledModule> {
  checkSize(programs);
  const level = options.optimizeLevel ?? 2;
  const wasm = await createWasmModule(bounds.pages);
  try {
    const exported: Omit<CompiledModule, 'bytes' | 'wat'>[] = [];
    for (const program of programs) exported.push(addProgram(wasm, program, bounds, level, options.lowering));
    if (level === 3) wasm.optimize();
    const text = options.wat === true ? { wat: wasm.text() } : {};
    return {
      bytes: wasm.bytes(),
      ...text,
      programs: exported.flatMap((of) => of.programs),
      functions: exported.flatMap((of) => of.functions),
    };
  } finally {
    wasm.dispose();
  }
}

function checkSize(programs: readonly AddressedProgram[]): void {
  let total = 0;
  for (const { verified } of programs) {
    total += verified.program.length;
    for (const { start, end } of verified.functions) {
      if (end - start > MAX_FUNCTION_SLOTS) {
        throw new BeeswaxError('BEESWAX_E_COMPILE_LIMIT', { what: 'slots in a function', limit: MAX_FUNCTION_SLOTS });
      }
    }
  }
  if (total > MAX_MODULE_SLOTS) {
    throw new BeeswaxError('BEESWAX_E_COMPILE_LIMIT', { what: 'slots in an object', limit: MAX_MODULE_SLOTS });
  }
}

function addProgram(
  wasm: WasmModule,
  program: AddressedProgram,
  bounds: MemoryBounds,
  level: Level,
  lowering: Lowering | undefined,
): Omit<CompiledModule, 'bytes' | 'wat'> {
  const { verified, index } = program;
  const { insns } = verified.program;
  const called = new Set(insns.filter(({ op }) => op.sem === 'call_local').map(({ pc, imm }) => pc + 1 + imm));
  const exportName = `program${index}`;
  const callees = new Map(verified.functions.map(({ start }) => [start, `${exportName}_${start}`]));
  const callsChangeProgram = insns.some(({ op, imm }) => {
    if (op.sem === 'callx') return true;
    const name = op.imm === 'helper' ? helperName(imm) : undefined;
    return name !== undefined && (HELPERS[name] as HelperRow).tailCall === true;
  });
  const options = { bounds, program: index, callees, callsChangeProgram };
  const functions: { slot: number; exportName: string }[] = [];
  verified.functions.forEach((fn, position) => {
    if (position === 0) {
      emitFunction(
        wasm,
        improve(buildIr(program, fn, 'program', exportName, lowering), { program, bounds }, level),
        options,
      );
      wasm.exportFunction(exportName, exportName);
    }
    const name = callees.get(fn.start) as string;
    const slot = fn.addressTaken ? program.functionSlots.get(fn.start) : undefined;
    if (position === 0 && !called.has(fn.start) && slot === undefined) return;
    emitFunction(wasm, improve(buildIr(program, fn, 'function', name, lowering), { program, bounds }, level), options);
    if (slot === undefined) return;
    addTableEntry(wasm, name, index);
    functions.push({ slot, exportName: name });
  });
  return { programs: [{ index, exportName }], functions };
}

/** What the function table holds of a BPF function: makes its program the running one while it runs. */
function addTableEntry(wasm: WasmModule, name: string, program: number): void {
  const [caller, result] = [6, 7];
  const word = (offset: number): Expr => wasm.load('i32', 32, false, wasm.worker(), offset);
  const running = (value: Expr): Expr => wasm.store(32, wasm.worker(), Worker.PROGRAM, value);
  const operands = FUNCTION_SIGNATURE.parameters.map((type, local) => wasm.get(local, type));
  const restored = wasm.if(wasm.unary('i32.eqz', word(Worker.TRAP_CODE)), running(wasm.get(caller, 'i32')));
  const body = wasm.block(null, [
    wasm.set(caller, word(Worker.PROGRAM)),
    running(wasm.i32(program)),
    wasm.set(result, wasm.call(name, operands, 'i64')),
    restored,
    wasm.return(wasm.get(result, 'i64')),
  ]);
  wasm.addFunction(`${name}_entry`, FUNCTION_SIGNATURE, ['i32', 'i64'], body);
  wasm.exportFunction(`${name}_entry`, name);
}
