/** Makes `.BTF` sections by hand, right ones and wrong ones, so that tests can say what no compiler would. */

export class BtfBuilder {
  readonly #words: number[] = [];
  #strings = '\0';

  /** One type's common part: name offset, info word, size or type; and what follows it. */
  raw(name: number, info: number, sizeOrType: number, ...rest: number[]): this {
    this.#words.push(name, info, sizeOrType, ...rest);
    return this;
  }

  int(name: string, size: number, encoding: number): this {
    return this.raw(this.#string(name), 1 << 24, size, (encoding << 24) | (size * 8));
  }

  ptr(type: number): this {
    return this.raw(0, 2 << 24, type);
  }

  array(type: number, indexType: number, length: number): this {
    return this.raw(0, 3 << 24, 0, type, indexType, length);
  }

  /** Members are name, type, byte offset. */
  struct(name: string, size: number, members: readonly (readonly [string, number, number])[]): this {
    const rest = members.flatMap(([member, type, at]) => [this.#string(member), type, at * 8]);
    return this.raw(this.#string(name), (4 << 24) | members.length, size, ...rest);
  }

  typedef(name: string, type: number): this {
    return this.raw(this.#string(name), 8 << 24, type);
  }

  bytes(): Uint8Array {
    const text = new TextEncoder().encode(this.#strings);
    const out = new Uint8Array(24 + this.#words.length * 4 + text.length);
    const view = new DataView(out.buffer);
    view.setUint16(0, 0xeb9f, true);
    view.setUint8(2, 1);
    view.setUint32(4, 24, true);
    view.setUint32(12, this.#words.length * 4, true);
    view.setUint32(16, this.#words.length * 4, true);
    view.setUint32(20, text.length, true);
    for (const [index, word] of this.#words.entries()) view.setUint32(24 + index * 4, word >>> 0, true);
    out.set(text, 24 + this.#words.length * 4);
    return out;
  }

  #string(text: string): number {
    const at = this.#strings.length;
    this.#strings += `${text}\0`;
    return at;
  }
}
