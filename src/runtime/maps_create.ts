/** Makes a map of an engine from its spec, and says what is wrong when that cannot be. */
import { ERRNO, errnoName } from '../abi/errno.js';
import { Arena } from '../abi/layout.js';
import { MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import { entriesAtLoad, helperFields, type MapSpec } from '../model/map_spec.js';
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
 * Makes the map and returns its record's address. For a map of maps a map is made from its `inner`, too, and only to ask
 * whether it can be.
 *
 * @throws BeeswaxError BEESWAX_E_NOT_YET for types that are not there, BEESWAX_E_MAP_CREATE with the errno that the
 * kernel gives for these attributes, BEESWAX_E_MAP_MEMORY when it does not fit.
 */
export function createRecord(host: MapHost, spec: MapSpec): number {
  const row: MapTypeRow = MAP_TYPES[spec.type];
  if (row.state !== 'works') {
    throw new BeeswaxError('BEESWAX_E_NOT_YET', { what: `map ${spec.name} of type ${spec.type}` });
  }
  const maxEntries = entriesAtLoad(spec, host.cpus);
  const attributes = [row.id, spec.keySize, spec.valueSize, maxEntries, spec.flags] as const;
  const model = row.holds === 'map' && spec.inner !== undefined ? createRecord(host, spec.inner) : undefined;
  const result = host.exports.map_create(...attributes, model ?? spec.extra ?? 0);
  if (model !== undefined) host.exports.map_destroy(model);
  const fields = result > 0 ? setFields(host, spec, result) : result;
  if (result > 0 && fields === 0) return result;
  if (result > 0) host.exports.map_destroy(result);
  if (result === -ERRNO.ENOMEM) throw memoryError(host, spec, attributes);
  throw new BeeswaxError('BEESWAX_E_MAP_CREATE', {
    map: spec.name,
    type: spec.type,
    errno: errnoName(-fields),
    keySize: spec.keySize,
    valueSize: spec.valueSize,
    maxEntries,
    flags: spec.flags,
  });
}

/** Tells the map where its values have what only helpers touch. */
function setFields(host: MapHost, { valueShape }: MapSpec, record: number): number {
  const [lock, timer] = helperFields(valueShape).map((at) => (at === undefined ? 0 : at + 1));
  return host.exports.map_set_fields(record, lock ?? 0, timer ?? 0);
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
