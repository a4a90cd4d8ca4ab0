/** What the core asks of a JavaScript runtime beyond the language and the web's common interfaces. */

/** One end of a connection to a worker. */
export interface MessagePortLike {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** A worker as its owner sees it. */
export interface WorkerLike extends MessagePortLike {
  /** Called once, when the worker threw or could not start. */
  onError(listener: (error: unknown) => void): void;
  /** Whether the worker keeps the process alive; without meaning in a page. */
  keepAlive(alive: boolean): void;
  terminate(): void;
}

/** The functions that `#platform` resolves to in each runtime (package.json, `imports`). */
export interface Platform {
  /**
   * The bytes of a file that is shipped beside the code.
   *
   * @throws whatever the runtime throws when it is not there.
   */
  readAsset(url: URL): Promise<Uint8Array>;
  /** Starts a module worker. */
  startWorker(url: URL): WorkerLike;
  /** Inside a worker the port to its owner; undefined elsewhere. */
  ownerPort(): MessagePortLike | undefined;
  /** Nanoseconds that never go back: since the machine's start, or the page's. */
  monotonic(): bigint;
  /** Number of logical processors, at least 1. */
  processors(): number;
}
