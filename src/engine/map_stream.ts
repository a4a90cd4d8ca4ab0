/**
 * What programs write for user space, as an async iterator: records of a ring buffer, events of a perf_event_array.
 * A record stays in its ring until it is asked for, so a slow reader leaves no room for new ones: these are lost and
 * counted. The reader gets its turns when whoever runs packets awaits something.
 */
export interface StreamSource<T> {
  /** Whether the map is still there. */
  isOpen(): boolean;
  /** What is there now, undefined when nothing is. */
  next(): T | undefined;
  /** How many could not be written. */
  lost(): bigint;
  /** Calls back at the next wake-up; returns how to stop waiting. */
  wait(resolve: () => void): () => void;
  close(): void;
}

export class MapStream<T> implements AsyncIterableIterator<T> {
  readonly #source: StreamSource<T>;
  #closed = false;
  #lost = 0n;
  #stopWaiting: (() => void) | undefined;

  constructor(source: StreamSource<T>) {
    this.#source = source;
  }

  /** Records that could not be written as there was no room. */
  get lost(): bigint {
    if (!this.#closed && this.#source.isOpen()) this.#lost = this.#source.lost();
    return this.#lost;
  }

  /** Takes what is there now, without waiting; another look, when nothing said that there is more (BPF_RB_NO_WAKEUP). */
  *drain(): Generator<T, void> {
    for (let item = this.#take(); item !== undefined; item = this.#take()) yield item;
  }

  /** The next record, as soon as there is one; done when the stream is closed. One call at a time. */
  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const item = this.#take();
      if (item !== undefined) return { done: false, value: item };
      if (this.#closed) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        const stop = this.#source.wait(resolve);
        this.#stopWaiting = () => {
          stop();
          resolve();
        };
      });
      this.#stopWaiting?.();
      this.#stopWaiting = undefined;
    }
  }

  /** Ends the stream (so does leaving a `for await`). What was not read stays in a ring buffer; events are gone. */
  async return(): Promise<IteratorResult<T, undefined>> {
    this.close();
    return { done: true, value: undefined };
  }

  close(): void {
    if (this.#closed) return;
    if (this.#source.isOpen()) this.#lost = this.#source.lost();
    this.#closed = true;
    this.#source.close();
    this.#stopWaiting?.();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #take(): T | undefined {
    if (!this.#closed && !this.#source.isOpen()) this.close();
    return this.#closed ? undefined : this.#source.next();
  }
}
