/**
 * BTF in the kernel: an object's types once, and for each of its programs which functions and source lines its slots
 * are. The kernel wants types for maps with locks or timers, for callbacks, and for tail calls from functions.
 */

import type { BtfType } from '../elf/btf/types.js';
import { BtfWriter } from '../elf/btf/write.js';
import type { FunctionInfo, Program, SourceLine } from '../model/program.js';
import type { AttrValues } from './attr.js';
import { stableBytes, stableCopy } from './ffi/port.js';
import type { Kernel } from './kernel.js';

/** struct bpf_func_info: u32 insn_off, type_id. */
const FUNC_INFO_SIZE = 8;
/** struct bpf_line_info: u32 insn_off, file_name_off, line_off, line << 10 | column. */
const LINE_INFO_SIZE = 16;
const MAX_COLUMN = 0x3ff;

/** What PROG_LOAD is told about a program's types. */
export type ProgramBtf = Pick<
  AttrValues<'PROG_LOAD'>,
  | 'prog_btf_fd'
  | 'func_info_rec_size'
  | 'func_info'
  | 'func_info_cnt'
  | 'line_info_rec_size'
  | 'line_info'
  | 'line_info_cnt'
>;

/** The types of an object, loaded. */
export class ObjectBtf {
  private constructor(
    private readonly kernel: Kernel,
    readonly fd: number,
    private readonly writer: BtfWriter,
  ) {}

  /**
   * Loads the types, with the names and lines of the programs' sources.
   *
   * @returns undefined where the kernel does not take them: an older one, or types of another language than C
   */
  static load(kernel: Kernel, types: readonly BtfType[], programs: readonly Program[]): ObjectBtf | undefined {
    const writer = new BtfWriter(types);
    for (const { lines } of programs) {
      for (const { file, text } of lines.values()) {
        writer.string(file);
        writer.string(text);
      }
    }
    const fd = load(kernel, writer);
    return fd < 0 ? undefined : new ObjectBtf(kernel, fd, writer);
  }

  /** What a program of the object is told; undefined where a function of it has no type. */
  describe(program: Program): ProgramBtf | undefined {
    const functions = functionInfo(program.functions.map(({ start, btf }) => [start, btf]));
    if (functions === undefined) return undefined;
    return { prog_btf_fd: this.fd, ...functions, ...this.#lineInfo(program) };
  }

  close(): void {
    this.kernel.close(this.fd);
  }

  #lineInfo({ insns, lines, functions }: Program): ProgramBtf {
    const starts = new Set(functions.map(({ start }) => start));
    // The kernel wants a line where each function begins, or none at all.
    if ([...starts].some((start) => !lines.has(start))) return {};
    const words: number[] = [];
    let last: SourceLine | undefined;
    for (const { pc } of insns) {
      const line = lines.get(pc);
      if (line === undefined || (line === last && !starts.has(pc))) continue;
      last = line;
      words.push(pc, this.writer.string(line.file), this.writer.string(line.text));
      words.push(line.line * (MAX_COLUMN + 1) + Math.min(line.column, MAX_COLUMN));
    }
    return {
      line_info_rec_size: LINE_INFO_SIZE,
      line_info: stableWords(words),
      line_info_cnt: (words.length * 4) / LINE_INFO_SIZE,
    };
  }
}

/**
 * The least types that let the kernel take a program whose functions are passed as callbacks: every function named,
 * static, of type `int ()`. (check_ld_imm in kernel/bpf/verifier.c refuses the address of a function without.)
 *
 * @returns what PROG_LOAD is told, with a file descriptor that the caller closes; undefined where it is refused
 */
export function describeFunctions(kernel: Kernel, functions: readonly FunctionInfo[]): ProgramBtf | undefined {
  const int = 1;
  const prototype = 2;
  const writer = new BtfWriter([
    { kind: 'void', name: '' },
    { kind: 'int', name: 'int', size: 4, signed: true, char: false, bool: false, bitOffset: 0, bits: 32 },
    { kind: 'func_proto', name: '', type: int, params: [] },
    ...functions.map(
      ({ name }, index): BtfType => ({
        kind: 'func',
        name: identifier(name, index),
        type: prototype,
        linkage: 'static',
      }),
    ),
  ]);
  const fd = load(kernel, writer);
  if (fd < 0) return undefined;
  return { prog_btf_fd: fd, ...functionInfo(functions.map(({ start }, index) => [start, prototype + 1 + index])) };
}

function load(kernel: Kernel, writer: BtfWriter): number {
  const btf = stableCopy(writer.bytes());
  return kernel.call(kernel.attr('BTF_LOAD', { btf, btf_size: btf.length }));
}

function functionInfo(
  functions: readonly (readonly [start: number, type: number | undefined])[],
): ProgramBtf | undefined {
  if (functions.some(([, type]) => type === undefined)) return undefined;
  return {
    func_info_rec_size: FUNC_INFO_SIZE,
    func_info: stableWords(functions.flat() as number[]),
    func_info_cnt: functions.length,
  };
}

function stableWords(words: readonly number[]): Uint8Array {
  const bytes = stableBytes(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => {
    view.setUint32(index * 4, word, true);
  });
  return bytes;
}

/** A name that BTF takes: a C identifier of less than 128 bytes. */
function identifier(name: string, index: number): string {
  const text = name.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 100);
  return /^[A-Za-z_]/.test(text) ? text : `f${index}_${text}`;
}
