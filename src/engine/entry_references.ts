/**
 * Entries of a devmap or cpumap that may have a program (struct bpf_devmap_val, struct bpf_cpumap_val), as a user sees
 * them: a number, or an object with it and the program by name.
 */
import { encodeValue } from '../elf/shape_codec.js';
import type { MapSpec, Shape } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import type { References } from './map.js';

/** Sections of programs that such entries may have, as libbpf names them. */
const ENTRY_SECTIONS = {
  devmap: /^xdp(\.frags)?\/devmap|^xdp_devmap/,
  devmap_hash: /^xdp(\.frags)?\/devmap|^xdp_devmap/,
  cpumap: /^xdp(\.frags)?\/cpumap|^xdp_cpumap/,
} as const;

const U32: Shape = { kind: 'int', size: 4, signed: false };

/** How an engine numbers programs in such entries. */
export interface EntryPrograms {
  /** @throws BeeswaxError BEESWAX_E_NO_SUCH_PROGRAM, or why the program failed to load. */
  find(program: unknown): { readonly name: string; readonly section: string; readonly number: number };
  /** What the user is shown for a number that is not 0. */
  show(number: number): unknown;
}

/** Whether entries of the map may have a program. */
export function hasEntryPrograms(spec: MapSpec): boolean {
  return spec.type in ENTRY_SECTIONS && spec.valueSize === 8;
}

/**
 * Takes a number (the interface, the queue's size), or an object with it and a `program`. What is given as bytes, hex or
 * in the shape of BTF has no program.
 */
export function entryReferences(spec: MapSpec, programs: EntryPrograms): References {
  const first = spec.type === 'cpumap' ? 'qsize' : 'ifindex';
  const path = `${spec.name}.value`;
  return {
    toBytes(value) {
      const whole = value instanceof Uint8Array || typeof value === 'string';
      const entry = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
      const plain = Object.hasOwn(entry, first) ? entry[first] : value;
      const bytes = new Uint8Array(8);
      bytes.set(whole ? encodeValue(spec.valueShape, value, path) : encodeValue(U32, plain, `${path}.${first}`));
      const number = entry.program === undefined ? 0 : numberOf(spec, programs, entry.program);
      new DataView(bytes.buffer).setUint32(4, number, true);
      return bytes;
    },
    fromBytes(bytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      const number = view.getUint32(4, true);
      return { [first]: view.getUint32(0, true), ...(number === 0 ? {} : { program: programs.show(number) }) };
    },
  };
}

function numberOf(spec: MapSpec, programs: EntryPrograms, value: unknown): number {
  const { name, section, number } = programs.find(value);
  if (!ENTRY_SECTIONS[spec.type as keyof typeof ENTRY_SECTIONS].test(section))
    throw new BeeswaxError('BEESWAX_E_ENTRY_PROGRAM', { map: spec.name, type: spec.type, program: name, section });
  return number;
}
