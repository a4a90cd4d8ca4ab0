/**
 * One instruction of assembly text: reduces its tokens to a shape (`if r > # goto @`) and looks the shape up in
 * `shapes.ts`. Labels and names are left for `assemble.ts` to resolve.
 */
import type { Op } from '../isa/table.js';
import { rangeError, syntaxError } from './asm_error.js';
import type { Token } from './lexer.js';
import { type Entry, entriesOf, isKeyword, knownPrefix, nearestForm } from './shapes.js';
import { REFERENCE_WORDS, type ReferenceWord } from './syntax.js';

/** A name whose meaning depends on the rest of the program. */
export interface SymbolUse {
  /** 'jump' and 'function' are distances in slots; 'wide' a 64-bit immediate. */
  readonly use: 'jump' | 'function' | 'helper' | 'btf_id' | 'wide';
  readonly name: string;
  readonly column: number;
}

/** `&map(NAME)`, `&value(NAME, OFFSET)`, `&func(LABEL)`. */
export interface ReferenceUse {
  readonly word: ReferenceWord;
  /** A name, or of a function its distance in slots. */
  readonly target: string | bigint;
  readonly offset: bigint;
  readonly column: number;
}

export interface ParsedInsn {
  readonly op: Op;
  readonly fields: Fields;
  readonly symbol?: SymbolUse;
  readonly reference?: ReferenceUse;
}

interface Fields {
  dst: number;
  src: number;
  off: number;
  imm: number;
  imm64: bigint;
}

/** A piece of a line: one token, an address (`r1 + 0x4`), or a reference. */
interface Part {
  readonly symbol: string;
  readonly column: number;
  readonly token: Token;
  readonly distance?: bigint;
  readonly reference?: ReferenceUse;
}

const WORDS: ReadonlySet<string> = new Set(Object.values(REFERENCE_WORDS));
/** Whatever word follows these is a name. */
const BEFORE_NAMES: ReadonlySet<string> = new Set(['goto', 'gotol', 'may_goto', 'local', 'kfunc']);

/**
 * Recognises an instruction.
 *
 * @throws {BeeswaxError} BEESWAX_E_ASM_SYNTAX, BEESWAX_E_ASM_RANGE with the column.
 */
export function parseInsn(tokens: readonly Token[]): ParsedInsn {
  const parts = reduce(tokens);
  const entries = entriesOf(parts.map(({ symbol }) => symbol));
  if (entries === undefined) throw unknownShape(parts);
  const entry = entries.find((candidate) => literalNumbersAgree(candidate, parts));
  if (entry === undefined) throw syntaxError('ld_pseudo takes a kind from 1 to 6', (parts[0] as Part).column);
  return fill(entry, parts);
}

function reduce(tokens: readonly Token[]): Part[] {
  const parts: Part[] = [];
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as Token;
    const { column } = token;
    const [next, after] = [tokens[i + 1], tokens[i + 2]];
    if (token.kind === 'register' && !token.half && after?.kind === 'number' && /^[-+]$/.test(next?.text ?? '')) {
      const distance = next?.text === '-' ? -after.value : after.value;
      parts.push({ symbol: 'A', column, token, distance });
      i += 3;
    } else if (token.text === '&' && next?.kind === 'word' && WORDS.has(next.text) && after?.text === '(') {
      const { reference, length } = readReference(tokens, i, next.text as ReferenceWord);
      parts.push({ symbol: `&${next.text}`, column, token, reference });
      i += length;
    } else {
      parts.push({ symbol: symbolOf(token, tokens[i - 1]), column, token });
      i += 1;
    }
  }
  return parts;
}

function symbolOf(token: Token, previous: Token | undefined): string {
  switch (token.kind) {
    case 'register':
      return token.half ? 'w' : 'r';
    case 'number':
      return '#';
    case 'string':
      return '@';
    case 'punctuation':
      return token.text;
    case 'word': {
      const before = previous?.kind === 'word' ? previous.text : '';
      const named = BEFORE_NAMES.has(before) || (before === 'call' && token.text !== 'local' && token.text !== 'kfunc');
      return !named && isKeyword(token.text) ? token.text : '@';
    }
  }
}

/** Reads from `&` to `)`. */
function readReference(
  tokens: readonly Token[],
  start: number,
  word: ReferenceWord,
): { reference: ReferenceUse; length: number } {
  const column = (tokens[start] as Token).column;
  const target = tokens[start + 3];
  const bad = () => syntaxError(`expected \`&${word}(NAME${word.startsWith('value') ? ', OFFSET' : ''})\``, column);
  if (target === undefined || target.kind === 'punctuation' || target.kind === 'register') throw bad();
  if (target.kind === 'number' && word !== 'func') throw bad();
  let at = start + 4;
  let offset = 0n;
  if (tokens[at]?.text === ',') {
    const number = tokens[at + 1];
    if (number?.kind !== 'number' || !word.startsWith('value')) throw bad();
    offset = inRange('offset', number.value, 0n, 0xffff_ffffn, number.column);
    at += 2;
  }
  if (tokens[at]?.text !== ')') throw bad();
  const name = target.kind === 'number' ? target.value : target.text;
  return { reference: { word, target: name, offset, column }, length: at + 1 - start };
}

