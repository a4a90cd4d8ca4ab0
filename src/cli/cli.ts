/** One run of the command line: from its words to an exit code, with every error shown in the one form. */
import { BeeswaxError, isBeeswaxError } from '../util/errors.js';
import { errorJson } from '../util/render_error.js';
import { exitCode } from './exit_codes.js';
import { commandHelp, mainHelp } from './help.js';
import { jsonText } from './json.js';
import { parseCommandLine } from './parse.js';
import { reportError } from './report_error.js';
import { LOADERS } from './run_command.js';
import type { Terminal } from './terminal.js';
import { version } from './version.js';

/** @param words the command line without the names of runtime and script */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    const parsed = parseCommandLine(words);
    if (parsed.kind === 'version') {
      terminal.out(`beeswax ${version()}\n`);
      return 0;
    }
    if (parsed.kind === 'help') {
      terminal.out(parsed.command === undefined ? mainHelp() : commandHelp(parsed.command));
      return 0;
    }
    const run = await LOADERS[parsed.command.name]();
    return await run(parsed.argument, parsed.options, terminal, parsed.everyArgument);
  } catch (thrown) {
    const error = catalogued(thrown);
    if (words.includes('--json')) terminal.out(jsonText({ error: errorJson(error) }));
    reportError(error, terminal);
    if (terminal.debug && thrown instanceof Error) terminal.err(`${thrown.stack}\n`);
    return exitCode(error);
  }
}

/** What is no catalogued error is a defect of ours, and says so. */
function catalogued(thrown: unknown): BeeswaxError {
  if (isBeeswaxError(thrown)) return thrown;
  const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return new BeeswaxError('BEESWAX_E_INTERNAL', { what }, { cause: thrown });
}
