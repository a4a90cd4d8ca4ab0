/** Arguments of a directive: words, numbers and quoted strings, apart by commas or blanks. */
import { rangeError, syntaxError, unknownName } from './asm_error.js';

export interface Argument {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

const ARGUMENT = /"((?:[^"\\]|\\.)*)"|[^\s,;#"]+/y;
const GAP = /[\s,]+/y;

/** Splits what follows a directive's name, up to a comment. `from` is an index into the line. */
export function splitArguments(line: string, from: number): Argument[] {
  const found: Argument[] = [];
  let at = from;
  for (;;) {
    GAP.lastIndex = at;
    at += GAP.exec(line)?.[0].length ?? 0;
    if (at >= line.length || line[at] === ';' || line[at] === '#' || line.startsWith('//', at)) return found;
    ARGUMENT.lastIndex = at;
    const match = ARGUMENT.exec(line);
    if (match === null) throw syntaxError(`unexpected \`${line[at]}\``, at + 1);
    found.push({ text: match[1] ?? match[0], column: at + 1 });
    at += match[0].length;
  }
}

/** The argument at a place, or an error that says what it should be. */
export function needArgument(found: readonly Argument[], index: number, what: string, column: number): Argument {
  const argument = found[index];
  if (argument === undefined) throw syntaxError(`the directive needs ${what}`, column);
  return argument;
}

/** An argument as a number between 0 and 2³² − 1. */
export function numberArgument({ text, column }: Argument, what: string): number {
  if (!/^-?(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(text)) throw syntaxError(`${what} must be a number`, column);
  const value = text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
  if (value < 0n || value > 0xffff_ffffn) throw rangeError(what, value, 0n, 0xffff_ffffn, column);
  return Number(value);
}

/** An argument that is one of the keys of a table. */
export function keyArgument<K extends string>(
  { text, column }: Argument,
  what: string,
  table: Readonly<Record<K, unknown>>,
): K {
  if (!Object.hasOwn(table, text)) throw unknownName(what, text, Object.keys(table), column);
  return text as K;
}
