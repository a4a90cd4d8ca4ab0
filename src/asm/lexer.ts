/** One line of assembly as tokens with their columns. What they mean together is for `insn_parser.ts`. */
import { OPS, REGISTER_COUNT } from '../isa/table.js';
import { syntaxError, unknownName } from './asm_error.js';

export type Token =
  | {
      readonly kind: 'register';
      readonly column: number;
      readonly text: string;
      readonly number: number;
      readonly half: boolean;
    }
  | { readonly kind: 'number'; readonly column: number; readonly text: string; readonly value: bigint }
  | { readonly kind: 'word' | 'string' | 'punctuation'; readonly column: number; readonly text: string };

/** Operators and punctuation, longest first; those of instructions come from the table. */
const PUNCTUATION: readonly string[] = [
  ...new Set([...OPS.map(({ token }) => token).filter((token) => /^s?[^\w\s()]+$/.test(token)), ...'=&*()[],+-|<>:%']),
].sort((a, b) => b.length - a.length);

const SPACE = /\s+/y;
const NUMBER = /[-+]?(?:0[xX][0-9a-fA-F]+|[0-9]+)(?![\w.])/y;
const WORD = /[A-Za-z_.$][\w.$@]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const COMMENT = /;|#|\/\//y;

/**
 * Splits a line, without its comment (`;`, `#` or `//` to the end). `from` skips what was read before.
 *
 * @throws {BeeswaxError} BEESWAX_E_ASM_SYNTAX, BEESWAX_E_ASM_UNKNOWN_NAME for registers above r10; columns from 1.
 */
export function tokenize(line: string, from = 0): Token[] {
  const tokens: Token[] = [];
  let at = from;
  while (at < line.length) {
    const space = match(SPACE, line, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    if (match(COMMENT, line, at) !== undefined) break;
    const token = nextToken(line, at, tokens.at(-1));
    if (token === undefined) throw syntaxError(`unexpected \`${line[at]}\``, at + 1);
    tokens.push(token);
    at += token.kind === 'string' ? (match(STRING, line, at) as string).length : token.text.length;
  }
  return tokens;
}

function match(pattern: RegExp, line: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(line)?.[0];
}

function nextToken(line: string, at: number, previous: Token | undefined): Token | undefined {
  const column = at + 1;
  const string = match(STRING, line, at);
  if (string !== undefined) return { kind: 'string', column, text: unquote(string, column) };
  const number = match(NUMBER, line, at);
  // After an operand a sign is an operator: `r1 -4`, but `r1 = -4`.
  if (number !== undefined && !(/^[-+]/.test(number) && endsOperand(previous))) {
    return { kind: 'number', column, text: number, value: toBigInt(number) };
  }
  const punctuation = PUNCTUATION.find((text) => line.startsWith(text, at));
  if (punctuation !== undefined) return { kind: 'punctuation', column, text: punctuation };
  const word = match(WORD, line, at);
  return word === undefined ? undefined : wordToken(word, column);
}

function wordToken(word: string, column: number): Token {
  const register = /^([rw])(\d+)$/.exec(word);
  if (register === null) return { kind: 'word', column, text: word };
  const number = Number(register[2]);
  if (number >= REGISTER_COUNT) throw unknownName('register', word, [], column, 'registers are r0 to r10');
  return { kind: 'register', column, text: word, number, half: register[1] === 'w' };
}

function endsOperand(token: Token | undefined): boolean {
  if (token === undefined) return false;
  return token.kind === 'register' || token.kind === 'number' || token.text === ')' || token.text === ']';
}

function toBigInt(text: string): bigint {
  const sign = text.startsWith('-') ? -1n : 1n;
  return sign * BigInt(text.replace(/^[-+]/, ''));
}

function unquote(text: string, column: number): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw syntaxError(`bad escape in ${text}`, column);
  }
}
