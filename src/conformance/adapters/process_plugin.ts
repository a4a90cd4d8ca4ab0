/**
 * An engine behind the public suite's plugin protocol as one under test: one process a case, several at once. The
 * program goes to stdin as hex, the memory is the first argument, r0 comes back on stdout; a non-zero exit says that
 * the program was refused or stopped. Plugins written for that suite work unchanged.
 */

import type { Group } from '../../isa/table.js';
import type { ProcessExit, StartProcess } from '../../platform/process.js';
import { describeExit, EngineProcess } from '../plugin/engine_process.js';
import { parseReturnValue, pluginHex } from '../plugin/plugin_protocol.js';
import { writeRawObject } from '../plugin/raw_object.js';
import type { Answer, ConformanceCase, EngineUnderTest } from '../types.js';

export interface PluginEngineOptions {
  /**
   * The plugin and its options, without a shell. The memory goes before the first word that begins with `-`, so that it
   * is the plugin's first argument in `plugin --jit` and `node plugin.mjs --jit` alike.
   */
  readonly command: readonly string[];
  readonly start: StartProcess;
  /** Processes at once. */
  readonly parallel: number;
  /** Milliseconds that a case may take, its process's start included; 10,000 by default. */
  readonly timeout?: number;
  /** Groups to judge it on; by default those that the public suite's runner takes for granted. */
  readonly claims?: ReadonlySet<Group>;
  /** Whether programs are given as object files (`--elf`). */
  readonly elf?: boolean;
}

/** What the public runner includes unless told otherwise. */
const DEFAULT_CLAIMS: ReadonlySet<Group> = new Set([
  'base32',
  'base64',
  'divmul32',
  'divmul64',
  'atomic32',
  'atomic64',
]);
/** Bytes of one argument that Linux takes, its end included (MAX_ARG_STRLEN). */
const MAX_ARGUMENT = 131_072;

/** Lines of output read of one process. */
const MAX_LINES = 1000;

/** Nothing is started until there are cases. */
export function pluginEngine(options: PluginEngineOptions): EngineUnderTest {
  return {
    name: options.command.join(' '),
    version: 'plugin',
    claims: options.claims ?? DEFAULT_CLAIMS,
    async run(cases) {
      const answers: Answer[] = new Array(cases.length);
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < cases.length) {
          const index = next++;
          answers[index] = await runOne(options, cases[index] as ConformanceCase);
        }
      };
      await Promise.all(Array.from({ length: Math.max(1, options.parallel) }, worker));
      return answers;
    },
    close: async () => {},
  };
}

async function runOne(options: PluginEngineOptions, { program, memory }: ConformanceCase): Promise<Answer> {
  const { command, start, timeout = 10_000, elf = false } = options;
  const firstOption = command.findIndex((word) => word.startsWith('-'));
  const plugin = firstOption < 0 ? command : command.slice(0, firstOption);
  const pluginOptions = command.slice(plugin.length);
  const memoryText = memory === undefined || memory.length === 0 ? [] : [pluginHex(memory)];
  if ((memoryText[0]?.length ?? 0) >= MAX_ARGUMENT) {
    return { kind: 'refused', reason: 'the memory does not fit into an argument, as this protocol has it' };
  }
  const process = new EngineProcess(start, [...plugin, ...memoryText, ...pluginOptions, ...(elf ? ['--elf'] : [])]);
  process.send(pluginHex(elf ? writeRawObject(program) : program));
  process.end();

  const lines: string[] = [];
  const deadline = Date.now() + timeout;
  for (;;) {
    const event = await process.next(Math.max(1, deadline - Date.now()));
    switch (event.kind) {
      case 'line':
        lines.push(event.line);
        if (lines.length < MAX_LINES) continue;
        process.kill();
        return { kind: 'garbled', reason: 'it prints without end' };
      case 'flood':
        return { kind: 'garbled', reason: 'it prints without end' };
      case 'timeout':
        process.kill();
        return { kind: 'hung', reason: `no end within ${timeout} ms` };
      case 'exit':
        lines.push(process.unfinishedLine);
        return answerOf(event.exit, lines.join('\n').trim(), process.errors);
    }
  }
}

function answerOf(exit: ProcessExit, output: string, errors: string): Answer {
  if (exit.code === null) return { kind: 'crashed', reason: describeExit(exit, errors) };
  if (exit.code !== 0) {
    const said = errors === '' ? output : errors;
    return { kind: 'rejected', reason: said === '' ? describeExit(exit, '') : said.slice(0, 300) };
  }
  const r0 = parseReturnValue(output);
  if (r0 === undefined) return { kind: 'garbled', reason: `no hex number: ${JSON.stringify(output.slice(0, 80))}` };
  return { kind: 'value', r0 };
}
