/** What a command is to the command line, and the code of each, loaded when it runs: a help page costs no engine. */
import type { CommandName } from './command_table.js';
import type { Options } from './options.js';
import type { Terminal } from './terminal.js';

/** Runs a command: its argument and options as given, and all arguments of one that takes several; gives the exit code. */
export type RunCommand = (
  argument: string,
  options: Options,
  terminal: Terminal,
  everyArgument: readonly string[],
) => Promise<number>;

export const LOADERS: Readonly<Record<CommandName, () => Promise<RunCommand>>> = {
  run: async () => (await import('./commands/run.js')).run,
  test: async () => (await import('./commands/test.js')).test,
  show: async () => (await import('./commands/show.js')).show,
  disasm: async () => (await import('./commands/disasm.js')).disasm,
  asm: async () => (await import('./commands/asm.js')).asm,
  conformance: async () => (await import('./commands/conformance.js')).conformance,
  'conformance-plugin': async () => (await import('./commands/conformance_plugin.js')).conformancePlugin,
  fuzz: async () => (await import('./commands/fuzz.js')).fuzz,
  completion: async () => (await import('./commands/completion.js')).completion,
};
