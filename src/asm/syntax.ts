/**
 * The text of every instruction, once: a form for each semantics tag, in llvm-objdump's syntax. The disassembler fills
 * forms in, the assembler recognises them, so each reads what the other writes.
 *
 * In a form, `{…}` stands for an operand (`Hole`), everything else for itself.
 */
import { OPS, type Op, type OpName, type Sem } from '../isa/table.js';

/** An operand of a form. */
export type Hole =
  /** A register: `r1`, or `w1` for its low half. */
  | { readonly kind: 'register'; readonly field: 'dst' | 'src'; readonly half: boolean }
  /** r0, which some instructions use unasked. */
  | { readonly kind: 'r0'; readonly half: boolean }
  /** A register and a distance in bytes: `r1 + 0x4`. */
  | { readonly kind: 'address'; readonly register: 'dst' | 'src'; readonly distance: 'off' | 'imm' }
  /** A jump distance in slots, or a label. */
  | { readonly kind: 'jump'; readonly field: 'off' | 'imm' }
  /** A 32-bit number. */
  | { readonly kind: 'number' }
  /** A 64-bit number. */
  | { readonly kind: 'wide' }
  /** What a 64-bit immediate stands for: `&map(NAME)`. */
  | { readonly kind: 'reference' }
  /** A helper's number or name; a function's distance or label; a kernel function's BTF id; the module of that id. */
  | { readonly kind: 'helper' | 'function' | 'btf_id' | 'module' };

export type Piece = string | Hole;
export type Form = readonly Piece[];

/** Words of references, by the row that they make. */
export const REFERENCE_WORDS = {
  lddw_map: 'map',
  lddw_map_value: 'value',
  lddw_code: 'func',
  lddw_map_index: 'map_index',
  lddw_map_index_value: 'value_index',
} as const satisfies Partial<Record<OpName, string>>;

export type ReferenceWord = (typeof REFERENCE_WORDS)[keyof typeof REFERENCE_WORDS];

/** The word of a row whose immediate is a reference, or undefined. */
export function referenceWord(op: Op): ReferenceWord | undefined {
  return (REFERENCE_WORDS as Partial<Record<OpName, ReferenceWord>>)[op.name];
}

const BINARY = '{dst} {token} {operand}';
const SWAP = '{whole dst} {token} {whole dst}';
const JUMP_IF = 'if {dst} {token} {operand} goto {jump}';
const LOCKED = 'lock *({memory} *)({at dst}) {token} {src}';
const FETCH = '{src} = {token}(({memory} *)({at dst}), {src})';
const REFERENCE = '{whole dst} = {reference} ll';
const PSEUDO = 'ld_pseudo\t{whole dst}, {kind}, {wide}';

/** Main form of each; the further ones of 64-bit immediates are in `formsOf`. */
const FORMS = {
  add: BINARY,
  sub: BINARY,
  mul: BINARY,
  div: BINARY,
  sdiv: BINARY,
  mod: BINARY,
  smod: BINARY,
  or: BINARY,
  and: BINARY,
  xor: BINARY,
  lsh: BINARY,
  rsh: BINARY,
  arsh: BINARY,
  mov: BINARY,
  neg: '{dst} {token}{dst}',
  movsx8: '{dst} {token}{src}',
  movsx16: '{dst} {token}{src}',
  movsx32: '{dst} {token}{src}',
  le: SWAP,
  be: SWAP,
  bswap: SWAP,
  jeq: JUMP_IF,
  jne: JUMP_IF,
  jgt: JUMP_IF,
  jge: JUMP_IF,
  jlt: JUMP_IF,
  jle: JUMP_IF,
  jsgt: JUMP_IF,
  jsge: JUMP_IF,
  jslt: JUMP_IF,
  jsle: JUMP_IF,
  jset: JUMP_IF,
  ja: '{token} {jump}',
  may_goto: '{token} {jump}',
  call_helper: 'call {helper}',
  call_local: 'call local {function}',
  call_btf: 'call kfunc {btf_id}',
  callx: '{token} {whole dst}',
  exit: 'exit',
  lddw: '{whole dst} = {wide} ll',
  lddw_map: PSEUDO,
  lddw_map_value: PSEUDO,
  lddw_var: PSEUDO,
  lddw_code: PSEUDO,
  lddw_map_index: PSEUDO,
  lddw_map_index_value: PSEUDO,
  ldx: '{dst} = *({token} *)({at src})',
  ldsx: '{whole dst} = *({token} *)({at src})',
  st: '*({token} *)({at dst}) = {number}',
  stx: '*({token} *)({at dst}) = {src}',
  atomic_add: LOCKED,
  atomic_or: LOCKED,
  atomic_and: LOCKED,
  atomic_xor: LOCKED,
  atomic_fetch_add: FETCH,
  atomic_fetch_or: FETCH,
  atomic_fetch_and: FETCH,
  atomic_fetch_xor: FETCH,
  atomic_xchg: '{src} = {token}{suffix}({at dst}, {src})',
  atomic_cmpxchg: '{r0} = {token}{suffix}({at dst}, {r0}, {src})',
  load_acquire: '{dst} = load_acquire(({memory} *)({at src}))',
  store_release: 'store_release(({memory} *)({at dst}), {src})',
  ld_abs: '{whole r0} = *({token} *)skb[{number}]',
  ld_ind: '{whole r0} = *({token} *)skb[{index src}]',
} as const satisfies Record<Sem, string>;

