/** The examples, loaded as a user loads them: from the object and the maps file, into any engine. */
import { readFileSync } from 'node:fs';
import {
  type CapturePacket,
  Engine,
  type LoadedObject,
  type MapContents,
  type ObjectEngine,
  type RunResult,
  readPackets,
} from '../../src/index.js';
import { KernelEngine } from '../../src/node.js';

export const example = (name: string): URL => new URL(`../../examples/${name}`, import.meta.url);

export async function packetsOf(capture: string): Promise<CapturePacket[]> {
  const packets: CapturePacket[] = [];
  for await (const batch of readPackets(readFileSync(example(capture)))) packets.push(...batch);
  return packets;
}

export const ENGINES = {
  interpreter: (): Promise<ObjectEngine> => Engine.create({ engine: 'interp' }),
  translator: (): Promise<ObjectEngine> => Engine.create({ engine: 'jit' }),
  kernel: (): Promise<ObjectEngine> => KernelEngine.create(),
} as const;

export type EngineName = keyof typeof ENGINES;

export interface ExampleRun {
  readonly packets: readonly CapturePacket[];
  readonly results: readonly RunResult[];
  readonly object: LoadedObject;
}

/** Runs a capture through an example on an engine and lets `check` look at what came of it. */
export async function runExample(
  engineName: EngineName,
  name: string,
  capture: string,
  check: (run: ExampleRun) => void,
): Promise<void> {
  const packets = await packetsOf(capture);
  const maps = JSON.parse(readFileSync(example(`${name}.maps.json`), 'utf8')) as MapContents;
  const engine = await ENGINES[engineName]();
  try {
    const object = await engine.load(readFileSync(example(`${name}.o`)), { file: `${name}.o`, maps });
    const program = object.program(name);
    await program.ready();
    const results = program.runBatch(packets.map((packet) => packet.data));
    check({ packets, results, object });
  } finally {
    engine.close();
  }
}
