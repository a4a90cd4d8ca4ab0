/** The worker's side of `background.ts`: one request, one reply. */
import { ownerPort } from '#platform';
import type { CompileReply, CompileRequest } from './background.js';
import { compileModule } from './compile.js';

const port = ownerPort();

port?.onMessage(async (message) => {
  const { programs, bounds, options } = message as CompileRequest;
  let reply: CompileReply;
  try {
    reply = { compiled: await compileModule(programs, bounds, options) };
  } catch (error) {
    reply = { refused: { message: error instanceof Error ? error.message : String(error) } };
  }
  port.postMessage(reply);
});
