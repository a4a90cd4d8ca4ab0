/** Where the types of a target come from: a file of them, or the ones that are built in. */

import { BeeswaxError } from '../../util/errors.js';
import { parseBtf } from '../btf/parse.js';
import { readElfSections } from '../elf_file.js';
import { KERNEL_TYPES, KERNEL_TYPES_OF } from './kernel_types.js';
import { CoreTarget } from './target.js';
import { parseTypeText } from './type_text.js';

const ELF_MAGIC = 0x7f;

/**
 * Types of a kernel from a file: BTF as in /sys/kernel/btf/vmlinux, or an ELF file with a section `.BTF`.
 *
 * @param name what it is, for people
 * @throws {BeeswaxError} BEESWAX_E_BTF, BEESWAX_E_ELF_… when it is neither.
 */
export function readCoreTarget(bytes: Uint8Array, name = 'the given BTF'): CoreTarget {
  if (bytes[0] !== ELF_MAGIC) return new CoreTarget(parseBtf(bytes), name);
  const section = readElfSections(bytes).find((candidate) => candidate.name === '.BTF');
  if (section === undefined) throw new BeeswaxError('BEESWAX_E_BTF', { problem: 'is missing in the ELF file' });
  return new CoreTarget(parseBtf(section.data, section.offset), name);
}

/** The built-in types: those of one kernel that networking programs touch. */
export function builtInTarget(): CoreTarget {
  return new CoreTarget(parseTypeText(KERNEL_TYPES), KERNEL_TYPES_OF);
}
