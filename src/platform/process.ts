/** What the core asks of an operating system's processes, where there are any; `node_process.ts` is the real one. */

/** How a process ended. */
export interface ProcessExit {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  /** Name of the signal that ended it, such as SIGSEGV. */
  readonly signal: string | null;
  /** Why it could not be started at all. */
  readonly failure?: string;
}

export interface ProcessListeners {
  /** Text of stdout as it comes. */
  onOutput(text: string): void;
  /** Text of stderr as it comes. */
  onErrorOutput(text: string): void;
  /** Called once, after the last output. */
  onExit(exit: ProcessExit): void;
}

/** A running process. No method throws, whatever state the process is in. */
export interface RunningProcess {
  /** Queues text for its stdin. */
  write(text: string): void;
  /** Ends its stdin. */
  end(): void;
  /** Ends it at once, if it still runs. */
  kill(): void;
}

/**
 * Starts a program: its path, or its name on the PATH, and the arguments as they are, without a shell. That it could not
 * be started is an exit with `failure`, not an exception.
 */
export type StartProcess = (command: readonly string[], listeners: ProcessListeners) => RunningProcess;
