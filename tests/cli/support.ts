/** Runs the built command line as users do, and makes the files that its tests feed it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { PcapEncoder } from '../../src/packet/index.js';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const MAIN = join(ROOT, 'dist/cli/main.js');

if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: run \`npm run build\` first`);

export interface Finished {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface SpawnOptions {
  readonly input?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
  /** The program and its first words; Node with the built command line by default. */
  readonly runtime?: readonly string[];
  readonly cwd?: string;
}

/** Runs `beeswax WORDS…` to its end. */
export function beeswax(words: readonly string[], options: SpawnOptions = {}): Finished {
  const [command, ...first] = options.runtime ?? [process.execPath];
  const done = spawnSync(command as string, [...first, MAIN, ...words], {
    cwd: options.cwd ?? ROOT,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: '1', ...options.env },
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

/** Runs a command that must succeed with `--json`, and gives its document. */
export function json<T>(words: readonly string[], options?: SpawnOptions): T {
  const { code, out, err } = beeswax([...words, '--json'], options);
  if (code !== 0) throw new Error(`exit ${code}\n${err}`);
  return JSON.parse(out) as T;
}

/** A folder for the files of a test file, removed at its end. */
export function folder(): {
  path(name: string): string;
  write(name: string, data: Uint8Array | string): string;
  read(name: string): string;
} {
  const root = mkdtempSync(join(tmpdir(), 'beeswax-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const path = (name: string): string => join(root, name);
  return {
    path,
    write(name, data) {
      writeFileSync(path(name), data);
      return path(name);
    },
    read: (name) => readFileSync(path(name), 'utf8'),
  };
}

/** A pcap of Ethernet packets, a second apart. */
export function pcapOf(packets: readonly Uint8Array[]): Uint8Array {
  const encoder = new PcapEncoder();
  encoder.addInterface({});
  packets.forEach((data, index) => {
    encoder.addPacket({ data, timestamp: BigInt(index) * 1_000_000_000n });
  });
  return encoder.take();
}

/** Twenty bytes of a frame, the last of which is `last`. */
export function frame(last: number): Uint8Array {
  const bytes = Uint8Array.from({ length: 20 }, (_, index) => index);
  bytes[19] = last;
  return bytes;
}

/**
 * Judges by the last of 20 bytes: even ones pass, odd ones are dropped, 7 makes it read far outside. Counts packets by
 * that byte's low two bits, and writes 0xee over the first byte.
 */
export const JUDGE = `
.license GPL
.map counts, array, 4, 8, 4
.section xdp
.program judge xdp
judge:
  r7 = *(u32 *)(r1 + 0x0)
  r8 = *(u32 *)(r1 + 0x4)
  r2 = r7
  r2 += 20
  if r2 > r8 goto pass
  r6 = *(u8 *)(r7 + 19)
  *(u8 *)(r7 + 0) = 0xee
  if r6 != 7 goto count
  r0 = *(u8 *)(r7 + 0x4000)
count:
  r3 = r6
  r3 &= 3
  *(u32 *)(r10 - 4) = r3
  r1 = &map(counts) ll
  r2 = r10
  r2 += -4
  call map_lookup_elem
  if r0 == 0 goto pass
  r1 = *(u64 *)(r0 + 0)
  r1 += 1
  *(u64 *)(r0 + 0) = r1
  r6 &= 1
  if r6 != 0 goto drop
pass:
  r0 = 2
  exit
drop:
  r0 = 1
  exit
`;
