/**
 * One life of an engine's process under the batch protocol: cases go in ahead of the answers, as far as a window allows;
 * answers come in order until all are there or the engine fails. Which case a failure belongs to is said, what to do
 * about it is not decided here.
 */
import type { Answer, ConformanceCase } from '../types.js';
import { caseRequest, type EngineIdentity, helloRequest, readAnswer, readHello } from './batch_protocol.js';
import { describeExit, type EngineProcess } from './engine_process.js';

export interface SessionLimits {
  /** Cases sent ahead of their answers. */
  readonly window: number;
  /** Milliseconds that one case may take. */
  readonly timeout: number;
  /** Milliseconds from the start of the process to its answer to hello. */
  readonly startTimeout: number;
}

/** How an engine failed. */
export interface Fault {
  readonly kind: 'crashed' | 'hung' | 'garbled';
  readonly reason: string;
  /** Indices of cases that may have caused it, the likeliest first. */
  readonly suspects: readonly number[];
  /** Whether it is the first suspect for certain. */
  readonly certain: boolean;
}

/** Characters of requests that may be on their way at once, beyond the first. */
const MAX_AHEAD = 1 << 20;

export class BatchSession {
  /** Whether an answer was seen while stdin was open and nothing else was asked: it flushes each line. */
  #flushes = false;

  private constructor(
    private readonly process: EngineProcess,
    private readonly limits: SessionLimits,
    /** Who it says it is. */
    readonly identity: EngineIdentity,
  ) {}

  /** Asks a process that was just started who it is; a text says why there is no session. */
  static async open(process: EngineProcess, limits: SessionLimits): Promise<BatchSession | string> {
    process.send(helloRequest());
    const event = await process.next(limits.startTimeout);
    if (event.kind === 'line') {
      const hello = readHello(event.line);
      if (hello.ok) return new BatchSession(process, limits, hello.value);
      process.kill();
      return hello.problem;
    }
    process.kill();
    if (event.kind === 'exit') return describeExit(event.exit, process.errors);
    return event.kind === 'flood' ? 'it prints without end' : `no answer to hello within ${limits.startTimeout} ms`;
  }

  /**
   * Puts the cases from `from` on, and writes each answer to its place.
   *
   * @returns what went wrong; undefined when every case has its answer. After a fault the process is dead.
   */
  async run(cases: readonly ConformanceCase[], from: number, answers: Answer[]): Promise<Fault | undefined> {
    let sent = from;
    let ahead = 0;
    const lengths: number[] = [];
    for (let next = from; next < cases.length; next++) {
      const window = this.#flushes ? this.limits.window : 1;
      while (sent < cases.length && sent - next < window && (sent === next || ahead < MAX_AHEAD)) {
        const request = caseRequest(sent, cases[sent] as ConformanceCase);
        this.process.send(request);
        lengths.push(request.length);
        ahead += request.length;
        sent++;
      }
      const fault = await this.#answer(cases, next, answers, from);
      if (fault !== undefined) return this.#failed(fault);
      ahead -= lengths[next - from] as number;
      this.#flushes = true;
    }
    return this.#settle(cases.length - 1, from);
  }

  /** Lets the process come to its end. */
  async close(): Promise<void> {
    await this.process.stop(this.limits.timeout);
  }

  async #answer(
    cases: readonly ConformanceCase[],
    index: number,
    answers: Answer[],
    from: number,
  ): Promise<Fault | undefined> {
    const event = await this.process.next(this.limits.timeout);
    const own = [index];
    const before = index > from ? [index - 1] : [];
    switch (event.kind) {
      case 'exit':
        return {
          kind: 'crashed',
          reason: describeExit(event.exit, this.process.errors),
          suspects: [...own, ...before],
          certain: false,
        };
      case 'timeout': {
        const partial = this.process.unfinishedLine;
        const hint = partial === '' ? '' : `, and a line without its end: ${JSON.stringify(partial.slice(0, 80))}`;
        return {
          kind: 'hung',
          reason: `no answer within ${this.limits.timeout} ms${hint}`,
          suspects: own,
          certain: true,
        };
      }
      case 'flood':
        return { kind: 'garbled', reason: 'it prints without end', suspects: [...own, ...before], certain: false };
    }
    const read = readAnswer(event.line);
    const id = read.ok ? read.value.id : read.id;
    if (id !== undefined && id >= from && id < index) {
      return { kind: 'garbled', reason: 'it answered more than once', suspects: [id], certain: true };
    }
    if (id !== undefined && id !== index) {
      const reason = `the answer to case ${id - from} came before that to case ${index - from} of this run`;
      return { kind: 'garbled', reason, suspects: own, certain: true };
    }
    if (!read.ok) {
      const certain = id !== undefined;
      return { kind: 'garbled', reason: read.problem, suspects: certain ? own : [...own, ...before], certain };
    }
    const problem = memoryProblem(cases[index] as ConformanceCase, read.value.answer);
    if (problem !== undefined) return { kind: 'garbled', reason: problem, suspects: own, certain: true };
    answers[index] = read.value.answer;
    return undefined;
  }

  /** Asks hello again, so that whatever the last case still did comes to light while it can be blamed. */
  async #settle(last: number, from: number): Promise<Fault | undefined> {
    if (last < from) return undefined;
    this.process.send(helloRequest());
    const event = await this.process.next(this.limits.timeout);
    if (event.kind === 'line' && readHello(event.line).ok) return undefined;
    const blame = { suspects: [last], certain: true } as const;
    switch (event.kind) {
      case 'line': {
        const twice = readAnswer(event.line);
        const id = twice.ok ? twice.value.id : twice.id;
        const known = id !== undefined && id >= from && id <= last;
        const reason = known
          ? 'it answered more than once'
          : `after its answer came ${JSON.stringify(event.line.slice(0, 80))}`;
        return this.#failed({ ...blame, kind: 'garbled', reason, ...(known ? { suspects: [id] } : {}) });
      }
      case 'exit':
        return this.#failed({
          ...blame,
          kind: 'crashed',
          reason: `after its answer, ${describeExit(event.exit, this.process.errors)}`,
        });
      case 'flood':
        return this.#failed({ ...blame, kind: 'garbled', reason: 'it prints without end' });
      case 'timeout':
        return this.#failed({ ...blame, kind: 'hung', reason: 'after its answer, it takes no more requests' });
    }
  }

  #failed(fault: Fault): Fault {
    this.process.kill();
    return fault;
  }
}

/** An engine that was given memory says what became of it. */
function memoryProblem({ memory }: ConformanceCase, answer: Answer): string | undefined {
  if (answer.kind !== 'value') return undefined;
  const wanted = memory?.length ?? 0;
  const got = answer.memory?.length ?? 0;
  if (wanted === got) return undefined;
  return answer.memory === undefined ? 'the answer lacks "memory"' : `"memory" has ${got} bytes, not ${wanted}`;
}
