/**
 * A program as plain data: decoded instructions with their references by name, before anything is proven or loaded.
 * Nothing here does work.
 */
import type { ProgramType } from '../abi/program_types.js';
import type { DecodedInsn } from '../isa/insn.js';

/** What a 64-bit immediate or a call stands for, by name, until load gives it an address. */
export type Reference =
  | { readonly kind: 'map'; readonly map: string }
  | { readonly kind: 'map_value'; readonly map: string; readonly offset: number }
  /** A function of this program, by its entry pc. */
  | { readonly kind: 'function'; readonly pc: number }
  /** A kernel function, of calls by BTF id. */
  | { readonly kind: 'kfunc'; readonly name: string }
  /** A function or variable of the kernel, of 64-bit immediates that hold its address. */
  | { readonly kind: 'kernel_symbol'; readonly name: string }
  /** Something that is not there, on an instruction that traps: it must not be reached. */
  | { readonly kind: 'missing'; readonly what: string };

/** A source position from BTF line info. */
export interface SourceLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** A decoded instruction, and what its immediate stands for where a relocation or the encoding says so. */
export interface Insn extends DecodedInsn {
  readonly ref?: Reference;
}

/** A function inside a program: the entry, or the target of local calls or callbacks. */
export interface FunctionInfo {
  readonly name: string;
  /** First slot. */
  readonly start: number;
  /** One past the last slot. */
  readonly end: number;
  /** Id of its type (BTF_KIND_FUNC) in the object's BTF, where it has one. */
  readonly btf?: number;
}

/** One entry point with all functions that it reaches, linked into one run of slots; pc 0 is the entry. */
export interface Program {
  readonly name: string;
  /** ELF section that it came from, '' for text or raw bytes. */
  readonly section: string;
  readonly type: ProgramType;
  readonly insns: readonly Insn[];
  /** Number of slots. */
  readonly length: number;
  /** In order of `start`; the first is the entry. */
  readonly functions: readonly FunctionInfo[];
  readonly license: string;
  /** Source line of a pc, where BTF has it. */
  readonly lines: ReadonlyMap<number, SourceLine>;
}
