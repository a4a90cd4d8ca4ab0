/** The public suite's plugin protocol, both ways: any plugin as an engine under test, and our engines as its plugin. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { pluginEngine } from '../../src/conformance/adapters/process_plugin.js';
import { referenceEngine } from '../../src/conformance/adapters/reference.js';
import { wasmEngine } from '../../src/conformance/adapters/wasm.js';
import { readRawObject, writeRawObject } from '../../src/conformance/plugin/raw_object.js';
import { type PluginEngineName, runPlugin } from '../../src/conformance/plugin/run_plugin.js';
import { serveBatch } from '../../src/conformance/plugin/serve_batch.js';
import type { EngineUnderTest } from '../../src/conformance/types.js';
import { startProcess } from '../../src/platform/node_process.js';
import { toHex } from '../../src/util/hex.js';
import { moves } from './guests/cases.js';

const GUEST = fileURLToPath(new URL('./guests/plugin.mjs', import.meta.url));

const openEngine = async (name: PluginEngineName): Promise<EngineUnderTest> =>
  name === 'reference' ? referenceEngine() : wasmEngine(name);

/** r0 = *(u16 *)(r1 + 1); exit */
const LOAD_16 = '69 10 01 00 00 00 00 00  95 00 00 00 00 00 00 00';

describe('a plugin of the public suite as an engine under test', () => {
  const guest = (timeout = 1000): EngineUnderTest =>
    pluginEngine({ command: [process.execPath, GUEST], start: startProcess, parallel: 4, timeout });

  it('answers in the order of the cases, several processes at once', async () => {
    const values = Array.from({ length: 12 }, (_, i) => 100 + i);
    const answers = await guest(10_000).run(values.map((value) => moves(value)));
    expect(answers).toEqual(values.map((value) => ({ kind: 'value', r0: BigInt(value) })));
  });

  it.each([[[]], [['--jit', 'fast']]])('gets the memory as its first argument, before options %j', async (options) => {
    const engine = pluginEngine({
      command: [process.execPath, GUEST, ...options],
      start: startProcess,
      parallel: 1,
    });
    const answers = await engine.run([moves(0x1010, Uint8Array.of(0x78, 0x56, 0x34, 0x12))]);
    expect(answers).toEqual([{ kind: 'value', r0: 0x1234_5678n }]);
  });

  it.each([
    ['crashes', 0x1001, { kind: 'crashed', reason: 'ended by SIGSEGV' }],
    ['prints nothing', 0x1002, { kind: 'garbled', reason: 'no hex number: ""' }],
    ['refuses', 0x1003, { kind: 'rejected', reason: 'division by zero' }],
    ['hangs', 0x1004, { kind: 'hung', reason: 'no end within 1000 ms' }],
    ['prints words', 0x1005, { kind: 'garbled', reason: 'no hex number: "result: 5"' }],
    ['prints without end', 0x1009, { kind: 'garbled', reason: 'it prints without end' }],
  ])('%s, and only that case is lost', async (_, word, answer) => {
    const answers = await guest(word === 0x1004 ? 1000 : 10_000).run([moves(1), moves(word), moves(2)]);
    expect(answers).toEqual([{ kind: 'value', r0: 1n }, answer, { kind: 'value', r0: 2n }]);
  });

  it('that is not there has crashed', async () => {
    const engine = pluginEngine({ command: ['/nowhere/plugin'], start: startProcess, parallel: 1 });
    const [answer] = await engine.run([moves(1)]);
    expect(answer).toEqual({ kind: 'crashed', reason: expect.stringMatching(/could not be started: .*ENOENT/) });
  });

  it('is not asked what no argument can hold', async () => {
    const [answer] = await guest().run([moves(1, new Uint8Array(40_000))]);
    expect(answer).toEqual({ kind: 'refused', reason: expect.stringMatching(/does not fit/) });
  });
});

describe.each(['interp', 'jit', 'reference'] as const)('our %s as a plugin', (engine) => {
  const run = (argv: readonly string[], stdin: string) => runPlugin([...argv, '--engine', engine], stdin, openEngine);

  it('runs a program from stdin over memory from an argument', async () => {
    expect(await run(['aa  34  12  bb'], `${LOAD_16}\n`)).toEqual({ stdout: '1234\n', stderr: '', exitCode: 0 });
  });

  it('runs an object file', async () => {
    const object = toHex(writeRawObject(moves(7).program));
    expect(await run(['--elf'], object)).toEqual({ stdout: '7\n', stderr: '', exitCode: 0 });
  });

  it('prints negative numbers as 64 bits', async () => {
    expect((await run([], toHex(moves(-2).program))).stdout).toBe('fffffffffffffffe\n');
  });

  it('refuses what is no program with a reason and exit code 1', async () => {
    const { stdout, stderr, exitCode } = await run([], '00 01 02 03 04 05 06 07');
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).not.toBe('');
  });
});

describe('the arguments of our plugin', () => {
  it.each([
    [['--engine', 'gpu'], '', /--engine is one of interp, jit, reference/],
    [['--what'], '', /unknown argument `--what`/],
    [['xyz'], '', /the memory is no text of hex bytes/],
    [[], 'b7 0', /the program is no text of hex bytes/],
    [['--elf'], '7f 45', /BEESWAX_E_/],
  ])('%j with stdin %j', async (argv, stdin, message) => {
    const { stdout, stderr, exitCode } = await runPlugin(argv, stdin, openEngine);
    expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
    expect(stderr).toMatch(message);
  });

  it('take the program from --program', async () => {
    const { stdout } = await runPlugin(['--program', toHex(moves(9).program)], '', openEngine);
    expect(stdout).toBe('9\n');
  });
});

describe('an object file of a bare program', () => {
  it('gives back its slots', () => {
    const { program } = moves(0x1234);
    expect(readRawObject(writeRawObject(program))).toEqual(program);
  });
});

describe('our engines behind the batch protocol', () => {
  async function serve(chunks: readonly string[]): Promise<unknown[]> {
    let output = '';
    async function* input(): AsyncGenerator<string> {
      yield* chunks;
    }
    await serveBatch(await wasmEngine('interp'), input(), (text) => {
      output += text;
    });
    return output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  }
  const program = toHex(moves(5).program);

  it('answer in order, wherever the input is cut', async () => {
    const load = LOAD_16.replaceAll(' ', '');
    const lines = `{"hello":1}\n{"id":1,"program":"${program}"}\n{"id":2,"program":"${load}","memory":"00000100"}\n`;
    const answers = await serve([lines.slice(0, 20), lines.slice(20, 60), lines.slice(60)]);
    expect(answers).toEqual([
      { hello: 1, name: 'interp', version: 'beeswax', claims: expect.arrayContaining(['base64', 'packet']) },
      { id: 1, r0: '5' },
      { id: 2, r0: '100', memory: '00000100' },
    ]);
  });

  it('answer what is no request with what is wrong', async () => {
    expect(await serve(['{"id":3,"program":"zz"}\n', `{"program":"${program}"}\n`])).toEqual([
      { id: 3, error: 'rejected', reason: '"program" is no text of hex bytes' },
      { error: 'rejected', reason: expect.stringContaining('no "id"') },
    ]);
  });
});
