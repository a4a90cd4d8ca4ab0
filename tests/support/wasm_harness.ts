/**
 * Runs a case of `tests/cases` on a back end, with nothing between the case and the Wasm modules but the runtime's
 * own loading: no engine, no object file.
 */

import { Arena, MapRecord } from '../../src/abi/layout.js';
import { MAP_TYPES } from '../../src/abi/map_types.js';
import { verify } from '../../src/analysis/verify.js';
import { assemble } from '../../src/asm/assemble.js';
import { hookOf } from '../../src/hooks/index.js';
import type { ContextValues } from '../../src/model/frame.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import type { Program } from '../../src/model/program.js';
import { addressProgram, type PlacedProgram } from '../../src/runtime/address.js';
import { PacketBatch } from '../../src/runtime/batch.js';
import { installInterpreter } from '../../src/runtime/install.js';
import { Runtime } from '../../src/runtime/runtime.js';
import { trapCode } from '../../src/runtime/traps.js';
import { bytes, type Case, hex, type TrapReason, type Want } from '../cases/types.js';

/** Puts code behind the programs' table slots. All programs have interpreter code already when it is called. */
export interface Backend {
  readonly name: string;
  install(runtime: Runtime, programs: readonly PlacedProgram[]): void | Promise<void>;
}

export const interpreter: Backend = { name: 'interpreter', install: () => {} };

const MEMORY = 32 * 2 ** 20;
const FUEL = 1n << 20n;
const DEFAULT_PACKET = '00'.repeat(16);

type MapExports = {
  map_create(type: number, keySize: number, valueSize: number, maxEntries: number, flags: number): number;
  map_update(record: number, key: number, value: number, flags: number): number;
};

export interface Loaded {
  readonly runtime: Runtime;
  /** In the order of the text. */
  readonly programs: readonly PlacedProgram[];
  readonly maps: ReadonlyMap<string, number>;
  readonly trace: string[];
}

/** What is loaded: the text of a case, assembled, or programs made otherwise. */
export interface Loadable {
  readonly programs: readonly Program[];
  readonly maps: readonly MapSpec[];
}

export type LoadOptions = Pick<Case, 'fuel' | 'helpers' | 'clock' | 'random'>;

/** Loads programs and maps into an engine of their own. */
export async function loadPrograms(loadable: Loadable, backend: Backend, options: LoadOptions = {}): Promise<Loaded> {
  const trace: string[] = [];
  const runtime = await Runtime.create({
    memory: MEMORY,
    cpus: 1,
    fuel: options.fuel ?? FUEL,
    seed: 1n,
    wasm: undefined,
    trace: (line) => trace.push(line),
    ...(options.helpers === undefined ? {} : { helpers: options.helpers }),
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.random === undefined ? {} : { random: options.random }),
  });
  const maps = new Map(loadable.maps.map((spec) => [spec.name, createMap(runtime, spec)]));
  const programs = loadable.programs.map((program) =>
    addressProgram(runtime, verify(program, { customHelpers: runtime.host.customHelpers }), maps),
  );
  installInterpreter(runtime, programs);
  await backend.install(runtime, programs);
  return { runtime, programs, maps, trace };
}

