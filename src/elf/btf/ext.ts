/**
 * Bytes of a `.BTF.ext` section to source lines, function types and CO-RE relocations of each code section
 * (Documentation/bpf/btf.rst, "BTF.ext section"). Offsets here are bytes in the code section; linking moves them.
 */
import { BeeswaxError } from '../../util/errors.js';
import { ByteReader } from '../bytes.js';
import type { Btf, TypeId } from './types.js';

/** A source line that holds from an instruction on. */
export interface LineRecord {
  /** Byte offset of the instruction in its section. */
  readonly at: number;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export interface FunctionRecord {
  readonly at: number;
  /** Its BTF_KIND_FUNC. */
  readonly type: TypeId;
}

/** What a CO-RE relocation asks for (enum bpf_core_relo_kind of linux/bpf.h, in its order). */
export const CORE_KINDS = [
  'field_byte_offset',
  'field_byte_size',
  'field_exists',
  'field_signed',
  'field_lshift_u64',
  'field_rshift_u64',
  'type_id_local',
  'type_id_target',
  'type_exists',
  'type_size',
  'enumval_exists',
  'enumval_value',
  'type_matches',
] as const;

export type CoreKind = (typeof CORE_KINDS)[number];

export interface CoreRecord {
  readonly at: number;
  readonly type: TypeId;
  /** '0:1:2': indices into members, array elements or enumerators, from the root type on. */
  readonly access: string;
  readonly kind: CoreKind;
}

export interface BtfExt {
  /** By code section's name, in order of `at`. */
  readonly lines: ReadonlyMap<string, readonly LineRecord[]>;
  readonly functions: ReadonlyMap<string, readonly FunctionRecord[]>;
  readonly core: ReadonlyMap<string, readonly CoreRecord[]>;
}

const MAGIC = 0xeb9f;
/** Header length from which on the CO-RE part exists. */
const HEADER_WITH_CORE = 32;

/**
 * Parses a `.BTF.ext` section.
 *
 * @param base byte offset of the section in the file, for errors
 * @throws {BeeswaxError} BEESWAX_E_BTF, BEESWAX_E_ELF_TRUNCATED, BEESWAX_E_ELF_STRING.
 */
export function parseBtfExt(bytes: Uint8Array, btf: Btf, base = 0): BtfExt {
  const header = new ByteReader(bytes, 'section .BTF.ext', base);
  if (header.u16(0) !== MAGIC) {
    throw new BeeswaxError('BEESWAX_E_BTF', { problem: '.BTF.ext has no magic eb9f' }, { location: { offset: base } });
  }
  const headerLength = header.u32(4);
  const part = (at: number, what: string): ByteReader =>
    new ByteReader(
      header.slice(headerLength + header.u32(at), header.u32(at + 4)),
      `${what} of .BTF.ext`,
      base + headerLength + header.u32(at),
    );
  return {
    functions: parsePart(part(8, 'functions'), btf, 8, (reader, at) => ({
      at: reader.u32(at),
      type: reader.u32(at + 4),
    })),
    lines: parsePart(part(16, 'lines'), btf, 16, (reader, at) => {
      const column = reader.u32(at + 12);
      return {
        at: reader.u32(at),
        file: btf.string(reader.u32(at + 4)),
        line: column >>> 10,
        column: column & 0x3ff,
        text: btf.string(reader.u32(at + 8)),
      };
    }),
    core:
      headerLength < HEADER_WITH_CORE
        ? new Map()
        : parsePart(part(24, 'CO-RE records'), btf, 16, (reader, at): CoreRecord => {
            const kind = CORE_KINDS[reader.u32(at + 12)];
            if (kind === undefined) {
              throw new BeeswaxError(
                'BEESWAX_E_BTF',
                { problem: `CO-RE relocation has unknown kind ${reader.u32(at + 12)}` },
                { location: { offset: reader.base + at } },
              );
            }
            return { at: reader.u32(at), type: reader.u32(at + 4), access: btf.string(reader.u32(at + 8)), kind };
          }),
  };
}

/** One part: a record size, then for each section its name, a count and the records. */
function parsePart<T extends { readonly at: number }>(
  reader: ByteReader,
  btf: Btf,
  leastSize: number,
  read: (reader: ByteReader, at: number) => T,
): Map<string, readonly T[]> {
  const bySection = new Map<string, T[]>();
  if (reader.length === 0) return bySection;
  const recordSize = reader.u32(0);
  if (recordSize < leastSize || recordSize % 4 !== 0) {
    throw new BeeswaxError(
      'BEESWAX_E_BTF',
      { problem: `${reader.what} have records of ${recordSize} bytes, at least ${leastSize} are needed` },
      { location: { offset: reader.base } },
    );
  }
  for (let at = 4; at < reader.length; ) {
    const section = btf.string(reader.u32(at));
    const count = reader.u32(at + 4);
    at += 8;
    reader.need(at, count * recordSize);
    const records = bySection.get(section) ?? [];
    for (let index = 0; index < count; index++) records.push(read(reader, at + index * recordSize));
    at += count * recordSize;
    bySection.set(section, records);
  }
  for (const records of bySection.values()) records.sort((a, b) => a.at - b.at);
  return bySection;
}
