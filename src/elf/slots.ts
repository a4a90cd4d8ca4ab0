/** Static initial values of prog arrays and maps of maps: relocations in `.maps` put names into slots. */
import type { MapSpec } from '../model/map_spec.js';
import type { ElfFile, ElfRelocation } from './elf_file.js';
import type { MapDeclaration } from './maps_btf.js';
import type { CodeSection } from './object.js';

/** Bytes of a pointer in `values`. */
const POINTER = 8;

/**
 * Fills `slots` of the maps whose `values` have initialisers. A name that leads nowhere is left out: the slot is empty.
 *
 * @param places names of maps by section index and byte offset
 */
export function fillSlots(
  file: ElfFile,
  declarations: readonly MapDeclaration[],
  places: ReadonlyMap<number, ReadonlyMap<number, string>>,
  maps: ReadonlyMap<string, MapSpec>,
  code: ReadonlyMap<number, CodeSection>,
): void {
  const section = file.sections.find(({ name }) => name === '.maps');
  if (section === undefined) return;
  const byName = new Map(declarations.map((declaration) => [declaration.name, declaration]));
  const starts = [...(places.get(section.index) ?? [])].sort(([a], [b]) => a - b);
  const filled = new Map<string, Map<number, string>>();
  for (const relocation of file.relocations.get(section.index) ?? []) {
    const [start, name] = starts.findLast(([at]) => at <= relocation.at) ?? [];
    const valuesAt = name === undefined ? undefined : byName.get(name)?.valuesAt;
    if (start === undefined || name === undefined || valuesAt === undefined) continue;
    const slot = (relocation.at - start - valuesAt) / POINTER;
    const target = targetName(relocation, places, code);
    if (!Number.isInteger(slot) || slot < 0 || target === undefined) continue;
    const slots = filled.get(name) ?? new Map<number, string>();
    slots.set(slot, target);
    filled.set(name, slots);
  }
  for (const [name, slots] of filled) {
    const spec = maps.get(name);
    if (spec !== undefined) spec.slots = slots;
  }
}

/** The map or function that a relocation names. */
function targetName(
  { symbol }: ElfRelocation,
  places: ReadonlyMap<number, ReadonlyMap<number, string>>,
  code: ReadonlyMap<number, CodeSection>,
): string | undefined {
  const map = places.get(symbol.section)?.get(symbol.value);
  if (map !== undefined) return map;
  return code.get(symbol.section)?.functions.find(({ start }) => start === symbol.value)?.name;
}
