/**
 * 10,000 damaged objects, made from the fixtures by a seeded generator: each is served or answered with a catalogued
 * error, quickly. A failure prints the seed, which makes the same object again.
 */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeValue, linkCore, linkProgram, readElfObject } from '../../src/elf/index.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { fixturePaths } from './support.js';

const COUNT = 10_000;
/** No object of a few kilobytes may take longer, in milliseconds. */
const PATIENCE = 5_000;

/** xorshift32: reproducible anywhere. */
function generator(seed: number): (below: number) => number {
  let state = seed * 2654435761 + 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const INTERESTING = [0, 1, 7, 8, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];

type Mutation = (bytes: Uint8Array, random: (below: number) => number) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  // A few bytes of noise anywhere.
  (bytes, random) => {
    for (let n = 1 + random(8); n > 0; n--) bytes[random(bytes.length)] = random(256);
    return bytes;
  },
  // A word that parsers stumble over, aligned.
  (bytes, random) => {
    const view = new DataView(bytes.buffer);
    for (let n = 1 + random(4); n > 0; n--) {
      view.setUint32(random(bytes.length >> 2) * 4, INTERESTING[random(INTERESTING.length)] as number, true);
    }
    return bytes;
  },
  // The same inside the section headers, where it hurts most.
  (bytes, random) => {
    const view = new DataView(bytes.buffer);
    const table = Number(view.getBigUint64(40, true));
    const count = view.getUint16(60, true);
    view.setUint32(table + random(count * 16) * 4, INTERESTING[random(INTERESTING.length)] as number, true);
    return bytes;
  },
  // The same inside BTF, relocations, symbols or map records: the rest of a file is mostly code and names.
  (bytes, random) => {
    const view = new DataView(bytes.buffer);
    const table = Number(view.getBigUint64(40, true));
    const header = table + random(view.getUint16(60, true)) * 64;
    const [offset, size] = [Number(view.getBigUint64(header + 24, true)), Number(view.getBigUint64(header + 32, true))];
    for (let n = 1 + random(3); n > 0 && size >= 4 && offset + size <= bytes.length; n--) {
      const value = random(2) === 0 ? random(64) : (INTERESTING[random(INTERESTING.length)] as number);
      view.setUint32(offset + random(size >> 2) * 4, value, true);
    }
    return bytes;
  },
  // A part of the file over another part.
  (bytes, random) => {
    const size = 1 + random(64);
    bytes.copyWithin(random(bytes.length), random(bytes.length), random(bytes.length) + size);
    return bytes;
  },
  // Cut off.
  (bytes, random) => bytes.slice(0, random(bytes.length)),
  // One section's header over another's.
  (bytes, random) => {
    const view = new DataView(bytes.buffer);
    const table = Number(view.getBigUint64(40, true));
    const count = view.getUint16(60, true);
    const from = table + random(count) * 64;
    bytes.copyWithin(table + random(count) * 64, from, from + 64);
    return bytes;
  },
];

/** Reads and links everything there is in an object; what it throws must be catalogued. */
function exercise(bytes: Uint8Array): 'served' | 'refused' {
  try {
    const object = readElfObject(bytes);
    for (const spec of object.programs) {
      spec.type ??= 'xdp';
      try {
        linkProgram(object, spec.name);
        linkCore(object, spec);
      } catch (error) {
        if (!isBeeswaxError(error)) throw error;
      }
    }
    for (const variable of object.variables.values()) if (variable.shape.size < 1 << 20) variable.get();
    for (const { valueShape, valueSize } of object.maps.values()) {
      if (valueShape.size === valueSize && valueSize < 1 << 20) decodeValue(valueShape, new Uint8Array(valueSize));
    }
    return 'served';
  } catch (error) {
    if (isBeeswaxError(error)) return 'refused';
    throw error;
  }
}

test(`${COUNT} damaged objects`, { timeout: 120_000 }, () => {
  const originals = fixturePaths().map((path) => new Uint8Array(readFileSync(path)));
  const outcomes = { served: 0, refused: 0 };
  for (let seed = 1; seed <= COUNT; seed++) {
    const random = generator(seed);
    let bytes: Uint8Array = (originals[random(originals.length)] as Uint8Array).slice();
    const mutate = MUTATIONS[random(MUTATIONS.length)] as Mutation;
    bytes = mutate(bytes, random);
    const start = performance.now();
    try {
      outcomes[exercise(bytes)]++;
    } catch (error) {
      throw new Error(`seed ${seed} throws what no catalogue has`, { cause: error });
    }
    expect(performance.now() - start, `seed ${seed}: milliseconds`).toBeLessThan(PATIENCE);
  }
  // Both must occur often, or the damage is of the wrong kind.
  expect(outcomes.served).toBeGreaterThan(COUNT / 20);
  expect(outcomes.refused).toBeGreaterThan(COUNT / 20);
  console.log(`${outcomes.served} served, ${outcomes.refused} refused`);
});
