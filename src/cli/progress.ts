/** A progress line on stderr for long work: shown only to someone who watches, and only when it takes long. */
import { grouped, rate } from './format.js';
import type { Terminal } from './terminal.js';

/** Milliseconds before the first line, and between two. */
const PATIENCE = 500;
const INTERVAL = 100;
const BAR = 24;

export class Progress {
  readonly #start = performance.now();
  #last = 0;
  #shown = false;
  #bytes = 0;
  #size: number | undefined;

  constructor(
    private readonly terminal: Terminal,
    private readonly enabled: boolean,
    /** What is counted. */
    private readonly noun = 'packets',
  ) {}

  /** @param size of the input in bytes, undefined where it is not known */
  expect(size: number | undefined): void {
    this.#size = size;
  }

  /** Takes note of the bytes read so far. */
  readonly read = (bytes: number): void => {
    this.#bytes = bytes;
  };

  /** Takes note of how much is done, and shows it when it is time. @param words to say beside it */
  readonly done = (count: number, words = ''): void => {
    const now = performance.now();
    if (!this.enabled || now - this.#start < PATIENCE || now - this.#last < INTERVAL) return;
    this.#last = now;
    this.#shown = true;
    const speed = `${grouped(count)} ${this.noun}, ${rate((count * 1000) / (now - this.#start))}/s`;
    this.terminal.err(`\r\x1b[K${this.#bar()}${speed}${words}`);
  };

  /** Wipes the line, before other text goes to the terminal. */
  end(): void {
    if (this.#shown) this.terminal.err('\r\x1b[K');
    this.#shown = false;
  }

  #bar(): string {
    if (this.#size === undefined || this.#size === 0) return '';
    const share = Math.min(1, this.#bytes / this.#size);
    const full = Math.round(share * BAR);
    return `[${'#'.repeat(full)}${'·'.repeat(BAR - full)}] ${Math.floor(share * 100)} %  `;
  }
}
