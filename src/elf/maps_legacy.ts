/**
 * Maps from before BTF: records in a section `maps`, or one in each section `maps/NAME`. Nothing says the record's
 * size but the section's size divided by the number of its symbols. Two layouts are known:
 *
 *   bpf_map_def   type, key_size, value_size, max_entries, map_flags (libbpf; longer ones carry what is not read)
 *   bpf_elf_map   type, size_key, size_value, max_elem, flags, id, pinning, inner_id, inner_idx (iproute2, 36 bytes)
 */
import { mapTypeName } from '../abi/map_types.js';
import { type MapSpec, untypedKeyShape } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { sizeOf, typesOfKind } from './btf/resolve.js';
import { shapeOf } from './btf/shape.js';
import type { Btf } from './btf/types.js';
import { ByteReader } from './bytes.js';
import type { ElfSection, ElfSymbol } from './elf_file.js';
import { mapError } from './maps_btf.js';

export interface LegacyMap {
  readonly name: string;
  /** Byte offset in its section. */
  readonly at: number;
  readonly spec: MapSpec | BeeswaxError;
  /** iproute2's numbers: programs of a section `ID/SLOT` and inner maps are put into slots by them. */
  readonly iproute2?: { readonly id: number; readonly innerId: number; readonly innerSlot: number };
}

/** Bytes of the shortest record: type, sizes and count; flags came later. */
const LEAST_SIZE = 16;
const IPROUTE2_SIZE = 36;

/**
 * Reads the maps of one section.
 *
 * @param symbols the symbols in that section
 * @throws {BeeswaxError} BEESWAX_E_ELF_SECTION when the symbols don't divide the section into records.
 */
export function readLegacyMaps(section: ElfSection, symbols: readonly ElfSymbol[]): LegacyMap[] {
  if (symbols.length === 0 || section.data.length === 0) return [];
  const places = new Set(symbols.map(({ value }) => value));
  const size = section.data.length / places.size;
  if (!Number.isInteger(size) || size < LEAST_SIZE) {
    throw new BeeswaxError(
      'BEESWAX_E_ELF_SECTION',
      { section: section.name, problem: `its ${section.data.length} bytes are not ${places.size} map records` },
      { location: { offset: section.offset } },
    );
  }
  const reader = new ByteReader(section.data, `section ${section.name}`, section.offset);
  return [...symbols]
    .sort((a, b) => a.value - b.value)
    .map((symbol): LegacyMap => {
      const { name, value: at } = symbol;
      if (at + size > section.data.length) return { name, at, spec: mapError(name, 'its record is cut off') };
      const word = (index: number): number => ((index + 1) * 4 <= size ? reader.u32(at + index * 4) : 0);
      const type = mapTypeName(word(0));
      if (type === undefined) {
        return { name, at, spec: new BeeswaxError('BEESWAX_E_MAP_TYPE', { map: name, type: word(0) }) };
      }
      const isIproute2 = size === IPROUTE2_SIZE;
      const spec: MapSpec = {
        name,
        type,
        keySize: word(1),
        valueSize: word(2),
        maxEntries: word(3),
        flags: word(4),
        // iproute2: PIN_OBJECT_NS 1, PIN_GLOBAL_NS 2, both by name in a file system.
        pinning: isIproute2 && word(6) !== 0 ? 'by_name' : 'none',
        keyShape: untypedKeyShape(type, word(1)),
        valueShape: { kind: 'bytes', size: word(2) },
      };
      return {
        name,
        at,
        spec,
        ...(isIproute2 ? { iproute2: { id: word(5), innerId: word(7), innerSlot: word(8) } } : {}),
      };
    });
}

/**
 * Shapes from the struct `____btf_map_NAME`, whose two members have the types of key and value (the macro
 * BPF_ANNOTATE_KV_PAIR of that time).
 */
export function annotateShapes(spec: MapSpec, btf: Btf): void {
  const wanted = `____btf_map_${spec.name}`;
  const pair = typesOfKind(btf, 'struct').find(({ type }) => type.name === wanted)?.type;
  const [key, value] = pair?.members ?? [];
  if (key === undefined || value === undefined) return;
  if (sizeOf(btf, key.type) === spec.keySize) spec.keyShape = shapeOf(btf, key.type);
  if (sizeOf(btf, value.type) === spec.valueSize) spec.valueShape = shapeOf(btf, value.type);
}

/** Puts iproute2's inner maps, and programs of sections `ID/SLOT`, into the slots that their numbers say. */
export function fillIproute2Slots(
  maps: readonly LegacyMap[],
  programs: readonly { name: string; section: string }[],
): void {
  for (const { spec, iproute2 } of maps) {
    if (spec instanceof BeeswaxError || iproute2 === undefined) continue;
    const slots = new Map<number, string>();
    if (spec.type === 'prog_array' && iproute2.id !== 0) {
      for (const { name, section } of programs) {
        const match = /^(0x[0-9a-f]+|\d+)\/(\d+)$/.exec(section);
        if (match !== null && Number(match[1]) === iproute2.id) slots.set(Number(match[2]), name);
      }
    }
    if (iproute2.innerId !== 0) {
      const inner = maps.find(
        (other) => other.iproute2?.id === iproute2.innerId && !(other.spec instanceof BeeswaxError),
      );
      if (inner?.iproute2 !== undefined && !(inner.spec instanceof BeeswaxError)) {
        spec.inner = inner.spec;
        slots.set(inner.iproute2.innerSlot, inner.name);
      }
    }
    if (slots.size > 0) spec.slots = slots;
  }
}
