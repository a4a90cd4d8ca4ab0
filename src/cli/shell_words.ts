/** Command lines given as one option: split into words as a shell does, but without a shell's other meanings. */
import { usageError } from './usage_error.js';

/** A word: runs of plain characters, 'quoted', "quoted", and characters behind a backslash. */
const WORD = /(?:[^\s'"\\]|'[^']*'|"(?:[^"\\]|\\.)*"|\\.)+/gs;
const PIECE = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^'"\\]+)/gs;

/** @throws BeeswaxError BEESWAX_E_USAGE for an open quote or no word at all. */
export function splitWords(line: string, option: string): string[] {
  const words = line.match(WORD) ?? [];
  if (words.length === 0 || line.replaceAll(WORD, '').trim() !== '') {
    throw usageError(`${option} cannot be \`${line}\``, 'give a command with its arguments; close each quote');
  }
  return words.map((word) =>
    word.replaceAll(PIECE, (_, single?: string, double?: string, escaped?: string, plain?: string) => {
      return single ?? double?.replaceAll(/\\(.)/gs, '$1') ?? escaped ?? plain ?? '';
    }),
  );
}

/** A word as it must be written on a POSIX shell's command line. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
