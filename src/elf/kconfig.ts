/**
 * Extern variables of `.kconfig`: what a program asks about the kernel it runs on. There is no kernel here, so the
 * values are options, with a default for the version; the layout is libbpf's (by alignment, size, name).
 */
import { MAP_FLAGS } from '../abi/map_types.js';
import type { MapSpec, Shape, ShapeField } from '../model/map_spec.js';
import { alignOf, resolveType, typesOfKind } from './btf/resolve.js';
import { shapeOf } from './btf/shape.js';
import type { Btf, TypeId } from './btf/types.js';
import { dataMap, variableIn } from './maps_data.js';
import type { Extern, Variable } from './object.js';

/** A value of a kconfig symbol: 'y', 'n' and 'm' for switches, numbers, strings. */
export type KconfigValue = number | bigint | boolean | string;

/**
 * What is known without an option. The version is a kernel with every feature that programs ask it for, 6.12
 * (KERNEL_VERSION(6, 12, 0)); the others are libbpf's own.
 */
const DEFAULTS: Readonly<Record<string, KconfigValue>> = {
  LINUX_KERNEL_VERSION: 0x060c00,
  LINUX_HAS_BPF_COOKIE: true,
  LINUX_HAS_SYSCALL_WRAPPER: true,
};

/** libbpf's enum libbpf_tristate. */
const TRISTATE: Readonly<Record<string, number>> = { n: 0, y: 1, m: 2 };

export interface Kconfig {
  readonly spec: MapSpec;
  readonly externs: readonly Extern[];
  readonly variables: readonly Variable[];
}

/**
 * Reads the externs of `.kconfig`; undefined when the object has none.
 *
 * @param isWeak whether the symbol of that name is weak: it is then 0 where nothing is known of it
 * @throws {BeeswaxError} BEESWAX_E_VALUE_… for an option that does not fit its variable.
 */
export function readKconfig(
  btf: Btf,
  values: Readonly<Record<string, KconfigValue>>,
  isWeak: (name: string) => boolean,
): Kconfig | undefined {
  const { id, type: section } = typesOfKind(btf, 'datasec').find(({ type }) => type.name === '.kconfig') ?? {};
  if (id === undefined || section === undefined) return undefined;
  const entries: { name: string; type: TypeId; shape: Shape; align: number }[] = [];
  for (const { type } of section.variables) {
    const variable = btf.types[type];
    if (variable?.kind !== 'var') continue;
    entries.push({
      name: variable.name,
      type: variable.type,
      shape: shapeOf(btf, variable.type),
      align: alignOf(btf, variable.type),
    });
  }
  entries.sort((a, b) => b.align - a.align || a.shape.size - b.shape.size || (a.name < b.name ? -1 : 1));

  let end = 0;
  const fields: ShapeField[] = [];
  const externs: Extern[] = [];
  for (const { name, shape, align } of entries) {
    const offset = Math.ceil(end / align) * align;
    end = offset + shape.size;
    fields.push({ name, bitOffset: offset * 8, shape });
    externs.push({ name, weak: isWeak(name), kind: 'kconfig', offset, known: isWeak(name) });
  }
  const spec: MapSpec = {
    ...dataMap('.kconfig', end, MAP_FLAGS.BPF_F_RDONLY_PROG | MAP_FLAGS.BPF_F_MMAPABLE),
    valueShape: { kind: 'struct', size: end, name: '.kconfig', fields },
    valueType: id,
  };
  const variables = entries.map(({ name, type, shape }, index) => {
    const extern = externs[index] as Extern;
    const variable = variableIn(spec, name, extern.offset as number, shape, () => {
      extern.known = true;
    });
    const value = Object.hasOwn(values, name) ? values[name] : DEFAULTS[name];
    if (value !== undefined) variable.set(plainValue(btf, type, shape, value));
    return variable;
  });
  return { spec, externs, variables };
}

/** 'y', 'n', 'm' and booleans as the number that the variable's type wants. */
function plainValue(btf: Btf, type: TypeId, shape: Shape, value: KconfigValue): KconfigValue {
  const isText = resolveType(btf, type).kind === 'array';
  if (isText) return value;
  if (shape.kind === 'int' && shape.char === true) return typeof value === 'string' ? value.charCodeAt(0) : value;
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' && Object.hasOwn(TRISTATE, value) ? (TRISTATE[value] as number) : value;
}
