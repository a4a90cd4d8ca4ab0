/** The forms in which results of the conformance suite go out, each for an option of the command line. */
import { DocumentWriter, type RunOrigin } from '../../conformance/report/document.js';
import { htmlReport } from '../../conformance/report/html.js';
import { JunitWriter } from '../../conformance/report/junit.js';
import type { CaseRecord, EngineRecord } from '../../conformance/report/record.js';
import type { EngineTally } from '../../conformance/report/tally.js';
import { TapWriter } from '../../conformance/report/tap.js';
import type { ByteSink } from '../../pipeline/sink.js';
import { style } from '../../util/ansi.js';
import type { BeeswaxError } from '../../util/errors.js';
import type { Options } from '../options.js';
import type { Terminal } from '../terminal.js';
import { usageError } from '../usage_error.js';
import { engineText } from './conformance_text.js';

export interface ResultSink {
  /** Whether it shows the engines of earlier runs too. */
  readonly withSaved: boolean;
  add?(engine: EngineRecord, record: CaseRecord): void;
  /** Called after the last case of an engine. */
  engineDone?(tally: EngineTally): void;
  /** Called once at the end. @param problem why the run counts as failed though no case does */
  end(tallies: readonly EngineTally[], origin: Partial<RunOrigin>, problem?: BeeswaxError): Promise<void> | void;
}

/**
 * Opens what the options ask for; text for people where nothing else goes to stdout.
 *
 * @throws BeeswaxError BEESWAX_E_USAGE when two would share stdout, BEESWAX_E_FILE.
 */
export async function openSinks(options: Options, terminal: Terminal): Promise<ResultSink[]> {
  const { json = false, tap = false, quiet = false, junit, report } = options;
  const toStdout = [...(json ? ['--json'] : []), ...(tap ? ['--tap'] : []), ...(junit === '-' ? ['--junit -'] : [])];
  if (toStdout.length > 1) {
    throw usageError(`${toStdout.join(' and ')} cannot share stdout`, 'ask for one of them');
  }
  const sinks: ResultSink[] = [];
  if (json) sinks.push(jsonSink(terminal));
  if (tap) sinks.push(tapSink(terminal));
  if (junit !== undefined) sinks.push(junitSink(await terminal.create(junit)));
  if (report !== undefined) {
    await terminal.makeFolder(report);
    sinks.push(htmlSink(await terminal.create(`${report}/index.html`)));
  }
  if (toStdout.length === 0 && !quiet) sinks.push(textSink(terminal, report));
  return sinks;
}

function jsonSink(terminal: Terminal): ResultSink {
  const writer = new DocumentWriter((text) => terminal.out(text));
  return {
    withSaved: false,
    add: (engine, record) => writer.add(engine, record),
    end: (tallies, origin, problem) => writer.end(tallies, origin, problem),
  };
}

function tapSink(terminal: Terminal): ResultSink {
  const writer = new TapWriter((text) => terminal.out(text));
  return {
    withSaved: false,
    add: (engine, record) => writer.add(engine, record),
    end: (_tallies, _origin, problem) => writer.end(problem?.message),
  };
}

function junitSink(file: ByteSink): ResultSink {
  const writer = new JunitWriter();
  return {
    withSaved: false,
    add: (engine, record) => writer.add(engine, record),
    end: (tallies, _origin, problem) => writeAll(file, writer.end(tallies, problem?.message)),
  };
}

function htmlSink(file: ByteSink): ResultSink {
  return { withSaved: true, end: (tallies, origin) => writeAll(file, [htmlReport(tallies, origin)]) };
}

function textSink(terminal: Terminal, report: string | undefined): ResultSink {
  return {
    withSaved: false,
    engineDone: (tally) => terminal.out(engineText(tally, style(terminal.colorOut))),
    end() {
      if (report !== undefined) terminal.out(`the report is ${report}/index.html\n`);
    },
  };
}

async function writeAll(file: ByteSink, texts: Iterable<string>): Promise<void> {
  const encoder = new TextEncoder();
  for (const text of texts) await file.write(encoder.encode(text));
  await file.close();
}
