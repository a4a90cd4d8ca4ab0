/**
 * BTF (Documentation/bpf/btf.rst) for an assembled object: map definitions as libbpf reads them from `.maps`, a type
 * for each function, and source lines. Only the few kinds that this needs.
 */

import { MAP_TYPES } from '../abi/map_types.js';
import type { MapSpec } from '../model/map_spec.js';
import type { SourceLine } from '../model/program.js';
import { ByteWriter, StringTable } from './byte_writer.js';

const MAGIC = 0xeb9f;
const HEADER_SIZE = 24;
/** With room for CO-RE relocations, of which there are none. */
const EXTENSION_HEADER_SIZE = 32;
const KIND = { INT: 1, PTR: 2, ARRAY: 3, STRUCT: 4, FUNC: 12, FUNC_PROTO: 13, VAR: 14, DATASEC: 15 } as const;
const INT_SIGNED = 1 << 24;
/** Linkage of functions and variables. */
const STATIC = 0;
const GLOBAL = 1;
/** Bytes of a pointer: the members of a map definition are pointers. */
const POINTER = 8;

/** What one instruction section has for `.BTF.ext`. */
export interface SectionInfo {
  readonly section: string;
  readonly functions: readonly { readonly offset: number; readonly type: number }[];
  /** By byte offset in the section, ascending. */
  readonly lines: readonly { readonly offset: number; readonly line: SourceLine }[];
}

export class BtfWriter {
  private readonly types = new ByteWriter();
  private readonly strings = new StringTable();
  private count = 0;
  private readonly int: number;
  private readonly prototype: number;

  constructor() {
    this.int = this.type('int', KIND.INT, 0, 4);
    this.types.u32(INT_SIGNED | 32);
    this.prototype = this.type('', KIND.FUNC_PROTO, 0, this.int);
  }

  /** Adds a function without declared arguments; returns its type id. */
  function(name: string, isStatic: boolean): number {
    return this.type(name.replace(/\W/g, '_'), KIND.FUNC, isStatic ? STATIC : GLOBAL, this.prototype);
  }

  /** Adds the `.maps` section; returns the size of each map's definition in it. */
  maps(specs: readonly MapSpec[]): number[] {
    const variables = specs.map((spec) => this.map(spec));
    const size = variables.reduce((sum, variable) => sum + variable.size, 0);
    this.type('.maps', KIND.DATASEC, variables.length, size);
    let offset = 0;
    for (const variable of variables) {
      this.types.u32(variable.id).u32(offset).u32(variable.size);
      offset += variable.size;
    }
    return variables.map((variable) => variable.size);
  }

  /** The `.BTF` section. */
  finish(): Uint8Array {
    const types = this.types.finish();
    const strings = this.strings.finish();
    const out = new ByteWriter().u16(MAGIC).u8(1).u8(0).u32(HEADER_SIZE);
    out.u32(0).u32(types.length).u32(types.length).u32(strings.length);
    return out.append(types).append(strings).finish();
  }

  /** The `.BTF.ext` section. Call it before `finish`: it adds strings. */
  extension(sections: readonly SectionInfo[]): Uint8Array {
    const functions = new ByteWriter().u32(8);
    const lines = new ByteWriter().u32(16);
    for (const info of sections) {
      const name = this.strings.add(info.section);
      functions.u32(name).u32(info.functions.length);
      for (const { offset, type } of info.functions) functions.u32(offset).u32(type);
      if (info.lines.length === 0) continue;
      lines.u32(name).u32(info.lines.length);
      for (const { offset, line } of info.lines) {
        lines.u32(offset).u32(this.strings.add(line.file)).u32(this.strings.add(line.text));
        // Line numbers have 22 bits, columns 10.
        lines.u32(((line.line << 10) | Math.min(line.column, 1023)) >>> 0);
      }
    }
    const lineBytes = lines.length > 4 ? lines.finish() : new Uint8Array();
    const functionBytes = functions.finish();
    const out = new ByteWriter().u16(MAGIC).u8(1).u8(0).u32(EXTENSION_HEADER_SIZE);
    out.u32(0).u32(functionBytes.length).u32(functionBytes.length).u32(lineBytes.length);
    out.u32(functionBytes.length + lineBytes.length).u32(0);
    return out.append(functionBytes).append(lineBytes).finish();
  }

  /** A map definition: a struct of pointers to arrays, whose lengths are the values (libbpf's `__uint`). */
  private map(spec: MapSpec): { id: number; size: number } {
    const values = Object.entries({
      type: MAP_TYPES[spec.type].id,
      key_size: spec.keySize,
      value_size: spec.valueSize,
      max_entries: spec.maxEntries,
      map_flags: spec.flags >>> 0,
      pinning: spec.pinning === 'by_name' ? 1 : 0,
    }).filter(([name, value]) => value !== 0 || name === 'max_entries');
    const pointers = values.map(([, value]) => this.uint(value));
    const size = values.length * POINTER;
    const struct = this.type('', KIND.STRUCT, values.length, size);
    values.forEach(([name], i) => {
      this.types
        .u32(this.strings.add(name))
        .u32(pointers[i] as number)
        .u32(i * POINTER * 8);
    });
    const id = this.type(spec.name, KIND.VAR, 0, struct);
    this.types.u32(GLOBAL);
    return { id, size };
  }

  private uint(value: number): number {
    const array = this.type('', KIND.ARRAY, 0, 0);
    this.types.u32(this.int).u32(this.int).u32(value);
    return this.type('', KIND.PTR, 0, array);
  }

  /** Starts a type: name, kind, vlen, and the word that is its size or its type. What the kind adds comes next. */
  private type(name: string, kind: number, length: number, word: number): number {
    this.types
      .u32(this.strings.add(name))
      .u32((kind << 24) | length)
      .u32(word);
    return ++this.count;
  }
}