/**
 * The forms of a row, the one that is printed first. Others: the symbolic form of a 64-bit immediate, whole registers
 * for half ones around memory (llvm-objdump prints those below -mcpu=v3), a kernel function with its module.
 */
export function formsOf(op: Op): readonly Form[] {
  const main = FORMS[op.sem as keyof typeof FORMS];
  const forms = [parseForm(op, main, op.width < 64)];
  if (referenceWord(op) !== undefined) forms.push(parseForm(op, REFERENCE, false));
  if (op.sem === 'call_btf') forms.push(parseForm(op, `${main} module {module}`, false));
  if (op.off === 'mem' && op.width < 64) forms.push(parseForm(op, main, false));
  return forms;
}

/** The symbolic form of a row that has one: what is printed when the reference is known. */
export function referenceForm(op: Op): Form {
  return parseForm(op, REFERENCE, false);
}

/** The form of a kernel function in a module, whose BTF the offset field names. */
export function moduleForm(op: Op): Form {
  return parseForm(op, `${FORMS.call_btf} module {module}`, false);
}

function parseForm(op: Op, form: string, half: boolean): Form {
  const pieces: Piece[] = [];
  for (const part of form.split(/(\{[^}]*\})/)) {
    const piece = part.startsWith('{') ? holeOf(op, part.slice(1, -1), half) : part;
    const last = pieces.at(-1);
    if (typeof piece === 'string' && typeof last === 'string') pieces[pieces.length - 1] = last + piece;
    else if (piece !== '') pieces.push(piece);
  }
  return pieces;
}

function holeOf(op: Op, name: string, half: boolean): Piece {
  switch (name) {
    case 'dst':
    case 'src':
      return { kind: 'register', field: name, half };
    case 'whole dst':
      return { kind: 'register', field: 'dst', half: false };
    case 'r0':
    case 'whole r0':
      return { kind: 'r0', half: half && name === 'r0' };
    case 'at dst':
    case 'at src':
      return { kind: 'address', register: name === 'at dst' ? 'dst' : 'src', distance: 'off' };
    case 'index src':
      return { kind: 'address', register: 'src', distance: 'imm' };
    case 'operand':
      return op.src === 'r' ? { kind: 'register', field: 'src', half } : { kind: 'number' };
    case 'jump':
      return { kind: 'jump', field: op.off === 'jump' ? 'off' : 'imm' };
    case 'number':
    case 'wide':
    case 'reference':
    case 'helper':
    case 'function':
    case 'btf_id':
    case 'module':
      return { kind: name };
    case 'token':
      return op.token;
    case 'memory':
      return `u${op.width}`;
    case 'suffix':
      return op.width === 64 ? '_64' : '32_32';
    case 'kind':
      return `0x${op.src}`;
    default:
      throw new Error(`no operand {${name}}`);
  }
}

/** All rows with their forms: what the assembler looks up. */
export function allForms(): { op: Op; form: Form }[] {
  return OPS.flatMap((op) => formsOf(op).map((form) => ({ op, form })));
}
