/**
 * An object's types as the kernel takes them (BPF_BTF_LOAD): what the compiler left to the loader is filled in, and
 * what only linkers read is taken out, ids kept. libbpf does the same before it loads.
 */

import { resolveType, sizeOf } from '../elf/btf/resolve.js';
import type { Btf, BtfDatasec, BtfType, BtfVar, TypeId } from '../elf/btf/types.js';
import type { ElfObject } from '../elf/index.js';

/** Stands where a type was that the kernel does not take: an empty struct. */
const NOTHING: BtfType = { kind: 'struct', name: '', size: 0, members: [] };

/** The types of an object for the kernel; undefined for an object without BTF. */
export function kernelTypesOf(object: ElfObject): readonly BtfType[] | undefined {
  const { btf } = object;
  if (btf === undefined) return undefined;
  const int: BtfType = {
    kind: 'int',
    name: 'int',
    size: 4,
    signed: true,
    char: false,
    bool: false,
    bitOffset: 0,
    bits: 32,
  };
  const intId = btf.types.length;
  const prototypes = new Set(btf.types.flatMap((type) => (type.kind === 'func' ? [type.type] : [])));
  const functions = [...object.code.values()].flatMap((section) => section.functions);
  const hidden = new Set(functions.filter((fn) => fn.hidden).map(({ name }) => name));
  const types = btf.types.map((type, id): BtfType => {
    switch (type.kind) {
      case 'datasec':
        return sectionOf(object, btf, type) ?? NOTHING;
      case 'var':
        // The kernel knows no extern variables; symbols of its own may have no type.
        return type.linkage === 'extern'
          ? { ...type, type: resolveType(btf, type.type).kind === 'void' ? intId : type.type, linkage: 'global' }
          : type;
      case 'func':
        if (type.linkage === 'extern') return { ...type, linkage: 'global' };
        // A global function is verified by itself; a hidden one is not, as libbpf has it.
        return hidden.has(type.name) ? { ...type, linkage: 'static' } : type;
      case 'func_proto':
        return prototypes.has(id) ? namedParameters(type) : type;
      default:
        return type;
    }
  });
  return [...types, int];
}

/** A data section with its size and where its variables lie, which only the ELF file says; undefined for others. */
function sectionOf(object: ElfObject, btf: Btf, section: BtfDatasec): BtfDatasec | undefined {
  const size = object.maps.get(section.name)?.valueSize;
  if (size === undefined || section.name === '.ksyms') return undefined;
  const variables = section.variables
    .filter(({ type }) => btf.types[type]?.kind === 'var')
    .map(({ type, offset, size: bytes }) => {
      const known = object.variables.get((btf.types[type] as BtfVar).name);
      return { type, offset: known?.map === section.name ? known.offset : offset, size: bytes };
    })
    .sort((a, b) => a.offset - b.offset);
  let end = 0;
  const apart = variables.filter(({ type, offset, size: bytes }) => {
    // A compiler may shrink a variable, whose type stays: the kernel does not take that.
    const whole = sizeOf(btf, (btf.types[type] as BtfVar).type);
    if (bytes === 0 || bytes < whole || offset < end || offset + bytes > size) return false;
    end = offset + bytes;
    return true;
  });
  return { ...section, size, variables: apart };
}

/** The kernel wants a name for each parameter of a function; declarations need not have any. */
function namedParameters(type: Extract<BtfType, { kind: 'func_proto' }>): BtfType {
  const params = type.params.map(({ name, type: id }: { name: string; type: TypeId }, index) => ({
    name: name === '' && id !== 0 ? `arg${index}` : name,
    type: id,
  }));
  return { ...type, params };
}
