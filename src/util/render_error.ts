/**
 * The one place that turns an error into text for people: what is wrong, where, why, what to do. Also its form in JSON.
 *
 *   error[BEESWAX_E_…]: message
 *     --> bad.c:11   the source line
 *         insn 6     the instruction
 *     reason: …
 *     suggestion: …
 */
import { printable, style } from './ansi.js';
import { CATALOGUE, type CatalogueEntry } from './catalogue.js';
import type { BeeswaxError, ErrorLocation } from './errors.js';

export interface RenderOptions {
  readonly color?: boolean;
  /** The first word: 'error' by default. */
  readonly severity?: 'error' | 'warning';
}

/** The lines of an error, without a line break at the end. */
export function renderError(error: BeeswaxError, options: RenderOptions = {}): string {
  const { bold, red, yellow, blue, cyan } = style(options.color ?? false);
  const severity = options.severity ?? 'error';
  const mark = severity === 'error' ? red : yellow;
  const lines = [bold(`${mark(`${severity}[${error.code}]`)}: ${printable(error.message)}`)];

  const places = placesOf(error.location);
  const width = Math.max(0, ...places.map(({ where, text }) => (text === '' ? 0 : where.length)));
  places.forEach(({ where, text }, index) => {
    const arrow = index === 0 ? blue('-->') : '   ';
    lines.push(text === '' ? `  ${arrow} ${where}` : `  ${arrow} ${where.padEnd(width)}   ${text}`);
  });

  reasonsOf(error).forEach((reason, index) => {
    lines.push(index === 0 ? `  ${bold('reason')}: ${printable(reason)}` : `          ${printable(reason)}`);
  });
  const suggestion = error.suggestion ?? entryOf(error).remedy;
  if (suggestion !== '') lines.push(`  ${cyan(bold('suggestion'))}: ${printable(suggestion)}`);
  return lines.join('\n');
}

/** An error as plain data for JSON documents; what is absent is left out. */
export interface ErrorJson {
  readonly code: string;
  readonly message: string;
  readonly location?: ErrorLocation;
  readonly notes?: readonly string[];
  readonly suggestion: string;
  readonly data: unknown;
}

export function errorJson(error: BeeswaxError): ErrorJson {
  return {
    code: error.code,
    message: error.message,
    ...(error.location === undefined ? {} : { location: error.location }),
    ...(error.notes.length === 0 ? {} : { notes: error.notes }),
    suggestion: error.suggestion ?? entryOf(error).remedy,
    data: error.data,
  };
}

function entryOf(error: BeeswaxError): CatalogueEntry<unknown> {
  return CATALOGUE[error.code] as CatalogueEntry<unknown>;
}

interface Place {
  readonly where: string;
  readonly text: string;
}

function placesOf(location: ErrorLocation | undefined): Place[] {
  if (location === undefined) return [];
  const { file, line, column, text, pc, insn, offset } = location;
  const places: Place[] = [];
  if (file !== undefined) {
    // Of compiled code the line is enough; in text that someone typed, the column finds the word.
    const position =
      line === undefined ? '' : column === undefined || pc !== undefined ? `:${line}` : `:${line}:${column}`;
    places.push({ where: printable(file) + position, text: printable(text?.trim() ?? '') });
  } else if (line !== undefined) {
    places.push({ where: `line ${line}`, text: printable(text?.trim() ?? '') });
  }
  if (pc !== undefined) places.push({ where: `insn ${pc}`, text: printable(insn ?? '') });
  if (offset !== undefined) places.push({ where: `byte ${offset}`, text: '' });
  return places;
}

/** What the error itself says; else what the catalogue knows, unless that is no more than the message says. */
function reasonsOf(error: BeeswaxError): readonly string[] {
  if (error.notes.length > 0) return error.notes;
  const { kind, cause } = entryOf(error);
  return kind === 'usage' ? [] : [cause];
}
