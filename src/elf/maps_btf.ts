/**
 * Maps that a `.maps` section declares through BTF: each variable is a struct whose members carry the numbers and
 * types in theirs (libbpf's `__uint`, `__type`, `__array`, `__ulong` of bpf_helpers.h).
 */
import { mapTypeName } from '../abi/map_types.js';
import { type MapSpec, type Shape, untypedKeyShape } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { resolveType, sizeOf, typesOfKind } from './btf/resolve.js';
import { shapeOf } from './btf/shape.js';
import type { Btf, BtfMember, BtfStruct, TypeId } from './btf/types.js';

export interface MapDeclaration {
  readonly name: string;
  readonly spec: MapSpec | BeeswaxError;
  /** Byte offset of the `values` member in the struct, where there is one: relocations from there on fill slots. */
  readonly valuesAt: number | undefined;
  /** Bytes of the declared struct. */
  readonly size: number;
}

/** Numbers and types as they were declared; what is missing is 0. */
interface Draft {
  type: number;
  maxEntries: number;
  flags: number;
  extra: number;
  keySize: number;
  valueSize: number;
  pinning: number;
  keyShape?: Shape;
  valueShape?: Shape;
  keyType?: TypeId;
  valueType?: TypeId;
  inner?: MapSpec;
  valuesAt?: number;
}

/** Members that say a number; numa_node means nothing here. */
const NUMBERS = {
  type: 'type',
  max_entries: 'maxEntries',
  map_flags: 'flags',
  map_extra: 'extra',
  key_size: 'keySize',
  value_size: 'valueSize',
  pinning: 'pinning',
  numa_node: undefined,
} as const satisfies Record<string, keyof Draft | undefined>;

const TYPES = { key: ['keySize', 'keyShape', 'keyType'], value: ['valueSize', 'valueShape', 'valueType'] } as const;

export function mapError(map: string, problem: string): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_MAP_DECLARATION', { map, problem });
}

/** The declarations of a `.maps` section, in order of BTF. A bad one does not hide the others. */
export function readMapDeclarations(btf: Btf, section: string): MapDeclaration[] {
  const datasec = typesOfKind(btf, 'datasec').find(({ type }) => type.name === section)?.type;
  const declarations: MapDeclaration[] = [];
  for (const { type } of datasec?.variables ?? []) {
    const variable = btf.types[type];
    if (variable?.kind !== 'var') continue;
    const { name } = variable;
    try {
      const draft = readDraft(btf, name, variable.type, 0);
      declarations.push({
        name,
        spec: specOf(name, draft),
        valuesAt: draft.valuesAt,
        size: sizeOf(btf, variable.type),
      });
    } catch (error) {
      if (!(error instanceof BeeswaxError)) throw error;
      declarations.push({ name, spec: error, valuesAt: undefined, size: 0 });
    }
  }
  return declarations;
}

function readDraft(btf: Btf, map: string, id: TypeId, depth: number): Draft {
  const type = resolveType(btf, id);
  if (type.kind !== 'struct') throw mapError(map, `its type is a ${type.kind}, not a struct`);
  const draft: Draft = { type: 0, maxEntries: 0, flags: 0, extra: 0, keySize: 0, valueSize: 0, pinning: 0 };
  for (const member of type.members) {
    const { name } = member;
    if (Object.hasOwn(NUMBERS, name)) {
      const target = NUMBERS[name as keyof typeof NUMBERS];
      const value = numberOf(btf, map, member);
      if (target === undefined) continue;
      if ((target === 'keySize' || target === 'valueSize') && draft[target] !== 0 && draft[target] !== value) {
        throw mapError(map, `${name} ${value} contradicts the ${draft[target]} bytes of its type`);
      }
      draft[target] = value;
    } else if (name === 'key' || name === 'value') {
      readType(btf, map, member, draft, name);
    } else if (name === 'values') {
      readValues(btf, map, type, member, draft, depth);
    } else {
      throw mapError(map, `unknown member ${name}`);
    }
  }
  return draft;
}

/** `__uint`: a pointer to an array whose length is the number. `__ulong`: an enum whose one value is. */
function numberOf(btf: Btf, map: string, member: BtfMember): number {
  const type = resolveType(btf, member.type);
  if (type.kind === 'enum' || type.kind === 'enum64') {
    const value = type.values[0]?.value;
    if (type.values.length === 1 && value !== undefined) return Number(value);
  }
  const array = type.kind === 'ptr' ? resolveType(btf, type.type) : undefined;
  if (array?.kind !== 'array') throw mapError(map, `member ${member.name} is not declared by __uint or __ulong`);
  return array.length;
}

/** `__type`: a pointer to the type. */
function readType(btf: Btf, map: string, member: BtfMember, draft: Draft, name: 'key' | 'value'): void {
  const type = resolveType(btf, member.type);
  if (type.kind !== 'ptr') throw mapError(map, `member ${name} is not declared by __type`);
  const [sizeField, shapeField, typeField] = TYPES[name];
  const size = sizeOf(btf, type.type);
  if (draft[sizeField] !== 0 && draft[sizeField] !== size) {
    throw mapError(map, `${name}_size ${draft[sizeField]} contradicts the ${size} bytes of its type`);
  }
  draft[sizeField] = size;
  draft[shapeField] = shapeOf(btf, type.type);
  draft[typeField] = type.type;
}

/** `__array(values, …)`: the last member, an open array of pointers to functions or to a map's declaration. */
function readValues(btf: Btf, map: string, parent: BtfStruct, member: BtfMember, draft: Draft, depth: number): void {
  if (parent.members.at(-1) !== member) throw mapError(map, 'values is not its last member');
  const array = resolveType(btf, member.type);
  const pointer = array.kind === 'array' ? resolveType(btf, array.type) : undefined;
  if (pointer?.kind !== 'ptr') throw mapError(map, 'values is not an array of pointers');
  draft.valuesAt = member.bitOffset / 8;
  draft.valueSize = 4;
  const target = resolveType(btf, pointer.type);
  if (target.kind === 'func_proto') return;
  if (depth > 0) throw mapError(map, 'maps lie more than two deep in one another');
  const name = `${map}.inner`;
  draft.inner = specOf(name, readDraft(btf, name, pointer.type, depth + 1));
}

function specOf(name: string, draft: Draft): MapSpec {
  const type = mapTypeName(draft.type);
  if (type === undefined) throw new BeeswaxError('BEESWAX_E_MAP_TYPE', { map: name, type: draft.type });
  return {
    name,
    type,
    keySize: draft.keySize,
    valueSize: draft.valueSize,
    maxEntries: draft.maxEntries,
    flags: draft.flags,
    pinning: draft.pinning === 1 ? 'by_name' : 'none',
    keyShape: draft.keyShape ?? untypedKeyShape(type, draft.keySize),
    valueShape: draft.valueShape ?? { kind: 'bytes', size: draft.valueSize },
    ...(draft.extra === 0 ? {} : { extra: draft.extra }),
    ...(draft.keyType === undefined ? {} : { keyType: draft.keyType }),
    ...(draft.valueType === undefined ? {} : { valueType: draft.valueType }),
    ...(draft.inner === undefined ? {} : { inner: draft.inner }),
  };
}
