/** `beeswax conformance` and `conformance-plugin` as users call them. */
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { quoteWord, splitWords } from '../../src/cli/shell_words.js';
import { describeNeeding } from '../support/have.js';
import { beeswax, folder, json, MAIN } from './support.js';

const files = folder();
mkdirSync(files.path('cases'));
mkdirSync(files.path('empty'));
mkdirSync(files.path('bad'));
files.write(
  'cases/add.data',
  '# source: RFC 9669 section 4.1\n-- asm\nmov32 %r0, 1\nadd32 %r0, -1\nexit\n-- result\n0',
);
files.write('cases/load.data', '-- asm\nldxb %r0, [%r1+1]\nexit\n-- mem\n01 02 03\n-- result\n2');
files.write('cases/opcode.data', '-- raw\n0x00000000000000ff\n-- reject\nopcode');
/** Wants what no engine gives. */
const wrong = files.write('wrong.data', '# source: nowhere\n-- asm\nmov %r0, 7\nmul %r0, 6\nexit\n-- result\n43');
const CASES = files.path('cases');

interface Document {
  readonly engine: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly cases: readonly { readonly name: string; readonly status: string; readonly detail: string }[];
  readonly error?: { readonly code: string };
}

describe('conformance', () => {
  it.each(['jit', 'interp', 'reference'])('passes on %s', (engine) => {
    const { code, out, err } = beeswax(['conformance', CASES, '--engine', engine]);
    expect(err).toBe('');
    expect(out).toMatch(new RegExp(`^${engine} .* passed: 3 of 3 cases in `));
    expect(code).toBe(0);
  });

  it('shows a failure with what makes it happen again', () => {
    const { code, out } = beeswax(['conformance', CASES, wrong, '--engine', 'interp']);
    expect(code).toBe(1);
    for (const line of [
      `failed ${wrong.replace('.data', '')} on interp`,
      '  group   divmul64',
      '  says    nowhere',
      '  got     r0 0x2a',
      '  wanted  r0 0x2b',
      '    0x0000000600000027 # r0 *= 0x6',
    ]) {
      expect(out.split('\n')).toContain(line);
    }
    // The file and the command of the report fail in the same way.
    const [command = '', ...rest] = out.split('  again\n')[1]?.split('\n\n')[0]?.split('\n') ?? [];
    const [, , name = '', ...options] = command
      .trim()
      .replace(/ {3}.*/, '')
      .split(' ');
    const saved = files.write('again.data', rest.map((line) => line.slice(4)).join('\n'));
    expect(name).toMatch(/wrong\.data$/);
    const again = beeswax(['conformance', saved, ...options]);
    expect(again.code).toBe(1);
    expect(again.out).toContain('  got     r0 0x2a\n  wanted  r0 0x2b\n');
  });

  it('prints the document of the contract', () => {
    const document = json<Document>(['conformance', CASES, '--engine', 'interp']);
    expect(document).toMatchObject({ engine: 'interp', passed: 3, failed: 0, skipped: 0 });
    expect(document.cases[0]).toMatchObject({ name: `${CASES}/add`, group: 'base32', status: 'passed', detail: '' });
    const failed = beeswax(['conformance', wrong, '--json']);
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.out)).toMatchObject({ engine: 'jit', passed: 0, failed: 1 });
  });

  it.each([
    ['a folder without cases', ['empty'], 'no case was put to jit: 0 of 0 is no pass'],
    ['a filter that takes none', ['cases', '--filter', 'nothing is called so'], 'no case was put to jit'],
    ['groups that no case has', ['cases', '--groups', 'callx'], 'no case was put to jit'],
  ])('0 of 0 is a failure: %s', (_, [path = '', ...options], message) => {
    const { code, err } = beeswax(['conformance', files.path(path), ...options]);
    expect(code).toBe(1);
    expect(err).toContain(`error[BEESWAX_E_NOTHING_JUDGED]: ${message}`);
    const { code: again, out } = beeswax(['conformance', files.path(path), ...options, '--json']);
    expect(again).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ passed: 0, cases: [], error: { code: 'BEESWAX_E_NOTHING_JUDGED' } });
  });

  it('selects by group, version and name', () => {
    const count = (...words: string[]): number =>
      json<Document>(['conformance', CASES, '--engine', 'reference', ...words]).cases.length;
    expect(count()).toBe(3);
    expect(count('--filter', 'load')).toBe(1);
    expect(count('--groups', 'base32,base64')).toBe(3);
    expect(count('--cpu', 'v1')).toBe(2);
  });

  it('writes every form beside the other', () => {
    const { code, out } = beeswax(
      ['conformance', CASES, wrong, '--engine', 'interp', '--engine', 'reference', '--tap'].concat([
        '--junit',
        files.path('junit.xml'),
        '--report',
        files.path('deep/report'),
      ]),
    );
    expect(code).toBe(1);
    expect(out.split('\n').filter((line) => /^(not )?ok /.test(line))).toHaveLength(8);
    expect(files.read('junit.xml')).toContain('<testsuite name="reference" tests="4" failures="1"');
    expect(files.read('deep/report/index.html')).toContain('mul64_imm on interp');
  });

  it.each([
    [['--json', '--tap'], '--json and --tap cannot share stdout'],
    [['--tap', '--junit', '-'], '--tap and --junit - cannot share stdout'],
    [['--groups', 'base32,base46'], '--groups cannot hold base46'],
    [['--plugin', 'a "b'], '--plugin cannot be `a "b`'],
    [['--compare'], '--compare needs two files, but got 1'],
    [['--cpu', 'v5'], '--cpu cannot be v5'],
  ])('%j is bad usage', (options, message) => {
    const { code, err } = beeswax(['conformance', CASES, ...options]);
    expect(err).toContain(`error[BEESWAX_E_USAGE]: ${message}`);
    expect(code).toBe(2);
  });

  it('names the file that it cannot read', () => {
    files.write('bad/one.data', '');
    const bad = beeswax(['conformance', files.path('bad')]);
    expect(bad.code).toBe(3);
    expect(bad.err).toContain('error[BEESWAX_E_CASE_FILE]: not a conformance case: no program\n  --> ');
    expect(bad.err).toContain('/bad/one.data');
    expect(beeswax(['conformance', files.path('nowhere')]).err).toContain('there is no such file or directory');
  });

  it('compares two runs, and puts earlier ones side by side', () => {
    const { out: before } = beeswax(['conformance', CASES, wrong, '--engine', 'interp', '--json']);
    files.write('before.json', before);
    files.write('after.json', before.replace('"status":"failed"', '"status":"passed"'));
    const [a, b] = [files.path('before.json'), files.path('after.json')];
    const better = beeswax(['conformance', '--compare', a, b]);
    expect(better).toMatchObject({ code: 0, err: '' });
    expect(better.out).toContain('better: 1\n');
    expect(better.out).toContain('failed → passed');
    const worse = beeswax(['conformance', '--compare', b, a]);
    expect(worse.code).toBe(1);
    expect(worse.out).toContain('passed → failed: got r0 0x2a, wanted r0 0x2b');
    expect(JSON.parse(beeswax(['conformance', '--compare', a, a, '--json']).out)).toMatchObject({ unchanged: 4 });

    const merged = beeswax(['conformance', a, b, '--report', files.path('merged')]);
    expect(merged.code).toBe(1);
    expect(files.read('merged/index.html')).toContain('<th scope="col">interp (2)</th>');
  });

  it('has the built-in suite on each engine, the same cases', () => {
    const names = ['jit', 'interp', 'reference'].map((engine) => {
      const { cases, failed } = json<Document>(['conformance', '--engine', engine, '--filter', 'arsh32_imm/']);
      expect(failed).toBe(0);
      return cases.map(({ name }) => name);
    });
    expect(names[0]?.length).toBeGreaterThan(100);
    expect(names[1]).toEqual(names[0]);
    expect(names[2]).toEqual(names[0]);
  });
});

