/** Finds functions, and what belongs to one, in lists that are sorted by place: by halving, as sections are long. */
import type { CodeFunction } from './object.js';

/** The records of a function, of a list that is sorted by place. */
export function recordsIn<T extends { readonly at: number }>(records: readonly T[], fn: CodeFunction): readonly T[] {
  const from = (place: number): number => lowerBound(records.length, (index) => (records[index] as T).at >= place);
  return records.slice(from(fn.start), from(fn.end));
}

/** The function that begins at a place, of a list that is sorted by start. */
export function functionAt(functions: readonly CodeFunction[], place: number): CodeFunction | undefined {
  const found = functions[lowerBound(functions.length, (index) => (functions[index] as CodeFunction).start >= place)];
  return found?.start === place ? found : undefined;
}

/** The first index from 0 to `length` for which `holds`, which stays true once it is; `length` if there is none. */
function lowerBound(length: number, holds: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
