/** JUnit's XML, as continuous integration reads it: a suite an engine, a test case a case. */
import type { CaseRecord, EngineRecord } from './record.js';
import { type EngineTally, skippedOf } from './tally.js';

export class JunitWriter {
  /** The counts stand before the cases, so these wait until the end. */
  readonly #cases = new Map<string, string[]>();

  add(engine: EngineRecord, record: CaseRecord): void {
    const lines = this.#cases.get(engine.name) ?? [];
    lines.push(caseXml(engine, record));
    this.#cases.set(engine.name, lines);
  }

  /** The file. @param problem why the whole run counts as failed */
  *end(tallies: readonly EngineTally[], problem?: string): Generator<string> {
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="beeswax conformance">\n';
    for (const { engine, counts, milliseconds = 0 } of tallies) {
      const lines = this.#cases.get(engine.name) ?? [];
      yield `<testsuite name="${xml(engine.name)}" tests="${lines.length}" failures="${counts.failed}" errors="0" skipped="${skippedOf(counts)}" time="${(milliseconds / 1000).toFixed(3)}">\n`;
      for (const line of lines) yield line;
      yield '</testsuite>\n';
    }
    if (problem !== undefined) {
      yield '<testsuite name="the run" tests="1" failures="0" errors="1" skipped="0">\n';
      yield `<testcase classname="the run" name="judges something"><error message="${xml(problem)}"/></testcase>\n</testsuite>\n`;
    }
    yield '</testsuites>\n';
  }
}

function caseXml(engine: EngineRecord, { name, group, detail, failure, status }: CaseRecord): string {
  const start = `<testcase classname="${xml(`${engine.name}.${group}`)}" name="${xml(name)}"`;
  if (failure !== undefined) {
    const text = `${failure.source}\ngot    ${failure.got}\nwanted ${failure.wanted}\n\n${failure.file}`;
    return `${start}><failure message="${xml(detail)}">${xml(text)}</failure></testcase>\n`;
  }
  return status === 'skipped' ? `${start}><skipped message="${xml(detail)}"/></testcase>\n` : `${start}/>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text of an element or attribute; what XML 1.0 cannot hold becomes U+FFFD. */
function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML has no place for
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu, '\ufffd')
      .replaceAll(/[&<>"]/g, (char) => ENTITIES[char] as string)
  );
}
