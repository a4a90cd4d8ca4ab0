/** Makes a map of an engine from its spec, and says what is wrong when that cannot be. */
import { ERRNO, errnoName } from '../abi/errno.js';
import { Arena } from '../abi/layout.js';
import { MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import type { MapSpec } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import type { MapHost } from './maps_transfer.js';

const MIB = 2 ** 20;

/** The attributes of a map in the order in which the runtime takes them. */
export type MapAttributes = readonly [
  type: number,
  keySize: number,
  valueSize: number,
  maxEntries: number,
  flags: number,
];

/**
 * Makes the map and returns its record's address.
 *
 * @throws BeeswaxError BEESWAX_E_NOT_YET for types that are not there, BEESWAX_E_MAP_CREATE with the errno that the
 * kernel gives for these attributes, BEESWAX_E_MAP_MEMORY when it does not fit.
 */
export function createRecord(host: MapHost, spec: MapSpec): number {
  const row: MapTypeRow = MAP_TYPES[spec.type];
  if (row.state !== 'works') {
    throw new BeeswaxError('BEESWAX_E_NOT_YET', { what: `map ${spec.name} of type ${spec.type}` });
  }
  // As libbpf does, a perf_event_array without a size has a slot a CPU.
  const maxEntries = spec.type === 'perf_event_array' && spec.maxEntries === 0 ? host.cpus : spec.maxEntries;
  const attributes = [row.id, spec.keySize, spec.valueSize, maxEntries, spec.flags] as const;
  const result = host.exports.map_create(...attributes);
  if (result > 0) return result;
  if (result === -ERRNO.ENOMEM) throw memoryError(host, spec, attributes);
  throw new BeeswaxError('BEESWAX_E_MAP_CREATE', {
    map: spec.name,
    type: spec.type,
    errno: errnoName(-result),
    keySize: spec.keySize,
    valueSize: spec.valueSize,
    maxEntries,
    flags: spec.flags,
  });
}

/** Says how much is missing of which part of the memory, and what memory would do. */
function memoryError(host: MapHost, spec: MapSpec, attributes: MapAttributes): BeeswaxError {
  const { roBase, rwBase, userEnd, umemEnd } = host.memory.bounds;
  const shares = [
    { arena: Arena.HEAP, size: roBase },
    { arena: Arena.RO, size: rwBase - roBase },
    { arena: Arena.RW, size: userEnd - rwBase },
  ];
  const parts = shares.map(({ arena, size }) => {
    const needed = host.exports.map_bytes(arena, ...attributes);
    const left = host.exports.arena_left(arena) >>> 0;
    return { needed, left, total: ((size - left + needed) / size) * umemEnd };
  });
  const tightest = parts.reduce((worst, part) => (part.total > worst.total ? part : worst));
  const total = Math.ceil(Math.max(tightest.total, umemEnd + 1) / (64 * MIB)) * 64;
  return new BeeswaxError(
    'BEESWAX_E_MAP_MEMORY',
    { map: spec.name, needed: mebibytes(tightest.needed), left: mebibytes(tightest.left) },
    total > 4096
      ? { suggestion: 'no memory of an engine is that large (4 GiB at most): lower max_entries or the value size' }
      : { suggestion: `create the engine with \`memory: '${total}MiB'\`, or lower max_entries` },
  );
}

/** MiB with one decimal, rounded up. */
function mebibytes(bytes: number): number {
  return Math.ceil((bytes / MIB) * 10) / 10;
}
