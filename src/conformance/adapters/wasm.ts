/**
 * Our two back ends as engines under test: cases are programs of type `raw`, loaded many to a Wasm module, since
 * compiling is what costs. What ran is checked to be what was asked for: a test of the translator that fell back to
 * the interpreter would test nothing.
 */
import { ProgramRecord } from '../../abi/layout.js';
import type { VerifiedProgram } from '../../analysis/verified.js';
import { verify } from '../../analysis/verify.js';
import { programFromBytes } from '../../asm/raw_program.js';
import { compileModule } from '../../codegen/compile.js';
import type { Program } from '../../model/program.js';
import { addressProgram, type PlacedProgram, programRecord, releaseProgram } from '../../runtime/address.js';
import { PacketBatch } from '../../runtime/batch.js';
import { installInterpreter, installTranslation, uninstall } from '../../runtime/install.js';
import { Runtime } from '../../runtime/runtime.js';
import { trapCode } from '../../runtime/traps.js';
import { isBeeswaxError } from '../../util/errors.js';
import { bytesKey } from '../bytes_key.js';
import { GROUPS } from '../requirements.js';
import type { Answer, ConformanceCase, EngineUnderTest } from '../types.js';

export interface WasmEngineOptions {
  /** What `version` says. */
  readonly version?: string;
  /** How hard the translator works; 2 by default. */
  readonly optimizeLevel?: 0 | 1 | 2 | 3;
  /** Programs to a module; 500 by default. */
  readonly programsPerModule?: number;
  /** runtime.wasm, where it cannot be read from beside the JavaScript. */
  readonly wasm?: Uint8Array | WebAssembly.Module;
}

/** Parts of an engine that faults are seeded into (see `../mutation/`): those that are absent are as they should be. */
export interface WasmEngineParts {
  readonly runtime?: Runtime;
  readonly read?: (program: Uint8Array) => Program;
  readonly compile?: typeof compileModule;
}

const MEMORY = 128 * 2 ** 20;
/** Instructions of one run: far more than a case takes. */
const FUEL = 1n << 22n;
const PROGRAMS_PER_MODULE = 500;
const RUNS_PER_BATCH = 256;
const NOTHING = new Uint8Array(0);

/** A program of the cases, and which of them it belongs to. */
interface Unique {
  readonly verified: VerifiedProgram;
  /** Positions among the cases. */
  readonly users: number[];
}

/**
 * Starts the interpreter or the translator in a memory of its own.
 *
 * @throws {BeeswaxError} those of `Runtime.create`.
 */
export async function wasmEngine(
  tier: 'interp' | 'jit',
  options: WasmEngineOptions = {},
  parts: WasmEngineParts = {},
): Promise<EngineUnderTest> {
  const runtime = parts.runtime ?? (await wasmRuntime(options.wasm));
  const compile = parts.compile ?? compileModule;
  const batch = new PacketBatch(runtime, RUNS_PER_BATCH);
  const size = options.programsPerModule ?? PROGRAMS_PER_MODULE;
  return {
    name: tier,
    version: options.version ?? 'beeswax',
    claims: new Set(GROUPS),
    async run(cases) {
      const answers = new Array<Answer>(cases.length);
      const job: Job = {
        runtime,
        batch,
        cases,
        answers,
        ...(tier === 'jit' ? { translate: { compile, level: options.optimizeLevel } } : {}),
      };
      const programs = verifyAll(cases, answers, parts.read ?? programFromBytes);
      for (let from = 0; from < programs.length; from += size) await runModule(job, programs.slice(from, from + size));
      return answers;
    },
    async close() {
      batch.close();
    },
  };
}

/** The memory and the instance of runtime.wasm that an engine under test has to itself. */
export function wasmRuntime(wasm?: Uint8Array | WebAssembly.Module): Promise<Runtime> {
  return Runtime.create({ memory: MEMORY, cpus: 1, fuel: FUEL, seed: 1n, wasm });
}

