/**
 * What a run changed in the maps of an object: their bytes before, compared with those after. Kept in memory, so that
 * maps of very many entries are left out and named.
 */
import { MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import type { EngineMap, LoadedObject, RawMap } from '../engine/types.js';
import { fromHex, toHex } from '../util/hex.js';

/** Entries of a map beyond which it is not compared. */
const MAX_ENTRIES = 1 << 18;

export interface EntryChange {
  readonly key: Uint8Array;
  /** Absent for a new entry; of an array that was all zeros, the zeros. */
  readonly before?: Uint8Array;
  /** Absent for an entry that is gone. */
  readonly after?: Uint8Array;
}

export interface MapChange {
  readonly map: EngineMap;
  readonly changes: readonly EntryChange[];
}

export interface MapChanges {
  readonly changed: readonly MapChange[];
  /** Names of maps with too many entries to compare. */
  readonly notCompared: readonly string[];
}

export class MapSnapshot {
  readonly #maps: readonly { readonly map: EngineMap; readonly entries: ReadonlyMap<string, Uint8Array> | undefined }[];

  /** Takes what the maps of an object hold now. Maps that hold programs or maps are no concern of packets. */
  constructor(object: LoadedObject) {
    this.#maps = object.maps
      .filter(({ type }) => (MAP_TYPES[type] as MapTypeRow).holds === undefined)
      .map((map) => ({ map, entries: entriesOf(map) }));
  }

  /** What changed since. */
  changes(): MapChanges {
    const changed: MapChange[] = [];
    const notCompared: string[] = [];
    for (const { map, entries: before } of this.#maps) {
      const after = before === undefined ? undefined : entriesOf(map);
      if (before === undefined || after === undefined) notCompared.push(map.name);
      else {
        const changes = compare(map, before, after);
        if (changes.length > 0) changed.push({ map, changes });
      }
    }
    return { changed, notCompared };
  }
}

/** The entries by key in hex, without elements of arrays that are all zeros; undefined for too many. */
function entriesOf({ raw, type }: EngineMap): ReadonlyMap<string, Uint8Array> | undefined {
  const { indexed }: MapTypeRow = MAP_TYPES[type];
  if ((indexed ? raw.maxEntries : raw.count) > MAX_ENTRIES) return undefined;
  const entries = new Map<string, Uint8Array>();
  for (const [key, value] of raw.entries()) {
    if (indexed && value.every((byte) => byte === 0)) continue;
    entries.set(toHex(key), value);
  }
  return entries;
}

function compare(
  map: EngineMap,
  before: ReadonlyMap<string, Uint8Array>,
  after: ReadonlyMap<string, Uint8Array>,
): EntryChange[] {
  const { indexed }: MapTypeRow = MAP_TYPES[map.type];
  const absent = (): { readonly value?: Uint8Array } => (indexed ? { value: zeros(map.raw) } : {});
  const changes: EntryChange[] = [];
  const add = (key: string, old: Uint8Array | undefined, now: Uint8Array | undefined): void => {
    const was = old ?? absent().value;
    const is = now ?? absent().value;
    changes.push({
      key: fromHex(key) as Uint8Array,
      ...(was === undefined ? {} : { before: was }),
      ...(is === undefined ? {} : { after: is }),
    });
  };
  for (const [key, value] of after) {
    const old = before.get(key);
    if (old === undefined || !equal(old, value)) add(key, old, value);
  }
  for (const [key, value] of before) if (!after.has(key)) add(key, value, undefined);
  return changes;
}

function zeros({ valueSize, cpus }: RawMap): Uint8Array {
  return new Uint8Array(cpus === 1 ? valueSize : cpus * Math.ceil(valueSize / 8) * 8);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
