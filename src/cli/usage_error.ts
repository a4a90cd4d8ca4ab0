/** The error of a command line that cannot be understood or carried out as given. */
import { BeeswaxError } from '../util/errors.js';

export function usageError(problem: string, suggestion?: string): BeeswaxError {
  return new BeeswaxError('BEESWAX_E_USAGE', { problem }, suggestion === undefined ? {} : { suggestion });
}
