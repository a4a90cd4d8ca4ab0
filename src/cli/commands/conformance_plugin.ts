/** `beeswax conformance-plugin`: our engines under somebody's conformance runner. */
import { runPlugin } from '../../conformance/plugin/run_plugin.js';
import { serveBatch } from '../../conformance/plugin/serve_batch.js';
import type { RunCommand } from '../run_command.js';
import type { Terminal } from '../terminal.js';
import { openOwnEngine } from './conformance_engines.js';

export const conformancePlugin: RunCommand = async (memory, options, terminal) => {
  const { pluginEngine: name = 'interp', pluginProgram: program, elf = false } = options;
  if (options.serveBatch === true) {
    const engine = await openOwnEngine(name);
    try {
      await serveBatch(engine, textOf((await terminal.open('-')).chunks), (text) => terminal.out(text));
    } finally {
      await engine.close();
    }
    return 0;
  }
  const argv = [
    ...(memory === '' ? [] : [memory]),
    '--engine',
    name,
    ...(program === undefined ? [] : ['--program', program]),
    ...(elf ? ['--elf'] : []),
  ];
  const stdin = program === undefined ? await allInput(terminal) : '';
  const { stdout, stderr, exitCode } = await runPlugin(argv, stdin, openOwnEngine);
  terminal.out(stdout);
  terminal.err(stderr);
  return exitCode;
};

const allInput = async (terminal: Terminal): Promise<string> => new TextDecoder().decode(await terminal.read('-'));

/** Text of chunks, characters whole. */
async function* textOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
}
