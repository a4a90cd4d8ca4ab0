/**
 * The shapes that instructions take in text (`if r > # goto @`), made from the forms of `syntax.ts`: what the parser
 * looks lines up in, and what it suggests for a line that is none.
 *
 * Symbols: `r` and `w` registers, `#` a number, `@` a name, `A` an address (`r1 + 0x4`), `&map` and kin references;
 * everything else stands for itself.
 */
import type { Op } from '../isa/table.js';
import { nearest } from '../util/nearest.js';
import { type Token, tokenize } from './lexer.js';
import { allForms, type Form, type Hole, referenceWord } from './syntax.js';

/** A token that a form writes itself. */
export interface Literal {
  readonly kind: 'literal';
  readonly token: Token;
}

export interface Entry {
  readonly op: Op;
  readonly form: Form;
  /** One for each symbol of the shape. */
  readonly pieces: readonly (Hole | Literal)[];
}

const ENTRIES: readonly Entry[] = allForms().map(({ op, form }) => ({ op, form, pieces: form.flatMap(piecesOf) }));

const KEYWORDS: ReadonlySet<string> = new Set(
  ENTRIES.flatMap(({ pieces }) => pieces)
    .filter((piece) => piece.kind === 'literal')
    .flatMap(({ token }) => (token.kind === 'word' ? [token.text] : [])),
);

const BY_SHAPE: ReadonlyMap<string, readonly Entry[]> = indexShapes();

const PREFIXES: ReadonlySet<string> = new Set(
  [...BY_SHAPE.keys()].flatMap((shape) => {
    const symbols = shape.split(' ');
    return symbols.map((_, i) => symbols.slice(0, i + 1).join(' '));
  }),
);

/** The forms that have a shape; more than one where a number in them tells which. */
export function entriesOf(symbols: readonly string[]): readonly Entry[] | undefined {
  return BY_SHAPE.get(symbols.join(' '));
}

/** Whether a word is part of some instruction. */
export function isKeyword(word: string): boolean {
  return KEYWORDS.has(word);
}

/** How many of these symbols some shape begins with. */
export function knownPrefix(symbols: readonly string[]): number {
  let length = 0;
  while (length < symbols.length && PREFIXES.has(symbols.slice(0, length + 1).join(' '))) length++;
  return length;
}

/** The form nearest to a shape in which unknown names stand as they were typed: `if rD == NUMBER goto LABEL`. */
export function nearestForm(typed: string): string | undefined {
  const near = nearest(typed, BY_SHAPE.keys());
  const entry = near === undefined ? undefined : BY_SHAPE.get(near)?.[0];
  return entry === undefined ? undefined : sample(entry.form);
}

function piecesOf(piece: string | Hole): (Hole | Literal)[] {
  return typeof piece === 'string' ? tokenize(piece).map((token) => ({ kind: 'literal', token })) : [piece];
}

/** Every shape that a form can take. */
function indexShapes(): Map<string, Entry[]> {
  const index = new Map<string, Entry[]>();
  for (const entry of ENTRIES) {
    let shapes = [''];
    for (const piece of entry.pieces) {
      const symbols = symbolsOf(piece, entry.op);
      shapes = shapes.flatMap((shape) => symbols.map((symbol) => (shape === '' ? symbol : `${shape} ${symbol}`)));
    }
    for (const shape of shapes) {
      const there = index.get(shape);
      if (there === undefined) index.set(shape, [entry]);
      else there.push(entry);
    }
  }
  return index;
}

/** What may stand in a line for a piece of a form. */
function symbolsOf(piece: Hole | Literal, op: Op): readonly string[] {
  switch (piece.kind) {
    case 'register':
    case 'r0':
      return [piece.half ? 'w' : 'r'];
    case 'address':
      return ['A', 'r'];
    case 'jump':
    case 'function':
    case 'helper':
    case 'btf_id':
      return ['#', '@'];
    case 'wide':
      return op.imm === 'imm64' ? ['#', '@'] : ['#'];
    case 'reference':
      return [`&${referenceWord(op)}`];
    case 'number':
    case 'module':
      return ['#'];
    case 'literal':
      return [piece.token.kind === 'number' ? '#' : piece.token.text];
  }
}

/** A form with letters for its operands: `if rA == NUMBER goto LABEL`. */
function sample(form: Form): string {
  return form.map((piece) => (typeof piece === 'string' ? piece.replace('\t', ' ') : sampleOf(piece))).join('');
}

function sampleOf(hole: Hole): string {
  switch (hole.kind) {
    case 'register':
      return `${hole.half ? 'w' : 'r'}${hole.field === 'dst' ? 'D' : 'S'}`;
    case 'r0':
      return hole.half ? 'w0' : 'r0';
    case 'address':
      return `r${hole.register === 'dst' ? 'D' : 'S'} + OFFSET`;
    case 'jump':
    case 'function':
      return 'LABEL';
    case 'helper':
      return 'HELPER';
    case 'reference':
      return '&map(NAME)';
    default:
      return 'NUMBER';
  }
}
