/** BTF types to the bytes of a `.BTF` section (linux/btf.h): the opposite of `parse.ts`, ids kept. */
import type { BtfKind, BtfType } from './types.js';

const MAGIC = 0xeb9f;
const VERSION = 1;
const HEADER_SIZE = 24;
const FLAG = 2 ** 31;

/** BTF_KIND_* by name. */
const KIND_NUMBERS = {
  void: 0,
  int: 1,
  ptr: 2,
  array: 3,
  struct: 4,
  union: 5,
  enum: 6,
  fwd: 7,
  typedef: 8,
  volatile: 9,
  const: 10,
  restrict: 11,
  func: 12,
  func_proto: 13,
  var: 14,
  datasec: 15,
  float: 16,
  decl_tag: 17,
  type_tag: 18,
  enum64: 19,
} as const satisfies Record<BtfKind, number>;

const LINKAGE = { static: 0, global: 1, extern: 2 } as const;
const INT_ENCODING = { signed: 1, char: 2, bool: 4 } as const;

export class BtfWriter {
  readonly #words: number[] = [];
  readonly #offsets = new Map<string, number>([['', 0]]);
  readonly #strings: Uint8Array[] = [new Uint8Array(1)];
  #stringsLength = 1;

  /** @param types the first one is void, as in `Btf.types` */
  constructor(types: readonly BtfType[]) {
    for (const type of types.slice(1)) this.#type(type);
  }

  /** The offset of a string, which is added if it is not there: `.BTF.ext` records name files and lines so. */
  string(text: string): number {
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const offset = this.#stringsLength;
    const bytes = new TextEncoder().encode(`${text.replaceAll('\0', '')}\0`);
    this.#strings.push(bytes);
    this.#stringsLength += bytes.length;
    this.#offsets.set(text, offset);
    return offset;
  }

  bytes(): Uint8Array {
    const typesLength = this.#words.length * 4;
    const out = new Uint8Array(HEADER_SIZE + typesLength + this.#stringsLength);
    const view = new DataView(out.buffer);
    view.setUint16(0, MAGIC, true);
    view.setUint8(2, VERSION);
    [HEADER_SIZE, 0, typesLength, typesLength, this.#stringsLength].forEach((word, index) => {
      view.setUint32(4 + index * 4, word, true);
    });
    this.#words.forEach((word, index) => {
      view.setUint32(HEADER_SIZE + index * 4, word, true);
    });
    let at = HEADER_SIZE + typesLength;
    for (const bytes of this.#strings) {
      out.set(bytes, at);
      at += bytes.length;
    }
    return out;
  }

  /** The common part, then what the kind has behind it. */
  #type(type: BtfType): void {
    const head = (count: number, flag: boolean, sizeOrType: number, ...rest: number[]): void => {
      const info = (flag ? FLAG : 0) + KIND_NUMBERS[type.kind] * 2 ** 24 + count;
      this.#words.push(this.string(type.name), info, sizeOrType);
      for (const word of rest) this.#words.push(word);
    };
    switch (type.kind) {
      case 'void':
        return;
      case 'int': {
        const encoding = (type.signed ? INT_ENCODING.signed : 0) | (type.bool ? INT_ENCODING.bool : 0);
        head(0, false, type.size, encoding * 2 ** 24 + type.bitOffset * 2 ** 16 + type.bits);
        return;
      }
      case 'array':
        head(0, false, 0, type.type, type.indexType, type.length);
        return;
      case 'struct':
      case 'union': {
        const packed = type.members.some(({ bitSize }) => bitSize > 0);
        const rest = type.members.flatMap(({ name, type: id, bitOffset, bitSize }) => [
          this.string(name),
          id,
          packed ? bitSize * 2 ** 24 + bitOffset : bitOffset,
        ]);
        head(type.members.length, packed, type.size, ...rest);
        return;
      }
      case 'enum':
      case 'enum64': {
        const rest = type.values.flatMap(({ name, value }) => {
          const low = Number(value & 0xffff_ffffn);
          return [this.string(name), low, ...(type.kind === 'enum' ? [] : [Number((value >> 32n) & 0xffff_ffffn)])];
        });
        head(type.values.length, type.signed, type.size, ...rest);
        return;
      }
      case 'fwd':
        head(0, type.union, 0);
        return;
      case 'func':
        head(LINKAGE[type.linkage], false, type.type);
        return;
      case 'func_proto':
        head(
          type.params.length,
          false,
          type.type,
          ...type.params.flatMap(({ name, type: id }) => [this.string(name), id]),
        );
        return;
      case 'var':
        head(0, false, type.type, LINKAGE[type.linkage]);
        return;
      case 'datasec':
        head(
          type.variables.length,
          false,
          type.size,
          ...type.variables.flatMap(({ type: id, offset, size }) => [id, offset, size]),
        );
        return;
      case 'float':
        head(0, false, type.size);
        return;
      case 'decl_tag':
        head(0, false, type.type, type.component);
        return;
      default:
        head(0, false, type.type);
    }
  }
}
