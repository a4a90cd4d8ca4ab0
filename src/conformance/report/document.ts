/**
 * The JSON document of a run, written while it goes and read back for reports and comparisons:
 *
 *   {"cases": [{"name", "group", "status", "detail", "engine", …}], "engine", "engines": […], "passed", "failed", "skipped", …}
 *
 * A case a line, so that two documents can be compared by line too.
 */
import { BeeswaxError } from '../../util/errors.js';
import { type ErrorJson, errorJson } from '../../util/render_error.js';
import { GROUPS } from '../requirements.js';
import {
  type CaseRecord,
  type EngineRecord,
  engineRecord,
  type Failure,
  RECORD_STATUSES,
  type SkipReason,
} from './record.js';
import { isOpName } from './subject.js';
import { EngineTally, skippedOf } from './tally.js';

/** When, with what and on what the run was made. */
export interface RunOrigin {
  /** ISO 8601. */
  readonly date: string;
  /** Version of beeswax. */
  readonly beeswax: string;
  /** Runtime, operating system, processor. */
  readonly machine: string;
}

export interface SavedCase {
  /** Name of its engine. */
  readonly engine: string;
  readonly record: CaseRecord;
}

/** A document as read. */
export interface SavedRun {
  /** The file that it came from. */
  readonly file: string;
  readonly origin: Partial<RunOrigin>;
  readonly cases: readonly SavedCase[];
  /** One an engine, in the order of the document. */
  readonly tallies: readonly EngineTally[];
}

/** Characters that are gathered before they are written. */
const CHUNK = 1 << 16;

/** Writes a document as its results come. */
export class DocumentWriter {
  #pending = '{"cases":[';
  #first = true;

  constructor(private readonly write: (text: string) => void) {}

