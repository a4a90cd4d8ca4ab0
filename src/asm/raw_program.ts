/**
 * Instructions without an object file to a Program: finds its functions from what local calls and callbacks lead to,
 * and turns self-relative code addresses into references. Maps have no names here, so their loads stay unresolved.
 */
import type { ProgramType } from '../abi/program_types.js';
import { decodeInsns } from '../isa/decode.js';
import type { DecodedInsn } from '../isa/insn.js';
import type { FunctionInfo, Insn, Program } from '../model/program.js';

export interface RawProgramOptions {
  /** 'main' by default; the entry function is called the same. */
  readonly name?: string;
  /** 'raw' by default. */
  readonly type?: ProgramType;
  /** 'GPL' by default. */
  readonly license?: string;
  readonly section?: string;
}

/**
 * Decodes a program given as bare slots, as conformance suites and bpf(2) have them.
 *
 * @throws {BeeswaxError} as `decodeInsns`.
 */
export function programFromBytes(bytes: Uint8Array, options: RawProgramOptions = {}): Program {
  return programFromInsns(decodeInsns(bytes), options);
}

/**
 * Makes a program of instructions that lie one after the other from pc 0. What is wrong with their structure is for
 * `verify()` to say.
 */
export function programFromInsns(decoded: readonly DecodedInsn[], options: RawProgramOptions = {}): Program {
  const name = options.name ?? 'main';
  const last = decoded.at(-1);
  const length = last === undefined ? 0 : last.pc + last.op.slots;
  const insns = decoded.map(withReference);
  return {
    name,
    section: options.section ?? '',
    type: options.type ?? 'raw',
    insns,
    length,
    functions: functionsOf(insns, name, length),
    license: options.license ?? 'GPL',
    lines: new Map(),
  };
}

/** A code address is relative to its own slot like a local call (RFC 9669 section 5.4). */
function withReference(insn: Insn): Insn {
  if (insn.op.imm !== 'code' || insn.ref !== undefined) return insn;
  return { ...insn, ref: { kind: 'function', pc: insn.pc + 1 + insn.imm } };
}

/** Cuts the program at the targets of its local calls and callbacks that are instructions. */
function functionsOf(insns: readonly Insn[], name: string, length: number): FunctionInfo[] {
  if (length === 0) return [];
  const starts = new Set(insns.map(({ pc }) => pc));
  const entries = new Set([0]);
  for (const { op, pc, imm, ref } of insns) {
    const target = op.imm === 'func' ? pc + 1 + imm : ref?.kind === 'function' ? ref.pc : undefined;
    if (target !== undefined && starts.has(target)) entries.add(target);
  }
  const sorted = [...entries].sort((a, b) => a - b);
  return sorted.map((start, i) => ({
    name: start === 0 ? name : `${name}.${start}`,
    start,
    end: sorted[i + 1] ?? length,
  }));
}
