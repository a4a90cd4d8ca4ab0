/** Errors of assembly text. They carry a column; `assemble.ts` adds file and line. */
import { BeeswaxError } from '../util/errors.js';
import { didYouMean } from '../util/nearest.js';

/** What is written makes no sense. */
export function syntaxError(problem: string, column: number, suggestion?: string): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_ASM_SYNTAX', { problem }, detail(column, suggestion));
}

/** A name that nothing has; suggests the nearest of `known`. */
export function unknownName(
  what: string,
  name: string,
  known: Iterable<string>,
  column: number,
  suggestion?: string,
): BeeswaxError {
  return new BeeswaxError(
    'BEESWAX_E_ASM_UNKNOWN_NAME',
    { what, name },
    detail(column, didYouMean(name, known) ?? suggestion),
  );
}

/** A number that its field cannot hold. */
export function rangeError(
  what: string,
  value: bigint,
  min: bigint,
  max: bigint,
  column: number,
  suggestion?: string,
): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_ASM_RANGE', { what, value, min, max }, detail(column, suggestion));
}

/** A name given twice. */
export function duplicate(what: string, name: string, column: number): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_ASM_DUPLICATE', { what, name }, detail(column, undefined));
}

function detail(column: number, suggestion: string | undefined) {
  const location = { column };
  return suggestion === undefined ? { location } : { location, suggestion };
}
