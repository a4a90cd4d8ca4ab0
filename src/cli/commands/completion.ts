/** `beeswax completion`: a script that teaches a shell the commands and options. */

import { completionScript, type Shell } from '../completion_scripts.js';
import type { RunCommand } from '../run_command.js';

export const completion: RunCommand = async (shell, _options, terminal) => {
  terminal.out(completionScript(shell as Shell));
  return 0;
};
