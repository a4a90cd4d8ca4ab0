/** Shows an error to the person at the terminal. */
import type { BeeswaxError } from '../util/errors.js';
import { renderError } from '../util/render_error.js';
import type { Terminal } from './terminal.js';

export function reportError(error: BeeswaxError, terminal: Terminal, severity: 'error' | 'warning' = 'error'): void {
  terminal.err(`${renderError(error, { color: terminal.colorErr, severity })}\n`);
}
