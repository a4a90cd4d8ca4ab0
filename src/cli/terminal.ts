/**
 * What a command knows of the world: text out, bytes in and out, engines. The real one is `node_terminal.ts`; tests
 * give their own.
 */
import type { ObjectEngine } from '../engine/types.js';
import type { ByteSink } from '../pipeline/sink.js';
import type { EngineChoice } from './options.js';

export interface ByteInput {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** In bytes, where it is known. */
  readonly size: number | undefined;
}

export interface Terminal {
  /** Writes text to stdout as it is. */
  out(text: string): void;
  /** Writes text to stderr as it is. */
  err(text: string): void;
  /** Whether stdout and stderr take colours. */
  readonly colorOut: boolean;
  readonly colorErr: boolean;
  /** Whether someone watches stderr, so that progress is worth showing. */
  readonly interactive: boolean;
  /** Whether unexpected errors show their stack. */
  readonly debug: boolean;
  /**
   * All bytes of a file, or of stdin for `-`.
   *
   * @throws BeeswaxError BEESWAX_E_FILE.
   */
  read(path: string): Promise<Uint8Array>;
  /**
   * The bytes of a file as they come, or of stdin for `-`; errors of the file come while reading.
   *
   * @param onRead called with the number of bytes read so far
   */
  open(path: string, onRead?: (bytes: number) => void): Promise<ByteInput>;
  /** Opens a file for writing, or stdout for `-`. @throws BeeswaxError BEESWAX_E_FILE. */
  create(path: string): Promise<ByteSink>;
  /** The file itself, or those of a folder and its folders whose names end so, sorted. @throws BeeswaxError BEESWAX_E_FILE. */
  filesOf(path: string, ending: string): Promise<readonly string[]>;
  /** Makes a folder, where it is not there yet. @throws BeeswaxError BEESWAX_E_FILE. */
  makeFolder(path: string): Promise<void>;
  /** Whether two paths lead to one file. */
  sameFile(a: string, b: string): Promise<boolean>;
  /** The engine that an `--engine` word stands for, with lines of bpf_trace_printk going to `onTrace`. */
  openEngine(choice: EngineChoice, onTrace: (line: string) => void): Promise<ObjectEngine>;
  /** A signal that the next interruption by the user (Ctrl-C) aborts; the one after it ends the process. */
  interruption(): AbortSignal;
}