  add(engine: EngineRecord, record: CaseRecord): void {
    this.#pending += `${this.#first ? '\n' : ',\n'}${JSON.stringify(caseJson(engine, record))}`;
    this.#first = false;
    if (this.#pending.length > CHUNK) this.#flush();
  }

  end(tallies: readonly EngineTally[], origin: Partial<RunOrigin>, error?: BeeswaxError): void {
    const rest = summaryJson(tallies, origin, error);
    this.#pending += `\n],\n${JSON.stringify(rest).slice(1)}\n`;
    this.#flush();
  }

  #flush(): void {
    this.write(this.#pending);
    this.#pending = '';
  }
}

function caseJson(engine: EngineRecord, { failure, ...record }: CaseRecord): unknown {
  const { name, group, status, detail, instruction, skipped } = record;
  return { name, group, status, detail, engine: engine.name, instruction, skipped, ...failure };
}

interface SummaryJson extends Partial<RunOrigin> {
  /** The name of the engine; of several, all with + between them. */
  readonly engine: string;
  readonly engines: readonly unknown[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly error?: ErrorJson;
}

function summaryJson(tallies: readonly EngineTally[], origin: Partial<RunOrigin>, error?: BeeswaxError): SummaryJson {
  const sum = (of: (tally: EngineTally) => number): number => tallies.reduce((total, tally) => total + of(tally), 0);
  return {
    engine: tallies.map(({ engine }) => engine.name).join('+'),
    engines: tallies.map(({ engine, counts, milliseconds }) => ({
      ...engine,
      ...counts,
      ...(milliseconds === undefined ? {} : { seconds: Math.round(milliseconds) / 1000 }),
    })),
    passed: sum(({ counts }) => counts.passed),
    failed: sum(({ counts }) => counts.failed),
    skipped: sum(({ counts }) => skippedOf(counts)),
    ...origin,
    ...(error === undefined ? {} : { error: errorJson(error) }),
  };
}

/**
 * Reads a document, also one with nothing but the fields of the contract.
 *
 * @param file what to call it in errors
 * @param taken names that other engines have already; those of the document are added
 * @throws BeeswaxError BEESWAX_E_JSON naming the field.
 */
export function readDocument(text: string, file: string, taken = new Set<string>()): SavedRun {
  const root = new Field(parse(text, file), file, '');
  const whole = root.text('engine');
  /** By the names in the document. */
  const tallies = new Map<string, EngineTally>();
  const begin = (name: string, version: string, option: string): EngineTally => {
    const tally = new EngineTally(engineRecord({ name, version }, option, taken));
    taken.add(tally.engine.name);
    tallies.set(name, tally);
    return tally;
  };
  for (const engine of root.list('engines', [])) {
    const tally = begin(engine.text('name'), engine.text('version', ''), engine.text('option', ''));
    const seconds = engine.number('seconds');
    if (seconds !== undefined) tally.milliseconds = seconds * 1000;
  }
  const cases = root.list('cases').map((field): SavedCase => {
    const name = field.text('engine', whole);
    const tally = tallies.get(name) ?? begin(name, '', '');
    const record = recordFrom(field);
    tally.add(record);
    return { engine: tally.engine.name, record };
  });
  const origin = Object.fromEntries(
    (['date', 'beeswax', 'machine'] as const).flatMap((name) => {
      const value = root.text(name, '');
      return value === '' ? [] : [[name, value]];
    }),
  );
  return { file, origin, cases, tallies: [...tallies.values()] };
}

function recordFrom(field: Field): CaseRecord {
  const status = field.oneOf('status', RECORD_STATUSES);
  const detail = field.text('detail', '');
  const instruction = field.text('instruction', '');
  return {
    name: field.text('name'),
    group: field.oneOf('group', GROUPS),
    status,
    detail,
    ...(isOpName(instruction) ? { instruction } : {}),
    ...(status === 'skipped' ? { skipped: skipReason(field.text('skipped', detail)) } : {}),
    ...(status === 'failed' ? { failure: failureFrom(field, detail) } : {}),
  };
}

function failureFrom(field: Field, detail: string): Failure {
  return {
    source: field.text('source', ''),
    got: field.text('got', detail),
    wanted: field.text('wanted', ''),
    file: field.text('file', ''),
  };
}

const skipReason = (text: string): SkipReason => (text.startsWith('refused') ? 'refused' : 'unclaimed');

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BeeswaxError('BEESWAX_E_JSON', { what: file, problem: (cause as Error).message }, { cause });
  }
}

/** A value of a JSON document that knows where it stands, and says so when it is of the wrong form. */
class Field {
  constructor(
    private readonly value: unknown,
    private readonly file: string,
    private readonly path: string,
  ) {}

  text(name: string, fallback?: string): string {
    const value = this.#get(name) ?? fallback;
    return typeof value === 'string' ? value : this.#fail(name, 'text');
  }

  number(name: string): number | undefined {
    const value = this.#get(name);
    return value === undefined || typeof value === 'number' ? value : this.#fail(name, 'a number');
  }

  oneOf<T extends string>(name: string, known: readonly T[]): T {
    const value = this.#get(name);
    return known.find((word) => word === value) ?? this.#fail(name, `one of ${known.join(', ')}`);
  }

  list(name: string, fallback?: readonly unknown[]): Field[] {
    const value = this.#get(name) ?? fallback;
    if (!Array.isArray(value)) return this.#fail(name, 'a list');
    return value.map((item, index) => new Field(item, this.file, `${this.path}${name}[${index}].`));
  }

  #get(name: string): unknown {
    if (typeof this.value !== 'object' || this.value === null) return this.#fail('', 'an object');
    return (this.value as Readonly<Record<string, unknown>>)[name];
  }

  #fail(name: string, wanted: string): never {
    const place = `${this.path}${name}`.replace(/\.$/, '') || 'the document';
    throw new BeeswaxError(
      'BEESWAX_E_JSON',
      { what: this.file, problem: `${place} must be ${wanted}` },
      { suggestion: 'give a file that `beeswax conformance --json` wrote' },
    );
  }
}
