/**
 * Puts addressed programs to work: the interpreter's code with thunks behind the table slots, and later the
 * translation in their place.
 */
import { Arena, FunctionRecord, MicroOp, ProgramRecord } from '../abi/layout.js';
import { PROGRAM_TYPES } from '../abi/program_types.js';
import type { CompiledModule } from '../codegen/compile.js';
import { lower } from '../interp/lower.js';
import { type Thunk, thunkModule } from '../interp/thunk.js';
import { type PlacedProgram, programRecord } from './address.js';
import type { Runtime } from './runtime.js';

/** What became of a translation: 'late' when the engine was closed while it was made. */
export type Installed = 'swapped' | 'late';

/** Makes the programs of one object run in the interpreter. @throws BeeswaxError BEESWAX_E_ENGINE_FULL. */
export function installInterpreter(runtime: Runtime, programs: readonly PlacedProgram[]): void {
  const thunks: Thunk[] = [];
  const slots: number[] = [];
  for (const placed of programs) {
    writeRecord(runtime, placed);
    thunks.push({ program: placed.index });
    slots.push(placed.slot);
    placed.verified.functions.forEach((fn, index) => {
      const slot = placed.functionSlots.get(fn.start);
      if (slot === undefined) return;
      thunks.push({ program: placed.index, function: index });
      slots.push(slot);
    });
  }
  const module = new WebAssembly.Module(thunkModule(thunks) as BufferSource);
  const { exports } = new WebAssembly.Instance(module, { runtime: runtime.exports });
  for (const [index, slot] of slots.entries()) runtime.slots.set(slot, exports[String(index)] as CallableFunction);
}

function writeRecord(runtime: Runtime, placed: PlacedProgram): void {
  const { memory } = runtime;
  const { program, functions } = placed.verified;
  const code = lower(placed);
  const address = runtime.allocate(Arena.HEAP, code.length, 64, `the code of program ${program.name}`);
  memory.u8.set(code, address);
  const entry = functions[0];
  const record = programRecord(placed.index);
  memory.setU32(record + ProgramRecord.SLOT, placed.slot);
  memory.setU32(record + ProgramRecord.CODE, address);
  memory.setU32(record + ProgramRecord.CODE_LENGTH, program.length);
  memory.setU32(record + ProgramRecord.STACK_USE, entry?.stackUse ?? 0);
  memory.setU32(record + ProgramRecord.ENTRY_LENGTH, entry === undefined ? 0 : entry.end - entry.start);
  memory.setU32(record + ProgramRecord.TYPE, PROGRAM_TYPES[program.type].id);
  memory.setU32(record + ProgramRecord.INTERPRETED, 1);
  memory.setU32(record + ProgramRecord.LIVE, 1);
}

/** Takes a program's code and record out of use. */
export function uninstall(runtime: Runtime, placed: PlacedProgram): void {
  const { memory } = runtime;
  const record = programRecord(placed.index);
  memory.setU32(record + ProgramRecord.LIVE, 0);
  const code = memory.getU32(record + ProgramRecord.CODE);
  const size =
    (placed.verified.program.length + 1) * MicroOp.SIZE + placed.verified.functions.length * FunctionRecord.SIZE;
  if (code !== 0) runtime.free(Arena.HEAP, code, size);
  memory.setU32(record + ProgramRecord.CODE, 0);
}

/** Puts translated code into the slots of its programs, unless `isLate` says that they are gone. */
export async function installTranslation(
  runtime: Runtime,
  programs: readonly PlacedProgram[],
  compiled: CompiledModule,
  isLate: () => boolean,
): Promise<Installed> {
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(compiled.bytes as BufferSource), {
    env: runtime.environment,
    runtime: runtime.exports,
  });
  if (isLate()) return 'late';
  const slotOf = new Map(programs.map((placed) => [placed.index, placed.slot]));
  for (const { index, exportName } of compiled.programs) {
    runtime.slots.set(slotOf.get(index) as number, instance.exports[exportName] as CallableFunction);
    runtime.memory.setU32(programRecord(index) + ProgramRecord.INTERPRETED, 0);
  }
  for (const { slot, exportName } of compiled.functions)
    runtime.slots.set(slot, instance.exports[exportName] as CallableFunction);
  return 'swapped';
}
