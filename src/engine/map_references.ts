/**
 * What maps hold that is no plain value, as a user sees it: a prog_array holds programs, a map of maps holds maps. The
 * bytes of such a reference mean something to one engine only.
 */
import type { MapSpec } from '../model/map_spec.js';
import { borrowMap, createMap, type WasmMap } from '../runtime/maps.js';
import type { Runtime } from '../runtime/runtime.js';
import { BeeswaxError } from '../util/errors.js';
import type { EntryPrograms } from './entry_references.js';
import { type References, ShapedMap } from './map.js';
import { chooseMap } from './object.js';
import { WasmProgram } from './program.js';

/** An inner map to be made: the model's size unless said, and what it holds at first. */
export interface InnerMapContents {
  readonly maxEntries?: number;
  readonly contents?: Iterable<{ readonly key: unknown; readonly value: unknown }>;
}

const u32 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
};

const readU32 = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);

function programOf(programs: ReadonlyMap<string, WasmProgram>, value: unknown): WasmProgram {
  const program = value instanceof WasmProgram ? value : programs.get(String(value));
  if (program !== undefined) return program;
  throw new BeeswaxError('BEESWAX_E_NO_SUCH_PROGRAM', { name: String(value), programs: [...programs.keys()] });
}

/** A prog array holds program indices; to the user these are programs, or their names. */
export function programReferences(programs: ReadonlyMap<string, WasmProgram>): References {
  const byIndex = new Map([...programs.values()].map((program) => [program.placed.index, program.name]));
  return {
    toBytes(value) {
      return u32(programOf(programs, value).placed.index);
    },
    fromBytes(bytes) {
      const index = readU32(bytes);
      return byIndex.get(index) ?? index;
    },
  };
}

/** Entries of devmaps and cpumaps hold a program's index + 1. */
export function entryPrograms(programs: ReadonlyMap<string, WasmProgram>): EntryPrograms {
  const names = new Map([...programs.values()].map((program) => [program.placed.index + 1, program.name]));
  return {
    find(value) {
      const program = programOf(programs, value);
      return { name: program.name, section: program.section, number: program.placed.index + 1 };
    },
    show: (number) => names.get(number) ?? number,
  };
}

/**
 * A map of maps holds records' addresses; to the user these are maps. It takes a map, the name of a map of the object,
 * the pairs of a new map, or `InnerMapContents`.
 *
 * @param maps the object's maps by name, which may still grow
 */
export function mapReferences(runtime: Runtime, outer: MapSpec, maps: ReadonlyMap<string, ShapedMap>): References {
  const inner = outer.inner;
  const made = (value: object): ShapedMap => {
    if (inner === undefined) throw notAMap(outer, value);
    const { maxEntries = inner.maxEntries, contents = [] } = isIterable(value)
      ? { contents: value as Iterable<{ key: unknown; value: unknown }> }
      : (value as InnerMapContents);
    const spec = { ...inner, maxEntries };
    const map = new ShapedMap(spec, createMap(runtime, spec));
    try {
      for (const pair of contents) map.set(pair.key, pair.value);
    } catch (error) {
      (map.raw as WasmMap).close();
      throw error;
    }
    return map;
  };
  return {
    toBytes(value) {
      if (typeof value === 'string') return u32(recordOf(chooseMap(maps, value), outer));
      if (value instanceof ShapedMap) return u32(recordOf(value, outer));
      if (value instanceof Uint8Array || typeof value !== 'object' || value === null) throw notAMap(outer, value);
      const map = made(value);
      // From now on only the outer map holds it.
      return { bytes: u32(recordOf(map, outer)), release: () => (map.raw as WasmMap).close() };
    },
    fromBytes(bytes) {
      const record = readU32(bytes);
      for (const map of maps.values()) if ((map.raw as WasmMap).record === record) return map;
      const spec = { ...(inner as MapSpec), maxEntries: 0 };
      const raw = borrowMap(runtime, spec, record);
      return new ShapedMap({ ...spec, maxEntries: raw.maxEntries }, raw);
    },
  };
}

function isIterable(value: object): boolean {
  return Symbol.iterator in value;
}

function recordOf(map: ShapedMap, outer: MapSpec): number {
  if (!('record' in map.raw)) throw notAMap(outer, map);
  return (map.raw as WasmMap).record;
}

function notAMap(outer: MapSpec, value: unknown): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_VALUE_SHAPE', {
    path: `${outer.name}.value`,
    wanted: "a map of this engine, a map's name, or what a new inner map shall hold",
    got: value === null ? 'null' : value instanceof ShapedMap ? `the kernel's map ${value.name}` : typeof value,
  });
}
