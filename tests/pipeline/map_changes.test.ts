/** What a run changed in maps, and how it is told. */
import { describe, expect, it } from 'vitest';
import type { MapTypeName } from '../../src/abi/map_types.js';
import { mapLines, mapsJson } from '../../src/cli/map_report.js';
import { ShapedMap } from '../../src/engine/map.js';
import type { LoadedObject, RawMap } from '../../src/engine/types.js';
import type { MapSpec, Shape } from '../../src/model/map_spec.js';
import { MapSnapshot } from '../../src/pipeline/map_changes.js';
import { style } from '../../src/util/ansi.js';
import { fromHex, toHex } from '../../src/util/hex.js';

const U32: Shape = { kind: 'int', size: 4, signed: false };
const STATS: Shape = {
  kind: 'struct',
  size: 8,
  name: 'stats',
  fields: [
    { name: 'hits', bitOffset: 0, shape: U32 },
    { name: 'last', bitOffset: 32, shape: U32 },
  ],
};

/** A map over hex strings. */
function mapOf(name: string, type: MapTypeName, entries: Map<string, string>, cpus = 1, maxEntries = 8): ShapedMap {
  const spec = {
    name,
    type,
    keySize: 4,
    valueSize: 8,
    maxEntries,
    flags: 0,
    pinning: 'none',
    keyShape: U32,
    valueShape: STATS,
  };
  const raw = {
    ...{ name, type, keySize: 4, valueSize: 8, maxEntries, cpus },
    get count() {
      return entries.size;
    },
    *entries() {
      for (const [key, value] of entries) yield [fromHex(key), fromHex(value)];
    },
  };
  return new ShapedMap(spec as MapSpec, raw as unknown as RawMap);
}

const objectOf = (...maps: ShapedMap[]): LoadedObject => ({ maps }) as unknown as LoadedObject;
const lines = (snapshot: MapSnapshot, top = 10): string[] =>
  snapshot.changes().changed.flatMap((change) => mapLines(change, top, style(false)));

describe('map changes', () => {
  it('tells new, changed and gone entries of a hash', () => {
    const entries = new Map([
      ['01000000', '0100000000000000'],
      ['02000000', '0500000006000000'],
      ['03000000', '0100000000000000'],
    ]);
    const snapshot = new MapSnapshot(objectOf(mapOf('hits', 'hash', entries)));
    entries.set('01000000', '0300000000000000');
    entries.delete('02000000');
    entries.set('04000000', '0a0000000b000000');
    expect(lines(snapshot)).toEqual([
      'hits (hash): 3 entries changed',
      '  1  {hits: 1 → 3}',
      '  4  new {hits: 10, last: 11}',
      '  2  gone, was {hits: 5, last: 6}',
    ]);
    expect(mapsJson(snapshot.changes().changed)).toEqual({
      hits: [
        { key: 1, before: { hits: 1, last: 0 }, after: { hits: 3, last: 0 } },
        { key: 4, after: { hits: 10, last: 11 } },
        { key: 2, before: { hits: 5, last: 6 } },
      ],
    });
  });

  it('sees elements of an array change from and to zeros', () => {
    const entries = new Map([
      ['00000000', '0000000000000000'],
      ['01000000', '0700000000000000'],
    ]);
    const snapshot = new MapSnapshot(objectOf(mapOf('slots', 'array', entries)));
    entries.set('00000000', '0100000000000000');
    entries.set('01000000', '0000000000000000');
    expect(lines(snapshot).slice(1)).toEqual(['  0  {hits: 0 → 1}', '  1  {hits: 7 → 0}']);
  });

  it('shows of per-CPU values the CPUs that changed', () => {
    const entries = new Map([['01000000', '0100000000000000'.repeat(2)]]);
    const snapshot = new MapSnapshot(objectOf(mapOf('each', 'percpu_hash', entries, 2)));
    entries.set('01000000', `0100000000000000${'0900000000000000'}`);
    expect(lines(snapshot).slice(1)).toEqual(['  1  cpu 1: {hits: 1 → 9}']);
  });

  it('shows the first entries and counts the rest', () => {
    const entries = new Map<string, string>();
    const snapshot = new MapSnapshot(objectOf(mapOf('many', 'hash', entries)));
    for (let key = 0; key < 5; key++) entries.set(toHex(Uint8Array.of(key, 0, 0, 0)), '0100000000000000');
    expect(lines(snapshot, 2)).toEqual([
      'many (hash): 5 entries changed',
      '  0  new {hits: 1, last: 0}',
      '  1  new {hits: 1, last: 0}',
      '  and 3 more (--top N shows more, --dump-maps all)',
    ]);
  });

  it('names maps that are too large, and passes those over that hold programs', () => {
    const huge = mapOf('huge', 'array', new Map(), 1, 1 << 20);
    const programs = mapOf('programs', 'prog_array', new Map());
    expect(new MapSnapshot(objectOf(huge, programs)).changes()).toEqual({ changed: [], notCompared: ['huge'] });
  });
});
