/**
 * An engine's side of the batch protocol: any engine under test of this process answers lines as they come, in order.
 * Streams belong to the caller.
 */
import type { EngineUnderTest } from '../types.js';
import { caseAnswer, helloAnswer, readRequest } from './batch_protocol.js';
import { pluginCase } from './run_plugin.js';

/**
 * Answers requests until the input ends. Lines that came together are put to the engine together, which is what makes
 * engines fast that compile many programs at once.
 *
 * @param input text as it comes, cut anywhere
 * @param write takes answers, each with its line break
 */
export async function serveBatch(
  engine: EngineUnderTest,
  input: AsyncIterable<string>,
  write: (text: string) => void,
): Promise<void> {
  let partial = '';
  for await (const text of input) {
    const lines = (partial + text).split('\n');
    partial = lines.pop() as string;
    const answers = await answerLines(engine, lines);
    if (answers.length > 0) write(`${answers.join('\n')}\n`);
  }
}

async function answerLines(engine: EngineUnderTest, lines: readonly string[]): Promise<string[]> {
  const requests = lines.filter((line) => line.trim() !== '').map(readRequest);
  const cases = requests.flatMap((request) =>
    request.ok && request.value !== 'hello' ? [pluginCase(request.value.program, request.value.memory)] : [],
  );
  const answers = cases.length === 0 ? [] : await engine.run(cases);
  let next = 0;
  return requests.map((request) => {
    if (!request.ok) return JSON.stringify({ id: request.id, error: 'rejected', reason: request.problem });
    if (request.value === 'hello') return helloAnswer(engine);
    const answer = answers[next++] ?? { kind: 'crashed', reason: 'no answer' };
    return caseAnswer(request.value.id, answer);
  });
}
