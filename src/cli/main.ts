#!/usr/bin/env node
/** The program `beeswax`: the process around `runCli`. */
import { runCli } from './cli.js';
import { nodeTerminal } from './node_terminal.js';

// A reader that went away (`beeswax … | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

// Exit codes are set, not forced, so that what was written still leaves the process.
process.exitCode = await runCli(process.argv.slice(2), nodeTerminal());
