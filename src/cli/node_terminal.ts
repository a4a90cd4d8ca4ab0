/** The terminal of a real process: standard streams, files, signals, and the engines that this machine has. */
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectEngine } from '../engine/types.js';
import type { ByteSink } from '../pipeline/sink.js';
import { FileSink, fileSize, readFileChunks, StreamSink, sameFile } from '../platform/node_files.js';
import { BeeswaxError } from '../util/errors.js';
import type { EngineChoice } from './options.js';
import type { ByteInput, Terminal } from './terminal.js';

const STANDARD = '-';

/** Reasons of the file system in words. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is no directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
};

export function nodeTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  const colors = (stream: { isTTY?: boolean }): boolean =>
    stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    colorOut: colors(stdout),
    colorErr: colors(stderr),
    interactive: stderr.isTTY === true && env.TERM !== 'dumb',
    debug: env.BEESWAX_DEBUG === '1',
    read,
    open,
    create,
    filesOf,
    makeFolder,
    sameFile,
    openEngine,
    interruption,
  };
}

async function read(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (await open(path)).chunks) {
    chunks.push(chunk);
    length += chunk.length;
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function open(path: string, onRead?: (bytes: number) => void): Promise<ByteInput> {
  if (path === STANDARD) return { chunks: process.stdin, size: undefined };
  const size = await fileSize(path).catch((cause) => fileError(path, 'read', cause));
  return { chunks: named(path, readFileChunks(path, onRead)), size };
}

async function create(path: string): Promise<ByteSink> {
  if (path === STANDARD) return new StreamSink(process.stdout);
  const fail = (cause: unknown): never => fileError(path, 'write', cause);
  const sink = await FileSink.open(path).catch(fail);
  return { write: (bytes) => sink.write(bytes).catch(fail), close: () => sink.close().catch(fail) };
}

async function filesOf(path: string, ending: string): Promise<readonly string[]> {
  const read = (cause: unknown): never => fileError(path, 'read', cause);
  if (!(await stat(path).catch(read)).isDirectory()) return [path];
  const names = await readdir(path, { recursive: true }).catch(read);
  return names
    .filter((name) => name.endsWith(ending))
    .map((name) => join(path, name))
    .sort();
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause) => fileError(path, 'write', cause));
}

/** Errors of the file as catalogued ones. */
async function* named(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await iterator.next().catch((cause) => fileError(path, 'read', cause));
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    await iterator.return?.();
  }
}

function fileError(path: string, operation: 'read' | 'write', cause: unknown): never {
  const { code, message } = cause as { code?: string; message: string };
  const reason = REASONS[code ?? ''] ?? message;
  throw new BeeswaxError('BEESWAX_E_FILE', { path, operation, reason }, { cause });
}

async function openEngine(choice: EngineChoice, onTrace: (line: string) => void): Promise<ObjectEngine> {
  if (choice === 'kernel') {
    const { KernelEngine } = await import('../engine/kernel_engine.js');
    return KernelEngine.create();
  }
  const { Engine } = await import('../engine/engine.js');
  return Engine.create({ engine: choice, trace: onTrace });
}

function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    controller.abort();
    // A stream that waits for more would keep the process.
    process.stdin.destroy();
    process.once('SIGINT', () => process.exit(130));
  });
  return controller.signal;
}
