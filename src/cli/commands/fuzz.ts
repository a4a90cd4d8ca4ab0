/** `beeswax fuzz`: random programs through several engines; what differs becomes the smallest case that shows it. */
import { renderCaseFile } from '../../conformance/case_file.js';
import { type Contestant, type Counts, type Difference, runCampaign } from '../../conformance/fuzz/campaign.js';
import { smallestCase } from '../../conformance/fuzz/explain.js';
import { style } from '../../util/ansi.js';
import { didYouMean } from '../../util/nearest.js';
import { columns, counted, grouped, rate } from '../format.js';
import { jsonText } from '../json.js';
import type { Options } from '../options.js';
import { Progress } from '../progress.js';
import type { RunCommand } from '../run_command.js';
import type { Terminal } from '../terminal.js';
import { usageError } from '../usage_error.js';
import { openOwnEngine } from './conformance_engines.js';

const DEFAULT_PROGRAMS = 10_000;
/** Differences that are shrunk; the rest is counted. */
const MAX_SHRUNK = 10;
const ENGINES = ['reference', 'interp', 'jit', 'kernel'] as const;
type FuzzEngine = (typeof ENGINES)[number];
const LEVELS = ['0', '1', '2', '3'] as const;
type Level = 0 | 1 | 2 | 3;
/** The exit code of a process that the user interrupted (128 + SIGINT). */
const INTERRUPTED = 130;

/** A difference as it is reported. */
interface Found {
  readonly seed: number;
  readonly engine: string;
  /** The case file; absent once there are too many. */
  readonly file?: string;
  readonly path?: string;
}

export const fuzz: RunCommand = async (_argument, options, terminal) => {
  const names = listOf(options.engines, ENGINES, '--engines', ['reference', 'interp', 'jit']);
  const levels = listOf(options.levels, LEVELS, '--levels', ['2']).map((level) => Number(level) as Level);
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 31);
  const programs = options.programs ?? DEFAULT_PROGRAMS;
  const contestants = await openAll(names, levels);
  try {
    if (contestants.length < 2) throw usageError('there is one engine to compare', 'name two or more with --engines');
    return await campaign(contestants, { seed, programs }, options, terminal);
  } finally {
    for (const { engine } of contestants) await engine.close();
  }
};

async function campaign(
  contestants: readonly Contestant[],
  { seed, programs }: { readonly seed: number; readonly programs: number },
  options: Options,
  terminal: Terminal,
): Promise<number> {
  const quiet = options.quiet === true || options.json === true;
  const found: Found[] = [];
  const progress = new Progress(terminal, terminal.interactive && options.quiet !== true, 'programs');
  const signal = terminal.interruption();
  let done = 0;
  if (!quiet) terminal.out(`seeds from ${seed}, ${contestants.map(({ name }) => name).join(', ')}\n`);
  const start = performance.now();
  const counts = await runCampaign(contestants, {
    seed,
    programs,
    signal,
    onProgress: (count) => {
      done = count;
      progress.done(count, found.length === 0 ? '' : `, ${counted(found.length, 'difference')}`);
    },
    onDifference: async (difference) => {
      const shown = await explained(difference, contestants, found.length < MAX_SHRUNK, options, terminal);
      found.push(shown);
      progress.end();
      if (!quiet) terminal.out(foundText(shown, terminal));
    },
  });
  progress.end();
  const seconds = (performance.now() - start) / 1000;
  if (options.json === true) {
    terminal.out(
      jsonText({
        seed,
        programs: done,
        first: contestants[0]?.name,
        engines: Object.fromEntries(counts),
        found,
        seconds,
      }),
    );
  } else if (options.quiet !== true) terminal.out(summaryText(counts, contestants, done, seconds));
  if (signal.aborted) return INTERRUPTED;
  return found.length === 0 ? 0 : 1;
}

/** Shrinks a difference, and writes its file where --out says so. */
async function explained(
  difference: Difference,
  contestants: readonly Contestant[],
  worthIt: boolean,
  options: Options,
  terminal: Terminal,
): Promise<Found> {
  const found = { seed: difference.seed, engine: difference.engine.name };
  if (!worthIt) return found;
  const file = renderCaseFile(await smallestCase(difference, contestants));
  if (options.outFolder === undefined) return { ...found, file };
  await terminal.makeFolder(options.outFolder);
  const path = `${options.outFolder}/seed_${difference.seed}_${difference.engine.name.replaceAll(' ', '_')}.data`;
  const sink = await terminal.create(path);
  await sink.write(new TextEncoder().encode(file));
  await sink.close();
  return { ...found, file, path };
}

function foundText({ seed, engine, file, path }: Found, terminal: Terminal): string {
  const title = style(terminal.colorOut).red(`seed ${seed}: ${engine} differs`);
  return `${title}${path === undefined ? '' : `, ${path}`}\n${file === undefined ? '' : `${file}\n`}`;
}

function summaryText(
  counts: ReadonlyMap<string, Counts>,
  contestants: readonly Contestant[],
  programs: number,
  seconds: number,
): string {
  const rows = [...counts].map(([name, { compared, refused, different }]) => [
    `  ${name}`,
    `${grouped(compared)} compared`,
    refused === 0 ? '' : `${grouped(refused)} refused`,
    `${grouped(different)} differ`,
  ]);
  const title = `${counted(programs, 'program')}, ${rate(programs / seconds)}/s, against ${contestants[0]?.name}:`;
  return `${[title, ...columns(rows, [1, 2, 3])].join('\n')}\n`;
}

/** The translator once a level; the others once. */
async function openAll(names: readonly FuzzEngine[], levels: readonly Level[]): Promise<Contestant[]> {
  const opened: Contestant[] = [];
  const { wasmEngine } = await import('../../conformance/adapters/wasm.js');
  for (const name of names) {
    if (name !== 'jit') opened.push({ name, engine: await openOwnEngine(name) });
    else {
      for (const optimizeLevel of levels)
        opened.push({ name: `jit level ${optimizeLevel}`, engine: await wasmEngine('jit', { optimizeLevel }) });
    }
  }
  return opened;
}

/** Words with commas between them, each once. */
function listOf<T extends string>(
  text: string | undefined,
  known: readonly T[],
  option: string,
  byDefault: readonly T[],
): readonly T[] {
  if (text === undefined) return byDefault;
  const words = [...new Set(text.split(',').map((word) => word.trim()))];
  for (const word of words) {
    if ((known as readonly string[]).includes(word)) continue;
    throw usageError(`${option} cannot have ${word}`, didYouMean(word, known) ?? `it is a list of ${known.join(', ')}`);
  }
  return words as T[];
}
