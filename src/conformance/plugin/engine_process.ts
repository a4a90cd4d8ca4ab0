/**
 * An engine's process as a sequence of events: lines of its stdout, its end, or that nothing came in time. What it writes
 * is bounded, so that an engine that prints without end costs no memory. What the lines mean is not known here.
 */
import type { ProcessExit, RunningProcess, StartProcess } from '../../platform/process.js';

export type ProcessEvent =
  | { readonly kind: 'line'; readonly line: string }
  | { readonly kind: 'exit'; readonly exit: ProcessExit }
  /** A line longer than allowed, or more unread lines than any engine could owe: the rest is not read. */
  | { readonly kind: 'flood' }
  | { readonly kind: 'timeout' };

/** Characters of stderr that are kept, the last ones. */
const ERROR_TAIL = 2000;
/** Characters that a line may have: far above any answer. */
const MAX_LINE = 1 << 22;
/** Unread lines kept: far above any window. */
const MAX_UNREAD = 100_000;

export class EngineProcess {
  readonly #process: RunningProcess;
  readonly #lines: string[] = [];
  #read = 0;
  #partial = '';
  #flood = false;
  #exit: ProcessExit | undefined;
  #errors = '';
  #wake: (() => void) | undefined;

  constructor(start: StartProcess, command: readonly string[]) {
    this.#process = start(command, {
      onOutput: (text) => this.#take(text),
      onErrorOutput: (text) => {
        this.#errors = (this.#errors + text).slice(-ERROR_TAIL);
      },
      onExit: (exit) => {
        this.#exit = exit;
        this.#wake?.();
      },
    });
  }

  /** The end of what it wrote to stderr. */
  get errors(): string {
    return this.#errors.trim();
  }

  /** Output after the last line break, which no reader has seen. */
  get unfinishedLine(): string {
    return this.#partial;
  }

  send(line: string): void {
    this.#process.write(`${line}\n`);
  }

  /** Ends its stdin. */
  end(): void {
    this.#process.end();
  }

  kill(): void {
    this.#process.kill();
  }

  /** The next event; lines come before the exit that followed them. */
  async next(milliseconds: number): Promise<ProcessEvent> {
    const ready = this.#ready();
    if (ready !== undefined) return ready;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
    return this.#ready() ?? { kind: 'timeout' };
  }

  /** Ends its stdin, lets it come to its end by itself, and kills it when it does not. */
  async stop(milliseconds: number): Promise<void> {
    this.end();
    const deadline = Date.now() + milliseconds;
    while (this.#exit === undefined && Date.now() < deadline) {
      const event = await this.next(deadline - Date.now());
      if (event.kind === 'flood' || event.kind === 'timeout') break;
    }
    this.kill();
  }

  #ready(): ProcessEvent | undefined {
    if (this.#read < this.#lines.length) {
      const line = this.#lines[this.#read++] as string;
      if (this.#read === this.#lines.length) this.#lines.length = this.#read = 0;
      return { kind: 'line', line };
    }
    if (this.#flood) return { kind: 'flood' };
    return this.#exit === undefined ? undefined : { kind: 'exit', exit: this.#exit };
  }

  #take(text: string): void {
    if (this.#flood) return;
    const parts = text.split('\n');
    parts[0] = this.#partial + parts[0];
    this.#partial = parts.pop() as string;
    for (const part of parts) this.#lines.push(part.endsWith('\r') ? part.slice(0, -1) : part);
    const longest = Math.max(this.#partial.length, ...parts.map(({ length }) => length));
    if (longest > MAX_LINE || this.#lines.length - this.#read > MAX_UNREAD) {
      this.#flood = true;
      this.#partial = '';
      this.kill();
    }
    if (parts.length > 0 || this.#flood) this.#wake?.();
  }
}

/** How a process ended, in words, with what it said last. */
export function describeExit({ code, signal, failure }: ProcessExit, errors: string): string {
  const how =
    failure !== undefined
      ? `it could not be started: ${failure}`
      : signal !== null
        ? `ended by ${signal}`
        : `ended with exit code ${code}`;
  const last = lastWords(errors);
  return last === '' ? how : `${how}; stderr ends with: ${last.slice(0, 300)}`;
}

/** The last two lines that say something; Rust's hints below a panic do not. */
function lastWords(errors: string): string {
  const lines = errors.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '' && !line.startsWith('note: '))
    .slice(-2)
    .join(' ');
}
