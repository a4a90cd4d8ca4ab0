/** Fills the maps of any object so that packets of `packets.ts` hit: with the addresses and ports that these are made of. */
import type { EngineMap } from '../../src/engine/types.js';
import { POOLS } from './packets.js';
import { Random } from './random.js';

/** Keys that packets may have, for a map with keys of this size. */
function keysFor({ type, spec }: EngineMap): Uint8Array[] {
  if (type === 'lpm_trie') return prefixes(spec.keySize);
  if (type === 'array' || type === 'percpu_array') return indices(spec.maxEntries);
  return (
    {
      2: POOLS.ports.map((port) => Uint8Array.of(port >> 8, port)),
      4: [...POOLS.ipv4, ...indices(16)],
      6: [...POOLS.macs],
      8: POOLS.macs.map((mac) => Uint8Array.of(...mac, 0, 0)),
      16: [...POOLS.ipv6],
    }[spec.keySize] ?? []
  );
}

/** Small indices, and ports as they are and as they stand in packets, where an array has room for them. */
function indices(entries: number): Uint8Array[] {
  const swapped = POOLS.ports.map((port) => ((port & 0xff) << 8) | (port >> 8));
  const all = new Set([0, 1, 2, 3, 6, 17, 58, ...POOLS.ports, ...swapped]);
  return [...all].filter((index) => index < entries).map((index) => new Uint8Array(Uint32Array.of(index).buffer));
}

/** Prefixes of the addresses, of different lengths; the length stands before the address as a u32. */
function prefixes(keySize: number): Uint8Array[] {
  const addresses = keySize === 20 ? POOLS.ipv6 : keySize === 8 ? POOLS.ipv4 : [];
  return addresses.flatMap((address, i) =>
    [0, 8 * (i % address.length), 8 * address.length - 3, 8 * address.length].map((bits) => {
      const key = new Uint8Array(keySize);
      key.set(new Uint8Array(Uint32Array.of(bits).buffer));
      key.set(address, 4);
      return key;
    }),
  );
}

const FILLED = ['array', 'percpu_array', 'hash', 'percpu_hash', 'lru_hash', 'lru_percpu_hash', 'lpm_trie'];

/**
 * Fills all maps that hold plain values, every other key, with values of few bits; the same for the same seed. Data
 * sections keep what the object says.
 */
export function fillMaps(maps: readonly EngineMap[], seed: number): void {
  for (const map of [...maps].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const random = new Random(seed + map.name.length);
    if (!FILLED.includes(map.type) || map.name.startsWith('.')) continue;
    for (const key of keysFor(map)) {
      const value = new Uint8Array(map.spec.valueSize);
      value[0] = random.below(64);
      if (random.chance(1 / 2)) map.raw.update(key, value);
    }
  }
}
