/**
 * Types written as text, a line each, to BTF:
 *
 *   iphdr struct 20 ihl:u8@0/4 tos:u8@8 :(union 8 saddr:u32@0 ...)@96     name, kind, bytes, members name:type@bit/width
 *   xdp_action enum 4u XDP_ABORTED=0 XDP_DROP=1                           bytes and sign of the enumerators
 *   __be16 typedef u16
 *
 * A type is `u16`, `s32`, `b8` (bool), `void`, `*TYPE`, `[4]TYPE`, `struct.iphdr`, `enum.xdp_action`, or one without a
 * name in parentheses. What only pointers name need not be there: it is then declared, not defined.
 */
import { BeeswaxError } from '../../util/errors.js';
import type { Btf, BtfMember, BtfType, TypeId } from '../btf/types.js';

/**
 * Reads such a text.
 *
 * @throws {BeeswaxError} BEESWAX_E_BTF for a line of another form.
 */
export function parseTypeText(text: string): Btf {
  return new TypeText(text).btf();
}

type Composite = 'struct' | 'union';

class TypeText {
  readonly #types: BtfType[] = [{ kind: 'void', name: '' }];
  readonly #ids = new Map<string, TypeId>();
  #line = '';
  #at = 0;

  constructor(text: string) {
    const lines = text.split('\n').filter((line) => line !== '');
    for (const line of lines) {
      const [, name = '', kind = ''] = /^(\S+) (\S+)/.exec(line) ?? [];
      this.#ids.set(`${kind.replace('enum64', 'enum')}.${name}`, this.#types.length);
      this.#types.push({ kind: 'void', name: '' });
    }
    lines.forEach((line, index) => {
      this.#line = line;
      this.#at = 0;
      const name = this.#take(/\S+/y);
      this.#take(/ /y);
      this.#types[index + 1] = this.#body(name);
      if (this.#at !== line.length) throw this.#refuse();
    });
  }

  btf(): Btf {
    return { types: this.#types, string: () => '' };
  }

  #body(name: string): BtfType {
    const kind = this.#take(/[a-z0-9]+/y);
    this.#take(/ /y);
    switch (kind) {
      case 'struct':
      case 'union':
        return this.#composite(kind, name);
      case 'enum':
      case 'enum64': {
        const size = Number(this.#take(/\d+/y));
        const signed = this.#take(/[us]/y) === 's';
        const values = [];
        while (this.#has(/ /y)) {
          const enumerator = this.#take(/\w+/y);
          this.#take(/=/y);
          values.push({ name: enumerator, value: BigInt(this.#take(/-?\d+/y)) });
        }
        return { kind, name, size, signed, values };
      }
      case 'typedef':
        return { kind, name, type: this.#type() };
      default:
        throw this.#refuse();
    }
  }

  #composite(kind: Composite, name: string): BtfType {
    const size = Number(this.#take(/\d+/y));
    const members: BtfMember[] = [];
    while (this.#has(/ /y)) {
      const member = this.#take(/\w*/y);
      this.#take(/:/y);
      const type = this.#type();
      this.#take(/@/y);
      const bitOffset = Number(this.#take(/\d+/y));
      const bitSize = this.#has(/\//y) ? Number(this.#take(/\d+/y)) : 0;
      members.push({ name: member, type, bitOffset, bitSize });
    }
    return { kind, name, size, members };
  }

  #type(): TypeId {
    if (this.#has(/\*/y)) return this.#add({ kind: 'ptr', name: '', type: this.#type() });
    if (this.#has(/\[/y)) {
      const length = Number(this.#take(/\d+/y));
      this.#take(/\]/y);
      return this.#add({ kind: 'array', name: '', type: this.#type(), indexType: this.#named('u32'), length });
    }
    if (this.#has(/\(/y)) {
      const type = this.#body('');
      this.#take(/\)/y);
      return this.#add(type);
    }
    return this.#named(this.#take(/[\w.]+/y));
  }

  #named(word: string): TypeId {
    if (word === 'void') return 0;
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    const id = this.#add(this.#undefinedType(word));
    this.#ids.set(word, id);
    return id;
  }

  /** An integer, or a struct or union that is only declared. */
  #undefinedType(word: string): BtfType {
    const [, encoding, bits] = /^([usb])(8|16|32|64|128)$/.exec(word) ?? [];
    if (bits !== undefined) {
      const size = Number(bits) / 8;
      const signed = encoding === 's';
      return {
        kind: 'int',
        name: word,
        size,
        signed,
        char: false,
        bool: encoding === 'b',
        bitOffset: 0,
        bits: size * 8,
      };
    }
    const [, kind, name] = /^(struct|union)\.(\w+)$/.exec(word) ?? [];
    if (name === undefined) throw this.#refuse();
    return { kind: 'fwd', name, union: kind === 'union' };
  }

  #add(type: BtfType): TypeId {
    return this.#types.push(type) - 1;
  }

  #has(sticky: RegExp): boolean {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#line);
    if (found === null) return false;
    this.#at += found[0].length;
    return true;
  }

  #take(sticky: RegExp): string {
    const start = this.#at;
    if (!this.#has(sticky)) throw this.#refuse();
    return this.#line.slice(start, this.#at);
  }

  #refuse(): BeeswaxError {
    return new BeeswaxError('BEESWAX_E_BTF', {
      problem: `'${this.#line.slice(this.#at, this.#at + 40)}' is no type text`,
    });
  }
}