/** Cases that are being run, and where their answers go. */
interface Job {
  readonly runtime: Runtime;
  readonly batch: PacketBatch;
  readonly cases: readonly ConformanceCase[];
  readonly answers: Answer[];
  /** Absent for the interpreter. */
  readonly translate?: { readonly compile: typeof compileModule; readonly level: 0 | 1 | 2 | 3 | undefined };
}

type Read = (program: Uint8Array) => Program;

/** Loads each program once, however many cases run it; writes the answer of those that are refused. */
function verifyAll(cases: readonly ConformanceCase[], answers: Answer[], read: Read): Unique[] {
  const known = new Map<string, Unique | Answer>();
  cases.forEach(({ program }, index) => {
    const key = bytesKey(program);
    let found = known.get(key);
    if (found === undefined) {
      found = verifyOne(program, read);
      known.set(key, found);
    }
    if ('users' in found) found.users.push(index);
    else answers[index] = found;
  });
  return [...known.values()].filter((value) => 'users' in value);
}

function verifyOne(program: Uint8Array, read: Read): Unique | Answer {
  try {
    return { verified: verify(read(program)), users: [] };
  } catch (thrown) {
    return failure(thrown, 'rejected');
  }
}

/** A catalogued error is an answer; anything else is a defect of the engine, and an answer too. */
function failure(thrown: unknown, kind: 'rejected' | 'crashed'): Answer {
  if (isBeeswaxError(thrown)) return { kind, reason: `${thrown.code}: ${thrown.message}` };
  return { kind: 'crashed', reason: String(thrown) };
}

async function runModule(job: Job, programs: readonly Unique[]): Promise<void> {
  const { runtime, answers } = job;
  const placed = programs.map(({ verified }) => addressProgram(runtime, verified, new Map()));
  try {
    installInterpreter(runtime, placed);
    if (job.translate !== undefined) await translate(runtime, placed, job.translate);
    programs.forEach((unique, i) => {
      runProgram(job, placed[i] as PlacedProgram, unique.users);
    });
  } catch (thrown) {
    if (programs.length === 1) for (const user of programs[0]?.users ?? []) answers[user] = failure(thrown, 'crashed');
    else for (const one of programs) await runModule(job, [one]);
  } finally {
    for (const program of placed) {
      uninstall(runtime, program);
      releaseProgram(runtime, program);
    }
  }
}

async function translate(
  runtime: Runtime,
  placed: readonly PlacedProgram[],
  { compile, level }: Required<Job>['translate'],
): Promise<void> {
  const options = level === undefined ? {} : { optimizeLevel: level };
  const compiled = await compile(placed, runtime.memory.bounds, options);
  await installTranslation(runtime, placed, compiled, () => false);
  for (const { index } of placed) {
    if (runtime.memory.getU32(programRecord(index) + ProgramRecord.INTERPRETED) !== 0) {
      throw new Error(`program ${index} was not translated`);
    }
  }
}

function runProgram({ runtime, batch, cases, answers }: Job, placed: PlacedProgram, users: readonly number[]): void {
  for (let from = 0; from < users.length; from += RUNS_PER_BATCH) {
    const part = users.slice(from, from + RUNS_PER_BATCH);
    batch.clear();
    const added: number[] = [];
    for (const user of part) {
      try {
        batch.add(cases[user]?.memory ?? NOTHING);
        added.push(user);
      } catch (thrown) {
        answers[user] = failure(thrown, 'crashed');
      }
    }
    runtime.exports.run_batch(placed.index, batch.descriptors, batch.count, 0);
    added.forEach((user, i) => {
      answers[user] = answerOf(batch, i, cases[user]?.memory !== undefined);
    });
  }
}

function answerOf(batch: PacketBatch, index: number, withMemory: boolean): Answer {
  if (batch.trapCode(index) !== 0) {
    const { code, pc } = batch.trap(index);
    const reason = trapCode(code);
    if (reason === 'BEESWAX_E_TRAP_INTERNAL') return { kind: 'crashed', reason };
    return { kind: 'stopped', reason: `${reason} at insn ${pc}` };
  }
  const r0 = batch.r0(index);
  return withMemory ? { kind: 'value', r0, memory: batch.packet(index) } : { kind: 'value', r0 };
}
