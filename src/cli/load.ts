/** What `run` and `test` begin with: an engine, the object loaded into it with its maps filled, the program chosen. */
import type { LoadedObject, LoadedProgram, ObjectEngine } from '../engine/types.js';
import { printable, style } from '../util/ansi.js';
import { type BeeswaxError, isBeeswaxError } from '../util/errors.js';
import { parseMapContents } from './map_file.js';
import type { Options } from './options.js';
import { reportError } from './report_error.js';
import { targetTypes } from './target_types.js';
import type { Terminal } from './terminal.js';

export interface Loaded {
  readonly engine: ObjectEngine;
  readonly object: LoadedObject;
  readonly program: LoadedProgram;
}

/**
 * Loads, hands over, and closes the engine afterwards, whatever happens.
 *
 * @throws BeeswaxError for an unusable file, object, map contents or program name.
 */
export async function withProgram<T>(
  path: string,
  options: Options,
  terminal: Terminal,
  use: (loaded: Loaded) => Promise<T>,
): Promise<T> {
  const bytes = await terminal.read(path);
  const maps =
    options.maps === undefined ? undefined : parseMapContents(await terminal.read(options.maps), options.maps);
  const types = await targetTypes(options, terminal);
  const engine = await terminal.openEngine(options.engine ?? 'auto', (line) => showTrace(line, options, terminal));
  try {
    const object = await engine.load(bytes, {
      file: path,
      ...types,
      ...(options.type === undefined ? {} : { type: options.type }),
      ...(maps === undefined ? {} : { maps }),
    });
    const program = object.program(options.program);
    if (options.quiet !== true && options.json !== true) warnOfFailures(object, terminal);
    // 'auto' begins at once; the others wait until what was asked for runs.
    if ((options.engine ?? 'auto') !== 'auto') await program.ready();
    return await use({ engine, object, program });
  } catch (thrown) {
    throw isBeeswaxError(thrown) ? placed(thrown, path) : thrown;
  } finally {
    engine.close();
  }
}

/** What a program prints with bpf_trace_printk goes to stderr, as it is nothing that a script asked for. */
function showTrace(line: string, options: Options, terminal: Terminal): void {
  if (options.quiet !== true) terminal.err(`${style(terminal.colorErr).dim('trace:')} ${printable(line)}\n`);
}

/** Errors of the object name its file. */
function placed(error: BeeswaxError, file: string): BeeswaxError {
  return error.code.startsWith('BEESWAX_E_ELF_') ? error.at({ file }) : error;
}

function warnOfFailures(object: LoadedObject, terminal: Terminal): void {
  for (const { error } of object.failures) reportError(error, terminal, 'warning');
}
