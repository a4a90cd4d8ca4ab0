/** One instruction as text: fills in the forms of `syntax.ts`. Whole programs are printed by `disassemble.ts`. */

import { KERNEL_HELPER_NAMES } from '../abi/helper_names.js';
import { helperName } from '../abi/helpers.js';
import type { Insn, Reference } from '../model/program.js';
import { type Form, formsOf, type Hole, moduleForm, referenceForm, referenceWord } from './syntax.js';

export interface FormatOptions {
  /**
   * 'llvm' is llvm-objdump's text, letter for letter, which writes calls to helpers, functions and kernel functions
   * alike; the default tells them apart, so that the assembler reads back the same bytes.
   */
  readonly style?: 'llvm' | 'exact';
  /** Write helpers by name instead of by number. */
  readonly helperNames?: boolean;
  /** The label of a slot, where it has one: jumps, local calls and function references are then written with it. */
  readonly label?: (pc: number) => string | undefined;
}

/** The text of one instruction, without newline: `if r1 > 0x7 goto +0x3`. */
export function formatInsn(insn: Insn, options: FormatOptions = {}): string {
  const { op, ref } = insn;
  if (options.style === 'llvm' && op.token === 'call') return `call ${signedHex(insn.imm)}`;
  return fill(formOf(insn), insn, options, ref);
}

function formOf(insn: Insn): Form {
  const { op, ref, off } = insn;
  if (ref !== undefined && referenceWord(op) !== undefined) return referenceForm(op);
  if (op.sem === 'call_btf' && off !== 0) return moduleForm(op);
  return formsOf(op)[0] as Form;
}

function fill(form: Form, insn: Insn, options: FormatOptions, ref: Reference | undefined): string {
  return form.map((piece) => (typeof piece === 'string' ? piece : operand(piece, insn, options, ref))).join('');
}

function operand(hole: Hole, insn: Insn, options: FormatOptions, ref: Reference | undefined): string {
  const { op, pc, imm, off } = insn;
  switch (hole.kind) {
    case 'register':
      return `${hole.half ? 'w' : 'r'}${insn[hole.field]}`;
    case 'r0':
      return hole.half ? 'w0' : 'r0';
    case 'address':
      return address(insn[hole.register], insn[hole.distance], hole.distance === 'off');
    case 'jump':
      return options.label?.(pc + 1 + insn[hole.field]) ?? distance(insn[hole.field]);
    case 'number':
      return signedHex(imm);
    case 'btf_id':
      return ref?.kind === 'kfunc' ? quoteName(ref.name) : signedHex(imm);
    case 'module':
      return signedHex(off);
    case 'wide':
      return wide(insn.imm64 ?? 0n, op.imm === 'imm64');
    case 'reference':
      return reference(insn, options, ref);
    case 'helper':
      return options.helperNames === true ? (nameOf(imm) ?? signedHex(imm)) : signedHex(imm);
    case 'function':
      return options.label?.(pc + 1 + imm) ?? distance(imm);
  }
}

/** The kernel's name of a helper, whether this engine has it or not. */
function nameOf(id: number): string | undefined {
  return id === 0 ? undefined : (helperName(id) ?? KERNEL_HELPER_NAMES[id]);
}

function address(register: number, by: number, always: boolean): string {
  if (by === 0 && !always) return `r${register}`;
  return `r${register} ${by < 0 ? '-' : '+'} 0x${Math.abs(by).toString(16)}`;
}

/** llvm-objdump writes plain numbers signed, those that stand for something by their bits. */
function wide(value: bigint, signed: boolean): string {
  return signed ? signedHex(BigInt.asIntN(64, value)) : `0x${value.toString(16)}`;
}

function reference(insn: Insn, options: FormatOptions, ref: Reference | undefined): string {
  const word = referenceWord(insn.op);
  if (ref === undefined) return '';
  switch (ref.kind) {
    case 'map':
      return `&${word}(${quoteName(ref.map)})`;
    case 'map_value':
      return ref.offset === 0
        ? `&${word}(${quoteName(ref.map)})`
        : `&${word}(${quoteName(ref.map)}, 0x${ref.offset.toString(16)})`;
    case 'function':
      return `&${word}(${options.label?.(ref.pc) ?? distance(ref.pc - insn.pc - 1)})`;
    case 'kfunc':
    case 'kernel_symbol':
      return ref.name;
    case 'missing':
      return ref.what;
  }
}

/** A name as the assembler reads it: bare where it can be, else in double quotes. */
export function quoteName(name: string): string {
  return /^(?![rw]\d+$)[A-Za-z_][\w.]*$/.test(name) ? name : JSON.stringify(name);
}

/** `0x7`, `-0x1`. */
export function signedHex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
}

/** A distance in slots from the next instruction: `+0x3`, `-0x2`. */
function distance(slots: number): string {
  return slots < 0 ? signedHex(slots) : `+${signedHex(slots)}`;
}
