/** The instructions of one program as they are read, and their names resolved once all are known. */

import { KERNEL_HELPER_NAMES } from '../abi/helper_names.js';
import { HELPERS } from '../abi/helpers.js';
import type { ProgramType } from '../abi/program_types.js';
import { makeInsn } from '../isa/insn.js';
import { type OpName, opNamed } from '../isa/table.js';
import type { FunctionInfo, Insn, Program, SourceLine } from '../model/program.js';
import { BeeswaxError } from '../util/errors.js';
import { duplicate, rangeError, unknownName } from './asm_error.js';
import type { ParsedInsn, ReferenceUse, SymbolUse } from './insn_parser.js';
import { REFERENCE_WORDS } from './syntax.js';

/** What names may mean beside the labels of the program. */
export interface Names {
  readonly maps: ReadonlyMap<string, unknown>;
  /** The embedder's helpers. */
  readonly helpers: ReadonlyMap<string, number>;
}

/** The row of each reference word: `REFERENCE_WORDS` the other way round. */
const ROW_OF_WORD: ReadonlyMap<string, OpName> = new Map(
  Object.entries(REFERENCE_WORDS).map(([row, word]) => [word, row as OpName]),
);

export class ProgramBuilder {
  private readonly parsed: { insn: ParsedInsn; pc: number; line: SourceLine }[] = [];
  private readonly labels = new Map<string, number>();
  private readonly entries = new Map<number, string | undefined>();
  private length = 0;

  constructor(
    /** Undefined until `.program` or the first label says. */
    public name: string | undefined,
    readonly type: ProgramType,
    readonly section: string,
  ) {}

  get isEmpty(): boolean {
    return this.length === 0;
  }

  addLabel(name: string, column: number): void {
    if (this.labels.has(name)) throw duplicate('label', name, column);
    this.labels.set(name, this.length);
    if (this.length === 0) this.name ??= name;
  }

  addInsn(insn: ParsedInsn, line: SourceLine): void {
    this.parsed.push({ insn, pc: this.length, line });
    this.length += insn.op.slots;
  }

  /**
   * Resolves labels, maps and helpers.
   *
   * @throws {BeeswaxError} BEESWAX_E_ASM_UNKNOWN_NAME, BEESWAX_E_ASM_RANGE, placed at the line.
   */
  build(names: Names, license: string, defaultName: string): Program {
    const name = this.name ?? defaultName;
    const insns = this.parsed.map(({ insn, pc, line }) => {
      try {
        return this.resolve(insn, pc, names);
      } catch (error) {
        if (error instanceof BeeswaxError) throw error.at({ file: line.file, line: line.line, text: line.text });
        throw error;
      }
    });
    return {
      name,
      section: this.section,
      type: this.type,
      insns,
      length: this.length,
      functions: this.functions(insns, name),
      license,
      lines: new Map(this.parsed.map(({ pc, line }) => [pc, line])),
    };
  }

  private resolve({ op, fields, symbol, reference }: ParsedInsn, pc: number, names: Names): Insn {
    if (reference !== undefined) return this.resolveReference(reference, pc, fields.dst, names);
    if (symbol === undefined) {
      const insn: Insn = makeInsn(op, pc, fields);
      if (op.imm === 'func') this.entries.set(pc + 1 + insn.imm, undefined);
      // The address of a function given by its distance, as bare slots have it.
      if (op.imm !== 'code') return insn;
      return this.functionAddress(pc, fields.dst, pc + 1 + insn.imm);
    }
    switch (symbol.use) {
      case 'jump': {
        const distance = this.target(symbol) - pc - 1;
        if (op.imm === 'jump') return makeInsn(op, pc, { ...fields, imm: distance });
        if (distance < -32768 || distance > 32767) {
          throw rangeError('jump distance', BigInt(distance), -32768n, 32767n, symbol.column, 'use `gotol`');
        }
        return makeInsn(op, pc, { ...fields, off: distance });
      }
      case 'function':
        return this.localCall(symbol, pc);
      case 'helper':
        if (this.labels.has(symbol.name)) return this.localCall(symbol, pc);
        return makeInsn(op, pc, { imm: this.helper(symbol, names) });
      case 'btf_id':
        return { ...makeInsn(op, pc, fields), ref: { kind: 'kfunc', name: symbol.name } };
      case 'wide':
        if (names.maps.has(symbol.name)) return mapAddress('lddw_map', pc, fields.dst, symbol.name, 0);
        return this.functionAddress(pc, fields.dst, this.target(symbol, names.maps.keys()), symbol.name);
    }
  }

  private localCall(symbol: SymbolUse, pc: number): Insn {
    const target = this.target(symbol);
    this.entries.set(target, symbol.name);
    return makeInsn('call_local', pc, { imm: target - pc - 1 });
  }

  private resolveReference(
    { word, target, offset, column }: ReferenceUse,
    pc: number,
    dst: number,
    names: Names,
  ): Insn {
    if (word === 'func') {
      if (typeof target === 'bigint') return this.functionAddress(pc, dst, pc + 1 + Number(BigInt.asIntN(32, target)));
      return this.functionAddress(pc, dst, this.target({ use: 'function', name: target, column }), target);
    }
    const map = String(target);
    if (!names.maps.has(map)) throw unknownName('map', map, names.maps.keys(), column, 'declare it with `.map`');
    return mapAddress(ROW_OF_WORD.get(word) as OpName, pc, dst, map, Number(offset));
  }

  private functionAddress(pc: number, dst: number, target: number, name?: string): Insn {
    this.entries.set(target, name ?? this.entries.get(target));
    const imm64 = BigInt.asUintN(32, BigInt(target - pc - 1));
    return { ...makeInsn('lddw_code', pc, { dst, imm64 }), ref: { kind: 'function', pc: target } };
  }

  private target({ name, column }: SymbolUse, others: Iterable<string> = []): number {
    const pc = this.labels.get(name);
    if (pc === undefined) throw unknownName('label', name, [...this.labels.keys(), ...others], column);
    return pc;
  }

  private helper({ name, column }: SymbolUse, names: Names): number {
    const bare = name.replace(/^bpf_/, '');
    const custom = names.helpers.get(name) ?? names.helpers.get(bare);
    if (custom !== undefined) return custom;
    const id = KERNEL_HELPER_NAMES.indexOf(bare);
    if (id > 0) return id;
    const known = [...names.helpers.keys(), ...Object.keys(HELPERS), ...KERNEL_HELPER_NAMES, ...this.labels.keys()];
    throw unknownName('helper or label', bare, known, column);
  }

  /** Cuts the program at what its calls and callbacks name. */
  private functions(insns: readonly Insn[], name: string): FunctionInfo[] {
    if (this.length === 0) return [];
    const starts = new Set(insns.map(({ pc }) => pc));
    const targets = [...this.entries.keys()].filter((pc) => pc !== 0 && starts.has(pc)).sort((a, b) => a - b);
    return [0, ...targets].map((start, i) => ({
      name: start === 0 ? name : (this.entries.get(start) ?? `${name}.${start}`),
      start,
      end: targets[i] ?? this.length,
    }));
  }
}

/** A map, or an address within its value: of which the high half of the immediate is the offset (RFC 9669 section 5.4). */
function mapAddress(row: OpName, pc: number, dst: number, map: string, offset: number): Insn {
  const value = opNamed(row).imm === 'map_value';
  const insn = makeInsn(row, pc, { dst, imm64: value ? BigInt(offset) << 32n : 0n });
  return { ...insn, ref: value ? { kind: 'map_value', map, offset } : { kind: 'map', map } };
}
