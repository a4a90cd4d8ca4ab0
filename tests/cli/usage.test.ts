/** Bad usage: exit code 2, the problem, and the nearest right word. */
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli/parse.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { beeswax } from './support.js';

/** Words, problem, suggestion. */
const WRONG: readonly [string, string, string][] = [
  ['rnu x.o', 'there is no command rnu', 'did you mean `run`?'],
  ['frobnicate', 'there is no command frobnicate', 'the commands are run, test, show, disasm, asm'],
  ['--json run', '--json stands before a command', 'say `beeswax COMMAND [OPTIONS]`'],
  ['show', 'show needs OBJECT: eBPF object file, as clang or gcc wrote it', 'see `beeswax show --help`'],
  ['show a.o b.o', 'show takes one OBJECT, but got b.o as well', 'put options in front'],
  ['run x.o', 'run needs -i CAPTURE', 'see `beeswax run --help`'],
  ['asm x.s', 'asm needs -o OBJECT.o', 'see `beeswax asm --help`'],
  ['run x.o -i', '-i needs a value', 'write `-i CAPTURE`'],
  ['run x.o -i a --enigne jit', 'run has no option --enigne', 'did you mean `--engine`?'],
  ['run x.o -i a --engine jti', '--engine cannot be jti', 'did you mean `jit`?'],
  ['run x.o -i a --engine quantum', '--engine cannot be quantum', 'it may be auto, jit, interp, kernel'],
  ['test x.o --type xpd', '--type cannot be xpd', 'did you mean `xdp`?'],
  ['test x.o --repeat 0', '--repeat cannot be 0', 'it is a whole number from 1 to 4294967295'],
  ['test x.o --repeat 1e3', '--repeat cannot be 1e3', 'it is a whole number from 1 to 4294967295'],
  ['test x.o --repeat 4294967296', '--repeat cannot be 4294967296', 'it is a whole number'],
  ['test x.o --json=yes', '--json takes no value, but got yes', 'write `--json` alone'],
  ['test x.o --data aa --data bb', '--data is given twice', 'give it once'],
  ['test x.o --verdicts v', 'test has no option --verdicts', 'it is an option of `run`'],
  ['show x.o -z', 'show has no option -z', 'see `beeswax show --help`'],
  ['completion bsh', 'SHELL cannot be bsh', 'did you mean `bash`?'],
];

describe('usage', () => {
  it.each(WRONG)('%s', (line, problem, suggestion) => {
    let thrown: unknown;
    try {
      parseCommandLine(line.split(' '));
    } catch (error) {
      thrown = error;
    }
    if (!isBeeswaxError(thrown, 'BEESWAX_E_USAGE')) throw new Error('it was taken');
    expect(thrown.message).toBe(problem);
    expect(thrown.suggestion).toContain(suggestion);
  });

  it('takes options in any order and form', () => {
    const parsed = parseCommandLine(['run', '--engine=jit', '-iin.pcap', 'x.o', '--limit', '3', '-p', 'main', '-q']);
    expect(parsed).toMatchObject({
      argument: 'x.o',
      options: { engine: 'jit', input: 'in.pcap', limit: 3, program: 'main', quiet: true },
    });
  });

  it('takes - as a value, and words behind --', () => {
    expect(parseCommandLine(['run', 'x.o', '-i', '-', '-o', '-'])).toMatchObject({
      options: { input: '-', output: '-' },
    });
    expect(parseCommandLine(['show', '--', '-odd-name.o'])).toMatchObject({ argument: '-odd-name.o' });
  });

  it('exits with 2 and shows no stack', () => {
    const { code, out, err } = beeswax(['tset']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe('error[BEESWAX_E_USAGE]: there is no command tset\n  suggestion: did you mean `test`?\n');
  });

  it('answers in JSON where it was asked for', () => {
    const { code, out } = beeswax(['show', 'x.o', 'y.o', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(out).error).toMatchObject({ code: 'BEESWAX_E_USAGE' });
  });
});
