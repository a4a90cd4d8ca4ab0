/** Errors of CO-RE relocations. */
import { BeeswaxError } from '../../util/errors.js';

export function coreError(problem: string): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_CORE', { problem });
}
