/**
 * Map contents as files hold them, `--maps` and `--dump-maps`: {"map": [{"key": K, "value": V}]}, K and V shaped by
 * BTF, or hex of the bytes in memory order; of per-CPU maps V may be an array, one value a CPU.
 */
import { MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import { toJson } from '../elf/index.js';
import type { EngineMap, LoadedObject, MapContents } from '../engine/types.js';
import type { ByteSink } from '../pipeline/sink.js';
import { BeeswaxError } from '../util/errors.js';
import { toHex } from '../util/hex.js';
import { decodeMapKey, decodeMapValue, isPerCpu, perCpuValues } from './map_values.js';

/** Characters that are worth a write. */
const CHUNK = 64 * 1024;
/** Maps of more entries are written in the engine's order, as sorting takes all of them in memory. */
const MAX_SORTED = 1 << 18;

/** @throws BeeswaxError BEESWAX_E_JSON. */
export function parseMapContents(bytes: Uint8Array, file: string): MapContents {
  const value = parseJson(new TextDecoder().decode(bytes), file);
  if (!isRecord(value)) throw wrongForm(file, 'the document is no object of maps');
  for (const [map, pairs] of Object.entries(value)) {
    if (!Array.isArray(pairs)) throw wrongForm(file, `what stands at ${map} is no array`);
    pairs.forEach((pair: unknown, index) => {
      if (isRecord(pair) && 'key' in pair && 'value' in pair) return;
      throw wrongForm(file, `${map}[${index}] is no object with "key" and "value"`);
    });
  }
  return value as unknown as MapContents;
}

/** @throws BeeswaxError BEESWAX_E_JSON with line and column where the runtime tells them. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { message } = cause as Error;
    const position = /position (\d+)/.exec(message)?.[1];
    const before = position === undefined ? undefined : text.slice(0, Number(position)).split('\n');
    const place = before === undefined ? {} : { line: before.length, column: (before.at(-1) as string).length + 1 };
    throw new BeeswaxError(
      'BEESWAX_E_JSON',
      { what, problem: `this is no JSON (${message.replace(/ in JSON at position.*| \(line.*/, '')})` },
      { location: { file: what, ...place }, cause },
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongForm(file: string, problem: string): BeeswaxError {
  return new BeeswaxError(
    'BEESWAX_E_JSON',
    { what: file, problem },
    {
      suggestion: 'the form is {"map": [{"key": K, "value": V}]}',
    },
  );
}

/** Writes what all maps of an object hold, entry by entry, so that a large map needs no large text. */
export async function dumpMaps(object: LoadedObject, sink: ByteSink, raw: boolean): Promise<void> {
  const encoder = new TextEncoder();
  let text = '{';
  let firstMap = true;
  for (const map of object.maps) {
    const row: MapTypeRow = MAP_TYPES[map.type];
    // The bytes of a program or map reference mean nothing elsewhere.
    if (raw && row.holds !== undefined) continue;
    text += `${firstMap ? '' : ','}\n  ${JSON.stringify(map.name)}: [`;
    firstMap = false;
    let firstEntry = true;
    for (const entry of entriesForFile(map, raw)) {
      text += `${firstEntry ? '' : ','}\n    ${JSON.stringify(entry)}`;
      firstEntry = false;
      if (text.length < CHUNK) continue;
      await sink.write(encoder.encode(text));
      text = '';
    }
    text += firstEntry ? ']' : '\n  ]';
  }
  await sink.write(encoder.encode(`${text}\n}\n`));
  await sink.close();
}

function* entriesForFile(map: EngineMap, raw: boolean): Generator<{ key: unknown; value: unknown }> {
  const { holds }: MapTypeRow = MAP_TYPES[map.type];
  if (holds !== undefined) {
    for (const [key, value] of map.entries()) yield { key: toJson(key), value: toJson(value) };
    return;
  }
  for (const [key, value] of entriesInOrder(map)) {
    if (raw) yield { key: toHex(key), value: rawValue(map, value) };
    else yield { key: toJson(decodeMapKey(map, key)), value: toJson(decodeMapValue(map, value)) };
  }
}

/** By key: engines have orders of their own, and two dumps should differ only where contents do. */
function entriesInOrder({ type, raw }: EngineMap): Iterable<[key: Uint8Array, value: Uint8Array]> {
  const { indexed }: MapTypeRow = MAP_TYPES[type];
  if (indexed || raw.count > MAX_SORTED) return raw.entries();
  return [...raw.entries()].sort(([a], [b]) => compareBytes(a, b));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Hex of a value, or of each CPU's. */
function rawValue(map: EngineMap, value: Uint8Array): string | string[] {
  return isPerCpu(map) ? perCpuValues(map, value).map(toHex) : toHex(value);
}
