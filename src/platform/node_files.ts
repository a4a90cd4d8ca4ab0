/** Files and standard streams of Node, Deno and Bun, as the chunks and sinks that the core knows. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Writable } from 'node:stream';

const CHUNK = 1 << 20;

/**
 * The bytes of a file in chunks of up to a mebibyte, each in memory of its own.
 *
 * @param onRead called with the number of bytes read so far
 * @throws whatever the file system throws
 */
export async function* readFileChunks(
  path: string,
  onRead?: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  const file = await open(path, 'r');
  try {
    let total = 0;
    for (;;) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(CHUNK), 0, CHUNK);
      if (bytesRead === 0) return;
      total += bytesRead;
      onRead?.(total);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Size in bytes, undefined for pipes and devices. @throws whatever the file system throws */
export async function fileSize(path: string): Promise<number | undefined> {
  const stats = await stat(path);
  return stats.isFile() ? stats.size : undefined;
}

/** Whether two paths lead to one existing file. */
export async function sameFile(a: string, b: string): Promise<boolean> {
  try {
    const [first, second] = await Promise.all([stat(a), stat(b)]);
    return first.isFile() && first.dev === second.dev && first.ino === second.ino;
  } catch {
    return false;
  }
}

/** A file that is written from its start; what it held is gone. */
export class FileSink {
  private constructor(private readonly file: FileHandle) {}

  /** @throws whatever the file system throws */
  static async open(path: string): Promise<FileSink> {
    return new FileSink(await open(path, 'w'));
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += (await this.file.write(bytes, at, bytes.length - at)).bytesWritten;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/** A stream that stays open when the sink is closed, such as stdout. */
export class StreamSink {
  constructor(private readonly stream: Writable) {}

  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.stream.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  async close(): Promise<void> {}
}
