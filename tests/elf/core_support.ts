/** CO-RE fixtures: a program's fixups as text, and its instructions as libbpf would hand them to the kernel. */
import {
  CoreTarget,
  type ElfObject,
  formatFixup,
  linkCore,
  linkProgram,
  type ProgramSpec,
  readCoreTarget,
} from '../../src/elf/index.js';
import { encodeInsns } from '../../src/isa/encode.js';
import { BeeswaxError } from '../../src/util/errors.js';
import { fixture, fixtureBytes } from './support.js';

/** The programs of core_programs.c against one of its targets. */
export function coreFixture(target: 'a' | 'b'): ElfObject {
  return fixture('core_programs.o', {
    btf: readCoreTarget(fixtureBytes(`core_target_${target}.o`), `target ${target}`),
  });
}

/** The object with its own types as the target: then nothing changes. */
export function withOwnTypes(object: ElfObject): ElfObject {
  const { core, btf } = object;
  if (core === undefined || btf === undefined) return object;
  return { ...object, core: core.against(new CoreTarget(btf, 'its own types')) };
}

export function specOf(object: ElfObject, name: string): ProgramSpec {
  return object.programs.find((spec) => spec.name === name) as ProgramSpec;
}

/** In order of the instructions; of one that has no answer the error's message. */
export function fixupsOf(object: ElfObject, name: string): string[] {
  return linkCore(object, specOf(object, name)).map(({ fixup }) =>
    fixup instanceof BeeswaxError ? fixup.message : formatFixup(fixup),
  );
}

/** What libbpf writes for an instruction that must not be reached: a call of helper 195896080. */
const POISON = '850000001023ad0b';

/** Slots in hex, file descriptors of maps left out; 'refused' for a program that does not link. */
export function slotsAsLibbpf(object: ElfObject, name: string): string[] | 'refused' {
  try {
    const { insns } = linkProgram(object, name);
    const slots = slotsOf(encodeInsns(insns));
    for (const { pc, ref } of insns) if (ref?.kind === 'missing') slots[pc] = POISON;
    return slots;
  } catch (error) {
    if (error instanceof BeeswaxError) return 'refused';
    throw error;
  }
}

const MAP_LOAD = /^18[0-9a-f][0-9a-f]/;

export function slotsOf(bytes: Uint8Array): string[] {
  const slots = Buffer.from(bytes).toString('hex').match(/.{16}/g) ?? [];
  return slots.map((slot) => {
    const src = Number.parseInt(slot[2] as string, 16);
    return MAP_LOAD.test(slot) && (src === 1 || src === 2) ? `${slot.slice(0, 8)}00000000` : slot;
  });
}
