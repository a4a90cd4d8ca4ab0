/** Bare programs in and out of the smallest object files: one function in `.text`, as the public suite's `--elf` has it. */
import { SECTION, SYMBOL, writeElf } from '../../asm/elf_writer.js';
import { readElfObject } from '../../elf/index.js';
import { BeeswaxError } from '../../util/errors.js';

const TEXT = '.text';
const MAIN = 'main';

/** An object whose only function, `main` in `.text`, is these slots as they are, valid or not. */
export function writeRawObject(program: Uint8Array): Uint8Array {
  return writeElf(
    [
      {
        name: TEXT,
        type: SECTION.PROGBITS,
        flags: SECTION.ALLOC | SECTION.EXEC,
        alignment: 8,
        bytes: program,
      },
    ],
    [{ name: MAIN, section: TEXT, binding: SYMBOL.GLOBAL, type: SYMBOL.FUNC, value: 0, size: program.length }],
  );
}

/**
 * The slots of an object's code, as they are: of its only code section. Local calls of such files lead from one place of
 * the section to another without symbols, so nothing is linked.
 *
 * @throws {BeeswaxError} those of reading an object; BEESWAX_E_CONFORMANCE_PLUGIN when its code is no such section.
 */
export function readRawObject(object: Uint8Array): Uint8Array {
  const sections = [...readElfObject(object, { defaultType: 'raw' }).code.values()];
  const [section] = sections;
  if (section === undefined || sections.length > 1) {
    throw new BeeswaxError('BEESWAX_E_CONFORMANCE_PLUGIN', {
      problem: `an object of a plugin has one section of code, not ${sections.length}`,
    });
  }
  if (section.references.size > 0) {
    throw new BeeswaxError('BEESWAX_E_CONFORMANCE_PLUGIN', { problem: 'an object of a plugin has no relocations' });
  }
  return section.bytes;
}
