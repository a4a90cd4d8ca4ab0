/** Processes of Node, Deno and Bun. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { ProcessExit, RunningProcess, StartProcess } from './process.js';

/** How long output may come after the exit, in ms: a grandchild that holds the pipe open must not hold us. */
const DRAIN = 250;

export const startProcess: StartProcess = (command, listeners) => {
  const [file = '', ...args] = command;
  let child: ChildProcessWithoutNullStreams;
  try {
    child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  } catch (thrown) {
    // Arguments that no system takes, such as ones with a zero byte.
    const failure = thrown instanceof Error ? thrown.message : String(thrown);
    queueMicrotask(() => listeners.onExit({ code: null, signal: null, failure }));
    return { write: () => undefined, end: () => undefined, kill: () => undefined };
  }
  let ended = false;
  const finish = (exit: ProcessExit): void => {
    if (ended) return;
    ended = true;
    listeners.onExit(exit);
  };
  child.on('error', ({ message }) => {
    if (child.pid === undefined) finish({ code: null, signal: null, failure: message });
  });
  child.on('exit', (code, signal) => setTimeout(() => finish({ code, signal }), DRAIN).unref());
  child.on('close', (code, signal) => finish({ code, signal }));
  child.stdout.setEncoding('utf8').on('data', (text: string) => ended || listeners.onOutput(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => ended || listeners.onErrorOutput(text));
  // A process that closes its stdin early is judged by its exit.
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => undefined);
  const running: RunningProcess = {
    write: (text) => void (child.stdin.writable && child.stdin.write(text)),
    end: () => void child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
  };
  return running;
};
