/**
 * The other direction: our engines as a plugin of the public suite's runner, one program a process. Words in, words out;
 * streams and exit belong to the caller.
 *
 *   conformance-plugin [MEMORY_HEX] [--engine interp|jit|reference] [--program HEX] [--elf]   < program in hex
 */
import { BeeswaxError, isBeeswaxError } from '../../util/errors.js';
import { fromHex } from '../../util/hex.js';
import { requirementsOf } from '../requirements.js';
import type { ConformanceCase, EngineUnderTest } from '../types.js';
import { readRawObject } from './raw_object.js';

export const PLUGIN_ENGINES = ['interp', 'jit', 'reference'] as const;
export type PluginEngineName = (typeof PLUGIN_ENGINES)[number];

export interface PluginArguments {
  readonly engine: PluginEngineName;
  readonly memory: Uint8Array | undefined;
  /** Hex that was given as `--program`; else it is on stdin. */
  readonly program: string | undefined;
  /** Whether the program is an object file. */
  readonly elf: boolean;
  /** Whether many cases are to be served by the batch protocol instead. */
  readonly batch: boolean;
}

export interface PluginResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 1;
}

/**
 * Reads the arguments.
 *
 * @throws {BeeswaxError} BEESWAX_E_CONFORMANCE_PLUGIN.
 */
export function parsePluginArguments(argv: readonly string[]): PluginArguments {
  let engine: PluginEngineName = 'interp';
  let memory: Uint8Array | undefined;
  let program: string | undefined;
  let elf = false;
  let batch = false;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] as string;
    if (argument === '--elf') elf = true;
    else if (argument === '--batch') batch = true;
    else if (argument === '--engine') engine = engineNamed(argv[++i]);
    else if (argument === '--program') program = argv[++i] ?? '';
    else if (i === 0 && !argument.startsWith('--')) memory = hexBytes(argument, 'the memory');
    else if (argument !== '') throw usage(`unknown argument \`${argument}\``);
  }
  return { engine, memory, program, elf, batch };
}

/**
 * Runs one program as the public runner wants it: r0 in hex on stdout and exit code 0, or a reason on stderr and 1.
 *
 * @param stdin what stdin held
 */
export async function runPlugin(
  argv: readonly string[],
  stdin: string,
  openEngine: (name: PluginEngineName) => Promise<EngineUnderTest>,
): Promise<PluginResult> {
  try {
    const { engine: name, memory, program, elf } = parsePluginArguments(argv);
    const given = hexBytes(program ?? stdin, 'the program');
    const bytes = elf ? readRawObject(given) : given;
    const engine = await openEngine(name);
    try {
      const [answer] = await engine.run([pluginCase(bytes, memory)]);
      if (answer?.kind === 'value') return { stdout: `${answer.r0.toString(16)}\n`, stderr: '', exitCode: 0 };
      return failure(answer === undefined ? 'no answer' : answer.reason);
    } finally {
      await engine.close();
    }
  } catch (thrown) {
    if (isBeeswaxError(thrown)) return failure(`${thrown.code}: ${thrown.message}`);
    throw thrown;
  }
}

/** A program as a case that only runs: nothing is expected of it. */
export function pluginCase(program: Uint8Array, memory: Uint8Array | undefined): ConformanceCase {
  return {
    name: 'plugin',
    ...requirementsOf(program),
    source: '',
    program,
    ...(memory === undefined ? {} : { memory }),
    expect: { kind: 'stopped' },
  };
}

function failure(reason: string): PluginResult {
  return { stdout: '', stderr: `${reason}\n`, exitCode: 1 };
}

function engineNamed(name: string | undefined): PluginEngineName {
  const engine = PLUGIN_ENGINES.find((known) => known === name);
  if (engine === undefined) throw usage(`--engine is one of ${PLUGIN_ENGINES.join(', ')}`);
  return engine;
}

function hexBytes(text: string, what: string): Uint8Array {
  const bytes = fromHex(text);
  if (bytes === undefined) throw usage(`${what} is no text of hex bytes`);
  return bytes;
}

function usage(problem: string): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_CONFORMANCE_PLUGIN', { problem });
}
