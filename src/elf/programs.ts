/** Which functions of an object are programs, and of which type: by their section's name, with BTF's tags on them. */
import type { ProgramType } from '../abi/program_types.js';
import { typesOfKind } from './btf/resolve.js';
import type { Btf } from './btf/types.js';
import type { CodeSection, ProgramSpec } from './object.js';
import { sectionRow } from './sections.js';

const SLOT = 8;

/**
 * Every function outside of `.text` is a program. In an object that has code nowhere else, the global functions of
 * `.text` are, and if there is none, all of them.
 */
export function readPrograms(
  code: ReadonlyMap<number, CodeSection>,
  btf: Btf | undefined,
  defaultType: ProgramType,
): ProgramSpec[] {
  const sections = [...code.values()];
  const named = sections.filter(({ name }) => name !== '.text');
  const tags = btf === undefined ? new Map<string, string[]>() : readTags(btf);
  const specs: ProgramSpec[] = [];
  for (const section of named.length > 0 ? named : sections) {
    const globals = section.functions.filter(({ global }) => global);
    const isText = section.name === '.text';
    const row = sectionRow(section.name);
    for (const { name, start, end } of isText && globals.length > 0 ? globals : section.functions) {
      specs.push({
        name,
        section: section.name,
        type: row === undefined ? defaultType : row.type,
        kernelType: row?.kernel,
        slots: (end - start) / SLOT,
        tags: tags.get(name) ?? [],
        code: { section: section.index, at: start },
      });
    }
  }
  return specs;
}

/** Declaration tags by the name of the function that they mark as a whole. */
function readTags(btf: Btf): Map<string, string[]> {
  const tags = new Map<string, string[]>();
  for (const { type } of typesOfKind(btf, 'decl_tag')) {
    const target = btf.types[type.type];
    if (target?.kind !== 'func' || type.component !== -1) continue;
    const known = tags.get(target.name);
    if (known === undefined) tags.set(target.name, [type.name]);
    else known.push(type.name);
  }
  return tags;
}
