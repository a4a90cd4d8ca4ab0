/**
 * Data sections as array maps of one value (libbpf: .rodata*, .data*, .bss*), and the variables in them. A .bss has no
 * contents until somebody sets a variable of it: absent contents read as zeros.
 */
import { MAP_FLAGS } from '../abi/map_types.js';
import type { MapSpec, Shape } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { typesOfKind } from './btf/resolve.js';
import { datasecShape } from './btf/shape.js';
import type { Btf, BtfDatasec } from './btf/types.js';
import { ELF, type ElfSection, type ElfSymbol } from './elf_file.js';
import type { Variable } from './object.js';
import type { DataKind } from './sections.js';
import { decodeValue, encodeValue } from './shape_codec.js';

/** The kernel's bound on a map's value (INT_MAX, kernel/bpf/syscall.c and arraymap.c). */
const MAX_VALUE_SIZE = 0x7fff_ffff;
/** Contents that a variable's `set` may allocate. */
const MAX_CONTENTS = 0x1000_0000;

const U32: Shape = { kind: 'int', size: 4, signed: false };

/** The map of a data section. */
export function readDataMap(
  section: ElfSection,
  kind: DataKind,
  symbols: readonly ElfSymbol[],
  btf: Btf | undefined,
): MapSpec | BeeswaxError {
  const { name, size } = section;
  if (size > BigInt(MAX_VALUE_SIZE)) {
    return new BeeswaxError('BEESWAX_E_MAP_SIZE', { map: name, size, limit: BigInt(MAX_VALUE_SIZE) });
  }
  const { id, type: datasec } = (btf && typesOfKind(btf, 'datasec').find(({ type }) => type.name === name)) ?? {};
  const valueSize = Number(size);
  return {
    ...dataMap(name, valueSize, dataFlags(kind, btf, datasec)),
    valueShape: valueShape(btf, datasec, valueSize, symbols),
    ...(id === undefined ? {} : { valueType: id }),
    // A copy: setting a variable must not write into the caller's file.
    ...(section.type === ELF.SHT_NOBITS ? {} : { contents: section.data.slice() }),
  };
}

/** An array of one value of that size, under the section's name. */
export function dataMap(name: string, valueSize: number, flags: number): MapSpec {
  return {
    name,
    type: 'array',
    keySize: 4,
    valueSize,
    maxEntries: 1,
    flags,
    pinning: 'none',
    keyShape: U32,
    valueShape: { kind: 'bytes', size: valueSize },
  };
}

/** As libbpf: constants are read-only to programs; sections with a variable that others may see are mmap-able. */
function dataFlags(kind: DataKind, btf: Btf | undefined, datasec: BtfDatasec | undefined): number {
  const readOnly = kind === 'rodata' || kind === 'kconfig' ? MAP_FLAGS.BPF_F_RDONLY_PROG : 0;
  const visible = datasec?.variables.some(({ type }) => {
    const variable = btf?.types[type];
    return variable?.kind === 'var' && variable.linkage !== 'static';
  });
  return visible === true ? readOnly | MAP_FLAGS.BPF_F_MMAPABLE : readOnly;
}

function valueShape(
  btf: Btf | undefined,
  datasec: BtfDatasec | undefined,
  size: number,
  symbols: readonly ElfSymbol[],
): Shape {
  if (btf === undefined || datasec === undefined) return { kind: 'bytes', size };
  const places = new Map(symbols.map((symbol) => [symbol.name, symbol.value]));
  return datasecShape(btf, datasec, size, (name, offset) => places.get(name) ?? offset);
}

/** The variables of a data section: its symbols, shaped by BTF where it knows them. */
export function* readVariables(spec: MapSpec, symbols: readonly ElfSymbol[]): Generator<Variable> {
  const shapes = new Map<string, Shape>();
  if (spec.valueShape.kind === 'struct') {
    for (const field of spec.valueShape.fields) shapes.set(`${field.name}@${field.bitOffset / 8}`, field.shape);
  }
  for (const { name, type, value: offset, size } of symbols) {
    if (type !== ELF.STT_OBJECT || name === '' || offset + size > spec.valueSize) continue;
    yield variableIn(spec, name, offset, shapes.get(`${name}@${offset}`) ?? { kind: 'bytes', size });
  }
}

/** A variable over the contents of its map's spec. */
export function variableIn(spec: MapSpec, name: string, offset: number, shape: Shape, onSet?: () => void): Variable {
  return {
    name,
    map: spec.name,
    offset,
    shape,
    get: () => {
      const bytes = spec.contents?.slice(offset, offset + shape.size) ?? new Uint8Array(bounded(spec, shape.size));
      return decodeValue(shape, bytes);
    },
    set: (value) => {
      const bytes = encodeValue(shape, value, name);
      spec.contents ??= new Uint8Array(bounded(spec, spec.valueSize));
      spec.contents.set(bytes, offset);
      onSet?.();
    },
  };
}

function bounded(spec: MapSpec, size: number): number {
  if (size <= MAX_CONTENTS) return size;
  throw new BeeswaxError('BEESWAX_E_MAP_SIZE', { map: spec.name, size: BigInt(size), limit: BigInt(MAX_CONTENTS) });
}
