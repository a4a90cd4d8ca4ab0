import { describe, expect, test } from 'vitest';
import { parseCaseFile, renderCaseFile } from '../../src/conformance/case_file.js';
import type { ConformanceCase } from '../../src/conformance/types.js';
import { ownCases } from './case_files.js';

const parse = (text: string): ConformanceCase => parseCaseFile(text, 'a/case');

describe('a case file', () => {
  test('in the syntax of the public suite', () => {
    const text = `# Copyright of whom it may concern
-- asm
add %r1, %r2   # a comment
ldxb %r0, [%r1-1]
exit
-- mem
01 02 ff
-- no register offset
-- result
0xff
`;
    expect(parse(text)).toMatchObject({
      name: 'a/case',
      group: 'base64',
      needs: ['base32'],
      since: 'v1',
      source: 'RFC 9669',
      memory: Uint8Array.of(1, 2, 0xff),
      expect: { kind: 'value', r0: [0xffn] },
    });
  });

  test('with all sections of our own', () => {
    const text = `# source: RFC 9669 section 5.3
# note: who knows
# group: atomic32
-- insns
load_acquire64 %r0, [%r1]
exit
-- mem
00 00 00 00 00 00 00 00
-- result
1
0x2
-- after
01 00 00 00 00 00 00 00
-- may stop
`;
    expect(parse(text)).toMatchObject({
      group: 'atomic32',
      needs: ['load_acquire', 'base32'],
      since: 'ext',
      source: 'RFC 9669 section 5.3',
      note: 'who knows',
      expect: { kind: 'value', r0: [1n, 2n], memory: Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0), mayStop: true },
    });
  });

  test.each([
    ['words', '-- raw\n0x0000000100000018\n0x0000000200000000\n149\n-- result\n0x200000001', 24],
    ['bytes', '-- raw\n95 01 00 00 00 00 00 00\n95 00 00 00 00 00 00 00\n-- error\n', 16],
    ['nothing', '-- raw\n-- reject\nempty', 0],
  ])('with a program in %s', (_, text, length) => {
    expect(parse(text).program.length).toBe(length);
  });

  test.each([
    ['-- stopped', { kind: 'stopped' }],
    ['-- reject\njump', { kind: 'rejected', reason: 'jump' }],
    ['-- error', { kind: 'rejected', reason: 'any' }],
    ['-- result\n-1', { kind: 'value', r0: [0xffff_ffff_ffff_ffffn] }],
  ])('expects what %j says', (section, wanted) => {
    expect(parse(`-- asm\nmov %r0, 0\nexit\n${section}\n`).expect).toEqual(wanted);
  });

  test.each([
    ['-- asm\nexit\n-- results\n1', 'unknown section `-- results`', { line: 3 }],
    ['-- result\n1', 'no program', {}],
    ['-- asm\nexit', 'no expectation', {}],
    ['-- asm\nexit\n-- reject\nnonsense', '`-- reject` wants one of', {}],
    ['-- asm\nexit\n-- result\n1g', 'expected a number, not `1g`', {}],
    ['-- asm\nexit\n-- result\n0x10000000000000000', 'more than 64 bits', {}],
    ['-- asm\nexit\n-- mem\n123\n-- result\n1', 'expected a byte in hex, not `123`', {}],
    ['# group: nonsense\n-- asm\nexit\n-- result\n1', 'unknown group nonsense', {}],
  ])('%j is refused', (text, message, location) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({
        code: 'BEESWAX_E_CASE_FILE',
        message: expect.stringContaining(message),
        location: { file: 'a/case.data', ...location },
      }),
    );
  });

  test('names the line of bad assembly', () => {
    expect(() => parse('# a comment\n-- asm\nmov %r0, 1\nmvo %r0, 2\nexit\n-- result\n1')).toThrow(
      expect.objectContaining({ location: expect.objectContaining({ file: 'a/case.data', line: 4 }) }),
    );
  });

  test('is written so that it reads back: all of ours', () => {
    for (const test of ownCases()) expect(parseCaseFile(renderCaseFile(test), test.name)).toEqual(test);
  });

  test('is written for people', () => {
    const text = `# source: RFC 9669 section 5.4
-- asm
lddw %r0, 0x1122334455667788
jeq %r0, 0, +0
exit
-- result
0x1122334455667788
`;
    expect(renderCaseFile(parse(text))).toBe(`# a/case
# source: RFC 9669 section 5.4
# group: base64
-- raw
0x5566778800000018 # r0 = 0x1122334455667788 ll
0x1122334400000000
0x0000000000000015 # if r0 == 0x0 goto +0x0
0x0000000000000095 # exit
-- result
0x1122334455667788
`);
  });
});