/** Loads the programs and maps of a case. */
export async function load(test: Case, backend: Backend): Promise<Loaded> {
  const helpers = new Map((test.helpers ?? []).map(({ name, id }) => [name, id]));
  const loaded = await loadPrograms(assemble(test.asm, { type: test.type ?? 'raw', helpers }), backend, test);
  const { runtime, programs, maps } = loaded;
  for (const [name, slots] of Object.entries(test.slots ?? {})) {
    for (const [index, program] of slots) {
      const placed = programs.find(({ verified }) => verified.program.name === program);
      if (placed === undefined) throw new Error(`no program ${program}`);
      setElement(runtime, maps, name, u32(index), u32(placed.index));
    }
  }
  for (const [name, elements] of Object.entries(test.elements ?? {})) {
    for (const [key, value] of elements) setElement(runtime, maps, name, bytes(key), bytes(value));
  }
  return loaded;
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function createMap(runtime: Runtime, spec: MapSpec): number {
  const exports = runtime.exports as unknown as MapExports;
  const record = exports.map_create(MAP_TYPES[spec.type].id, spec.keySize, spec.valueSize, spec.maxEntries, spec.flags);
  if (record < 0 && record > -4096) throw new Error(`map ${spec.name}: errno ${-record}`);
  runtime.nameMap(record >>> 0, spec.name);
  return record >>> 0;
}

function setElement(
  runtime: Runtime,
  maps: ReadonlyMap<string, number>,
  name: string,
  key: Uint8Array,
  value: Uint8Array,
): void {
  const at = runtime.allocate(Arena.HEAP, 1024, 8, 'an element');
  runtime.memory.u8.set(key, at);
  runtime.memory.u8.set(value, at + 512);
  const result = (runtime.exports as unknown as MapExports).map_update(maps.get(name) as number, at, at + 512, 0);
  if (result !== 0) throw new Error(`map ${name}: errno ${-result}`);
}

/** Runs the first program of what was loaded on a packet. */
export function runPacket(
  { runtime, programs, trace }: Loaded,
  packet: Uint8Array,
  meta?: Uint8Array,
  context?: ContextValues,
): Outcome {
  const type = programs[0]?.verified.program.type ?? 'raw';
  // Cases want what is refused to packets that are too short for a hook, too.
  const batch = new PacketBatch(runtime, 1, { grows: false, ...hookOf(type), minimumLength: 0 });
  batch.add(packet, {
    ...(meta === undefined ? {} : { meta }),
    ...(context === undefined ? {} : { context }),
  });
  trace.length = 0;
  runtime.exports.run_batch((programs[0] as PlacedProgram).index, batch.descriptors, 1, 0);
  const trap = batch.trapCode(0) === 0 ? undefined : batch.trap(0);
  const redirect = batch.redirect(0);
  const after = batch.packet(0);
  const contextAfter = batch.context(0);
  const outcome: Outcome = {
    retval: batch.retval(0),
    ...(trap === undefined ? { r0: batch.retval(0) } : {}),
    packet: hex(after),
    ...(contextAfter === undefined ? {} : { context: contextAfter }),
    ...(after.length >= 8 ? { u64: new DataView(after.buffer, after.byteOffset).getBigUint64(0, true) } : {}),
    ...(trap === undefined
      ? {}
      : {
          trap: {
            reason: trapCode(trap.code).replace('BEESWAX_E_TRAP_', '') as TrapReason,
            pc: trap.pc,
            value: trap.value,
          },
          trappedIn: runtime.programs.name(trap.program),
        }),
    ...(redirect === undefined
      ? {}
      : { redirect: { kind: redirect.kind, key: redirect.kind === 'map' ? redirect.key : redirect.ifindex } }),
    trace: [...trace],
  };
  batch.close();
  return outcome;
}

/** What a run gave, in the form in which cases say what they want. */
export interface Outcome extends Want {
  /** As the descriptor has it: 0 after a trap. */
  readonly retval: number;
  readonly trappedIn?: string;
}

/** What a case must give, for `toMatchObject`. */
export function wanted({ want }: Case): Want {
  return want.packet === undefined ? want : { ...want, packet: want.packet.replace(/\s+/g, '') };
}

/** Loads and runs a case. */
export async function run(test: Case, backend: Backend): Promise<Outcome> {
  const loaded = await load(test, backend);
  const outcome = runPacket(
    loaded,
    bytes(test.packet ?? DEFAULT_PACKET),
    test.meta === undefined ? undefined : bytes(test.meta),
    test.context,
  );
  try {
    loaded.runtime.host.rethrow();
  } catch {
    // A helper of the case threw on purpose: the trap says so.
  }
  return outcome;
}

/** The value of an array map's only element. */
export function firstValue({ runtime, maps }: Loaded, name: string): Uint8Array {
  const record = maps.get(name) as number;
  return runtime.memory.copy(
    runtime.memory.getU32(record + MapRecord.VALUES),
    runtime.memory.getU32(record + MapRecord.VALUE_SIZE),
  );
}
