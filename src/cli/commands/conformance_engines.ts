/** The engines that the words of a conformance command line name. */
import { release } from 'node:os';
import { processors } from '#platform';
import { type EngineRecord, engineRecord } from '../../conformance/report/record.js';
import type { EngineUnderTest } from '../../conformance/types.js';
import type { Group } from '../../isa/table.js';
import { startProcess } from '../../platform/node_process.js';
import type { Options, SuiteEngine } from '../options.js';
import { quoteWord, splitWords } from '../shell_words.js';
import { version } from '../version.js';

export interface OpenedEngine {
  readonly engine: EngineUnderTest;
  readonly record: EngineRecord;
  /** Cases put to it at a time: few to those that are slow, so that progress shows. */
  readonly chunk: number;
}

/** Cases to engines in this process, to one process, to a process each. */
const CHUNK = { own: 4096, batch: 512, plugin: 64 } as const;

type Open = () => Promise<{ readonly engine: EngineUnderTest; readonly chunk: number }>;

/**
 * Opens each engine that the options name, the translator where they name none.
 *
 * @param taken names that earlier runs have; theirs are added
 * @throws BeeswaxError when one does not start or the machine lacks it; those opened before are closed.
 */
export async function openEngines(
  options: Options,
  groups: ReadonlySet<Group> | undefined,
  taken: Set<string>,
): Promise<OpenedEngine[]> {
  const opened: OpenedEngine[] = [];
  try {
    for (const [option, open] of choices(options, groups)) {
      const { engine, chunk } = await open();
      const record = engineRecord(engine, option, taken);
      taken.add(record.name);
      opened.push({ engine, record, chunk });
    }
    return opened;
  } catch (thrown) {
    await closeEngines(opened);
    throw thrown;
  }
}

export async function closeEngines(opened: readonly OpenedEngine[]): Promise<void> {
  for (const { engine } of opened) await engine.close();
}

/** Each choice as the words that make it, and how it is opened. */
function choices(options: Options, groups: ReadonlySet<Group> | undefined): [string, Open][] {
  const { plugin = [], batch = [], elf = false } = options;
  const own = options.suiteEngine ?? (plugin.length + batch.length === 0 ? (['auto'] as const) : []);
  return [
    ...own.map((name): [string, Open] => [
      `--engine ${name === 'auto' ? 'jit' : name}`,
      async () => ({ engine: await openOwnEngine(name), chunk: CHUNK.own }),
    ]),
    ...plugin.map((line): [string, Open] => [
      `--plugin ${quoteWord(line)}`,
      async () => {
        const { pluginEngine } = await import('../../conformance/adapters/process_plugin.js');
        const command = splitWords(line, '--plugin');
        const claims = groups === undefined ? {} : { claims: groups };
        const engine = pluginEngine({ command, start: startProcess, parallel: processors(), elf, ...claims });
        return { engine, chunk: CHUNK.plugin };
      },
    ]),
    ...batch.map((line): [string, Open] => [
      `--batch ${quoteWord(line)}`,
      async () => {
        const { BatchEngine } = await import('../../conformance/adapters/process_batch.js');
        const engine = await BatchEngine.open({ command: splitWords(line, '--batch'), start: startProcess });
        return { engine, chunk: CHUNK.batch };
      },
    ]),
  ];
}

/** @throws BeeswaxError when the machine has no such engine. */
export async function openOwnEngine(name: SuiteEngine): Promise<EngineUnderTest> {
  switch (name) {
    case 'reference': {
      const { referenceEngine } = await import('../../conformance/adapters/reference.js');
      return referenceEngine();
    }
    case 'kernel': {
      const [{ Kernel }, { kernelEngine }] = await Promise.all([
        import('../../kernel/index.js'),
        import('../../conformance/adapters/kernel.js'),
      ]);
      return kernelEngine(await Kernel.open(), { version: release(), explain: true });
    }
    default: {
      const { wasmEngine } = await import('../../conformance/adapters/wasm.js');
      return wasmEngine(name === 'interp' ? 'interp' : 'jit', { version: version() });
    }
  }
}
