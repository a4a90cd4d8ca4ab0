/**
 * An engine behind the batch protocol as one under test: its process is restarted whenever it fails, and a failure costs
 * exactly the case that caused it. Where that is not certain, the suspects are run again, each alone in a process.
 */
import type { StartProcess } from '../../platform/process.js';
import { BeeswaxError } from '../../util/errors.js';
import type { EngineIdentity } from '../plugin/batch_protocol.js';
import { BatchSession, type Fault, type SessionLimits } from '../plugin/batch_session.js';
import { EngineProcess } from '../plugin/engine_process.js';
import type { Answer, ConformanceCase, EngineUnderTest } from '../types.js';

export interface BatchEngineOptions {
  /** Program and arguments, without a shell. */
  readonly command: readonly string[];
  readonly start: StartProcess;
  /** Cases sent ahead of their answers; 64 by default. */
  readonly window?: number;
  /** Milliseconds that one case may take; 5,000 by default. */
  readonly timeout?: number;
  /** Milliseconds that the process may take to its first word; 15,000 by default. */
  readonly startTimeout?: number;
}

/** Starts in a row that may fail before the rest of the cases is given up. */
const MAX_FAILED_STARTS = 3;

export class BatchEngine implements EngineUnderTest {
  readonly name: string;
  readonly version: string;
  readonly claims: EngineIdentity['claims'];
  readonly cpu: NonNullable<EngineIdentity['cpu']>;
  /** Processes started after the first. */
  restarts = 0;
  readonly #options: BatchEngineOptions;
  readonly #limits: SessionLimits;
  #session: BatchSession | undefined;

  private constructor(options: BatchEngineOptions, limits: SessionLimits, session: BatchSession) {
    const { name, version, claims, cpu = 'ext' } = session.identity;
    this.name = name;
    this.version = version;
    this.claims = claims;
    this.cpu = cpu;
    this.#options = options;
    this.#limits = limits;
    this.#session = session;
  }

  /**
   * Starts the engine and asks who it is.
   *
   * @throws BeeswaxError BEESWAX_E_CONFORMANCE_ENGINE when it does not start, or does not speak the protocol.
   */
  static async open(options: BatchEngineOptions): Promise<BatchEngine> {
    const { window = 64, timeout = 5000, startTimeout = 15_000 } = options;
    const limits = { window: Math.max(1, window), timeout, startTimeout };
    const session = await BatchSession.open(newProcess(options), limits);
    if (typeof session === 'string') {
      throw new BeeswaxError('BEESWAX_E_CONFORMANCE_ENGINE', { command: options.command.join(' '), problem: session });
    }
    return new BatchEngine(options, limits, session);
  }

  async run(cases: readonly ConformanceCase[]): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    let failedStarts = 0;
    while (answers.length < cases.length) {
      const session = await this.#open();
      if (typeof session === 'string') {
        if (++failedStarts < MAX_FAILED_STARTS) continue;
        const reason = `it does not start again: ${session}`;
        while (answers.length < cases.length) answers.push({ kind: 'crashed', reason });
        return answers;
      }
      failedStarts = 0;
      const fault = await session.run(cases, answers.length, answers);
      if (fault === undefined) continue;
      this.#session = undefined;
      await this.#settle(cases, answers, fault);
    }
    return answers;
  }

  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  /** Gives the case that caused a fault its answer; suspects that turn out innocent get theirs. */
  async #settle(cases: readonly ConformanceCase[], answers: Answer[], fault: Fault): Promise<void> {
    const { kind, reason, suspects } = fault;
    if (fault.certain) {
      answers[suspects[0] as number] = { kind, reason };
      return;
    }
    for (const suspect of suspects) {
      const alone = await this.#alone(cases[suspect] as ConformanceCase);
      answers[suspect] = alone;
      if (alone.kind === 'crashed' || alone.kind === 'hung' || alone.kind === 'garbled') return;
    }
  }

  /** One case in a process of its own. */
  async #alone(test: ConformanceCase): Promise<Answer> {
    this.restarts++;
    const session = await BatchSession.open(newProcess(this.#options), this.#limits);
    if (typeof session === 'string') return { kind: 'crashed', reason: `it does not start again: ${session}` };
    const answers: Answer[] = [];
    const fault = await session.run([test], 0, answers);
    if (fault !== undefined) return { kind: fault.kind, reason: fault.reason };
    await session.close();
    return answers[0] as Answer;
  }

  async #open(): Promise<BatchSession | string> {
    if (this.#session !== undefined) return this.#session;
    this.restarts++;
    const session = await BatchSession.open(newProcess(this.#options), this.#limits);
    if (typeof session !== 'string') this.#session = session;
    return session;
  }
}

function newProcess({ start, command }: BatchEngineOptions): EngineProcess {
  return new EngineProcess(start, command);
}
