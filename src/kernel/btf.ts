/**
 * The least BTF that lets the kernel take a program whose functions are passed as callbacks: every function named,
 * static, of type `int ()`. (check_ld_imm in kernel/bpf/verifier.c refuses the address of a function without it.)
 */
import type { FunctionInfo } from '../model/program.js';
import { stableBytes } from './ffi/port.js';

/** struct btf_header (linux/btf.h). */
const HEADER_SIZE = 24;
const BTF_MAGIC = 0xeb9f;
const BTF_VERSION = 1;

/** enum of type kinds (linux/btf.h), placed at bit 24 of a type's info word. */
const KIND = { INT: 1, FUNC: 12, FUNC_PROTO: 13 } as const;
const INT_SIGNED = 1 << 24;

/** Type ids: 1 is `int`, 2 is `int ()`, the functions follow. */
const INT_ID = 1;
const PROTO_ID = 2;
const FIRST_FUNCTION_ID = 3;

/** struct bpf_func_info: u32 insn_off, u32 type_id. */
export const FUNC_INFO_SIZE = 8;

export interface FunctionBtf {
  /** Raw BTF, for BTF_LOAD. */
  readonly btf: Uint8Array;
  /** Array of struct bpf_func_info, for PROG_LOAD. */
  readonly funcInfo: Uint8Array;
}

/** Describes these functions, in order of their start. */
export function describeFunctions(functions: readonly FunctionInfo[]): FunctionBtf {
  const strings = new StringTable();
  const words: number[] = [];
  words.push(strings.add('int'), KIND.INT << 24, 4, INT_SIGNED | 32);
  words.push(0, KIND.FUNC_PROTO << 24, INT_ID);
  functions.forEach(({ name }, index) => {
    words.push(strings.add(identifier(name, index)), KIND.FUNC << 24, PROTO_ID);
  });

  const text = strings.bytes();
  const typeBytes = words.length * 4;
  const btf = stableBytes(HEADER_SIZE + typeBytes + text.length);
  const view = new DataView(btf.buffer);
  view.setUint16(0, BTF_MAGIC, true);
  view.setUint8(2, BTF_VERSION);
  [HEADER_SIZE, 0, typeBytes, typeBytes, text.length].forEach((word, i) => {
    view.setUint32(4 + 4 * i, word, true);
  });
  words.forEach((word, i) => {
    view.setUint32(HEADER_SIZE + 4 * i, word, true);
  });
  btf.set(text, HEADER_SIZE + typeBytes);

  const funcInfo = stableBytes(functions.length * FUNC_INFO_SIZE);
  const infoView = new DataView(funcInfo.buffer);
  functions.forEach(({ start }, index) => {
    infoView.setUint32(index * FUNC_INFO_SIZE, start, true);
    infoView.setUint32(index * FUNC_INFO_SIZE + 4, FIRST_FUNCTION_ID + index, true);
  });
  return { btf, funcInfo };
}

/** A name that BTF takes: a C identifier of less than 128 bytes. */
function identifier(name: string, index: number): string {
  const text = name.replaceAll(/[^A-Za-z0-9_]/g, '_').slice(0, 100);
  return /^[A-Za-z_]/.test(text) ? text : `f${index}_${text}`;
}

/** BTF's string section: NUL-ended strings, the first one empty. */
class StringTable {
  readonly #bytes: number[] = [0];

  /** Adds an ASCII string; returns its offset. */
  add(text: string): number {
    const offset = this.#bytes.length;
    for (let i = 0; i < text.length; i++) this.#bytes.push(text.charCodeAt(i));
    this.#bytes.push(0);
    return offset;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