/** Numbers that a form writes itself, such as the kind of `ld_pseudo`, must be those of the line. */
function literalNumbersAgree({ pieces }: Entry, parts: readonly Part[]): boolean {
  return pieces.every((piece, i) => {
    if (piece.kind !== 'literal' || piece.token.kind !== 'number') return true;
    const token = parts[i]?.token;
    return token?.kind === 'number' && token.value === piece.token.value;
  });
}

function fill(entry: Entry, parts: readonly Part[]): ParsedInsn {
  const { op, pieces } = entry;
  const fields: Fields = { dst: 0, src: 0, off: 0, imm: 0, imm64: 0n };
  const registers = new Map<'dst' | 'src', number>();
  let symbol: SymbolUse | undefined;
  let reference: ReferenceUse | undefined;
  const setRegister = (field: 'dst' | 'src', { token, column }: Part) => {
    const number = token.kind === 'register' ? token.number : 0;
    if ((registers.get(field) ?? number) !== number) {
      throw syntaxError(`both must be the same register: r${registers.get(field)} and r${number}`, column);
    }
    registers.set(field, number);
    fields[field] = number;
  };
  pieces.forEach((piece, i) => {
    const part = parts[i] as Part;
    const { token, column } = part;
    const value = token.kind === 'number' ? token.value : undefined;
    const name = (use: SymbolUse['use']) => {
      symbol = { use, name: token.text, column };
    };
    switch (piece.kind) {
      case 'literal':
        break;
      case 'register':
        setRegister(piece.field, part);
        break;
      case 'r0':
        if (token.kind === 'register' && token.number !== 0) throw syntaxError('this register must be r0', column);
        break;
      case 'address':
        setRegister(piece.register, part);
        fields[piece.distance] = Number(
          signed('offset', part.distance ?? 0n, piece.distance === 'off' ? 16 : 32, column),
        );
        break;
      case 'jump':
        if (value === undefined) name('jump');
        else fields[piece.field] = Number(signed('jump distance', value, piece.field === 'off' ? 16 : 32, column));
        break;
      case 'function':
      case 'helper':
      case 'btf_id':
        if (value === undefined) name(piece.kind);
        else fields.imm = Number(signed(piece.kind, value, 32, column));
        break;
      case 'number':
        fields.imm = immediate(op, value ?? 0n, column);
        break;
      case 'module':
        fields.off = Number(signed('module', value ?? 0n, 16, column));
        break;
      case 'wide':
        if (value === undefined) name('wide');
        else fields.imm64 = inRange('number', value, -(2n ** 63n), 2n ** 64n - 1n, column);
        break;
      case 'reference':
        reference = part.reference;
        break;
    }
  });
  return {
    op,
    fields,
    ...(symbol === undefined ? {} : { symbol }),
    ...(reference === undefined ? {} : { reference }),
  };
}

/** 32-bit operations take numbers signed or unsigned; 64-bit ones extend the sign, so unsigned ones would change. */
function immediate(op: Op, value: bigint, column: number): number {
  const most = op.width === 64 ? 2n ** 31n - 1n : 2n ** 32n - 1n;
  if (value > most || value < -(2n ** 31n)) {
    const ll = 'load it first: `rN = NUMBER ll`';
    throw rangeError('number', value, -(2n ** 31n), most, column, op.width === 64 ? ll : undefined);
  }
  return Number(BigInt.asIntN(32, value));
}

function signed(what: string, value: bigint, bits: number, column: number): bigint {
  const limit = 2n ** BigInt(bits - 1);
  return inRange(what, value, -limit, limit - 1n, column);
}

function inRange(what: string, value: bigint, min: bigint, max: bigint, column: number): bigint {
  if (value < min || value > max) throw rangeError(what, value, min, max, column);
  return value;
}

/** Points at the first part that no instruction has there, and suggests the nearest form. */
function unknownShape(parts: readonly Part[]): Error {
  const wrong = parts[knownPrefix(parts.map(({ symbol }) => symbol))];
  const last = parts.at(-1) as Part;
  const form = nearestForm(parts.map(({ symbol, token }) => (symbol === '@' ? token.text : symbol)).join(' '));
  const suggestion = form === undefined ? undefined : `the nearest form is \`${form}\``;
  return wrong === undefined
    ? syntaxError('the instruction is not complete', last.column + last.token.text.length, suggestion)
    : syntaxError(`unexpected \`${wrong.token.text}\``, wrong.column, suggestion);
}