describeNeeding(['kernelBpf'], 'conformance on the kernel', () => {
  it('passes, and a refusal is no judgement', () => {
    const document = json<Document>(['conformance', CASES, '--engine', 'kernel']);
    expect(document).toMatchObject({ engine: 'kernel', failed: 0 });
    expect(document.passed).toBeGreaterThan(0);
  });
});

describe('conformance-plugin', () => {
  const PROGRAM = '71100100000000009500000000000000';

  it('answers as a plugin of the public suite does', () => {
    const run = (words: string[], input: string) => beeswax(['conformance-plugin', ...words], { input });
    expect(run(['01 02 03'], PROGRAM)).toEqual({ code: 0, out: '2\n', err: '' });
    expect(run(['01 02 03', '--engine', 'jit', '--program', PROGRAM], '')).toEqual({ code: 0, out: '2\n', err: '' });
    const refused = run([], 'ff00000000000000');
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toContain('BEESWAX_E_UNKNOWN_OPCODE');
  });

  it.each([
    ['plugin', 'conformance-plugin --engine interp'],
    ['batch', 'conformance-plugin --batch --engine interp'],
  ])('is an engine for --%s', (option, words) => {
    const command = `${quoteWord(process.execPath)} ${quoteWord(MAIN)} ${words}`;
    const document = json<Document>(['conformance', CASES, `--${option}`, command]);
    expect(document).toMatchObject({ passed: 3, failed: 0, skipped: 0 });
  });

  it('says which engine does not start', () => {
    const { code, err } = beeswax(['conformance', CASES, '--batch', '/nowhere/engine']);
    expect(err).toContain('error[BEESWAX_E_CONFORMANCE_ENGINE]: the engine `/nowhere/engine` cannot be tested');
    expect(code).toBe(5);
  });
});

describe('words of a command', () => {
  it.each([
    ['a  b', ['a', 'b']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a\\ b "c\\"d" e'f'"g"`, ['a b', 'c"d', 'efg']],
    [`'' ""`, ['', '']],
  ])('%s', (line, words) => expect(splitWords(line, '--plugin')).toEqual(words));

  it.each(['', '  ', "a 'b", 'a "b', 'a \\'])('%j is refused', (line) => {
    expect(() => splitWords(line, '--plugin')).toThrow('--plugin cannot be');
  });

  it.each(['plain', 'a b', "it's", '"$x" \\ `y`', ''])('%j comes back from its quotes', (word) => {
    expect(splitWords(quoteWord(word), '--plugin')).toEqual([word]);
  });
});
