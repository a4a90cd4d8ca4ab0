/**
 * The Test Anything Protocol, version 13, which every reader knows (Perl's prove refuses 14), line by line while the run
 * goes: https://testanything.org/tap-version-13-specification.html.
 */
import type { CaseRecord, EngineRecord } from './record.js';

export class TapWriter {
  #count = 0;

  constructor(private readonly write: (text: string) => void) {
    write('TAP version 13\n');
  }

  add(engine: EngineRecord, record: CaseRecord): void {
    this.#count++;
    const ok = record.status === 'failed' ? 'not ok' : 'ok';
    const directive = record.status === 'skipped' ? ` # SKIP ${onOneLine(record.detail)}` : '';
    const diagnosis = record.failure === undefined ? '' : yamlBlock(record);
    this.write(`${ok} ${this.#count} - ${escaped(`${engine.name}: ${record.name}`)}${directive}\n${diagnosis}`);
  }

  /** @param problem why the whole run counts as failed */
  end(problem?: string): void {
    // The plan may stand at the end; a run that judged nothing must not pass as an empty one.
    if (problem !== undefined) this.write(`Bail out! ${onOneLine(problem)}\n`);
    else this.write(`1..${this.#count}\n`);
  }
}

const onOneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

/** `#` begins a directive, and `\` is what keeps it from that. */
const escaped = (text: string): string => onOneLine(text).replaceAll(/[\\#]/g, '\\$&');

/** The diagnosis: JSON strings are YAML ones, and a literal block keeps the file as it is. */
function yamlBlock({ group, failure }: CaseRecord): string {
  if (failure === undefined) return '';
  const lines = [
    '---',
    `group: ${group}`,
    `source: ${JSON.stringify(failure.source)}`,
    `got: ${JSON.stringify(failure.got)}`,
    `wanted: ${JSON.stringify(failure.wanted)}`,
    'file: |',
    ...failure.file
      .trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
    '...',
  ];
  return `${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
