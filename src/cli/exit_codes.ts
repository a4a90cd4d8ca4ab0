/** Exit codes: what each means, and which an error gives. */
import { CATALOGUE, type CatalogueEntry } from '../util/catalogue.js';
import type { BeeswaxError } from '../util/errors.js';

export const EXIT_CODES = {
  0: 'done',
  1: 'a check found failures',
  2: 'bad usage',
  3: 'input unusable or rejected',
  4: 'the program trapped (test)',
  5: 'the machine lacks something (root, a device, an optional package)',
} as const;

/** By what the catalogue says an error concerns. */
export const EXIT_BY_KIND = {
  check: 1,
  usage: 2,
  input: 3,
  trap: 4,
  machine: 5,
  internal: 3,
} as const satisfies Record<CatalogueEntry<unknown>['kind'], keyof typeof EXIT_CODES>;

export function exitCode(error: BeeswaxError): number {
  return EXIT_BY_KIND[CATALOGUE[error.code].kind];
}
