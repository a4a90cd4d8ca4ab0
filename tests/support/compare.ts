/** What two engines made of the same packets, as plain values that an assertion can compare and print. */
import { MAP_TYPES, type MapTypeRow } from '../../src/abi/map_types.js';
import type { RawMap } from '../../src/engine/types.js';
import type { RunResult } from '../../src/model/frame.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** What every engine tells of a run. */
export function outcome({ retval, action, packet, metaLength }: RunResult): object {
  return { retval, action, metaLength, packet: hex(packet) };
}

/** All that our own engines tell of a run: why it trapped and where it redirects, too. */
export function wholeOutcome(result: RunResult): object {
  return { ...outcome(result), trap: result.trap, redirect: result.redirect };
}

/**
 * The contents of maps as sorted text; of per-CPU maps what CPU 0 has, where the tests run. Maps whose values are
 * programs, maps or devices are left out: each engine numbers these in its own way.
 */
export function contents(maps: ReadonlyMap<string, RawMap>): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [name, map] of maps) {
    const { holds }: MapTypeRow = MAP_TYPES[map.type];
    if (holds !== undefined) continue;
    out[name] = [...map.entries()]
      .map(([key, value]) => `${hex(key)} = ${hex(value.subarray(0, map.valueSize))}`)
      .sort();
  }
  return out;
}
