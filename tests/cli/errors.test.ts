/** How errors look, and that the catalogue is whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/cli.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { CATALOGUE, type CatalogueEntry, type ErrorCode } from '../../src/util/catalogue.js';
import { BeeswaxError } from '../../src/util/errors.js';
import { errorJson, renderError } from '../../src/util/render_error.js';
import { ROOT } from './support.js';

describe('rendering', () => {
  const usage = (detail: ConstructorParameters<typeof BeeswaxError>[2]) =>
    new BeeswaxError('BEESWAX_E_USAGE', { problem: 'read past the checked packet range' }, detail);

  it('has place, instruction, reason and suggestion', () => {
    const error = usage({
      location: {
        file: 'bad.c',
        line: 11,
        column: 10,
        text: '  return d[23] == 17 ? 1 : 2;',
        pc: 6,
        insn: 'r1 = *(u8 *)(r1 + 23)',
      },
      notes: ['only 14 bytes were proved (bad.c:9); this reads byte 23', 'and once more'],
      suggestion: 'check `d + 24 > e` first',
    });
    expect(renderError(error)).toBe(
      [
        'error[BEESWAX_E_USAGE]: read past the checked packet range',
        '  --> bad.c:11   return d[23] == 17 ? 1 : 2;',
        '      insn 6     r1 = *(u8 *)(r1 + 23)',
        '  reason: only 14 bytes were proved (bad.c:9); this reads byte 23',
        '          and once more',
        '  suggestion: check `d + 24 > e` first',
      ].join('\n'),
    );
  });

  it('gives column in text files and offsets in binary ones', () => {
    expect(renderError(usage({ location: { file: 'a.s', line: 2, column: 5, text: 'bad' } }))).toContain(
      '--> a.s:2:5   bad',
    );
    expect(renderError(usage({ location: { file: 'a.o', offset: 64 } }))).toContain('--> a.o\n      byte 64');
    expect(renderError(usage({ location: { pc: 3, insn: 'exit' } }))).toContain('--> insn 3   exit');
  });

  it('takes reason and suggestion from the catalogue where the error brings none', () => {
    const text = renderError(new BeeswaxError('BEESWAX_E_FILE', { path: 'x', operation: 'read', reason: 'no' }));
    expect(text).toContain(`reason: ${CATALOGUE.BEESWAX_E_FILE.cause}`);
    expect(text).toContain(`suggestion: ${CATALOGUE.BEESWAX_E_FILE.remedy}`);
  });

  it('colours only when asked, and lets no control character through', () => {
    const error = usage({ location: { file: '\x1b[31mx\n', line: 1 } });
    expect(renderError(error)).not.toContain('\x1b');
    expect(renderError(error)).toContain('\\u{1b}[31mx\\u{a}:1');
    expect(renderError(error, { color: true })).toContain('\x1b[31merror');
  });

  it('is data in JSON', () => {
    expect(errorJson(usage({ location: { pc: 1 }, suggestion: 's' }))).toEqual({
      code: 'BEESWAX_E_USAGE',
      message: 'read past the checked packet range',
      location: { pc: 1 },
      suggestion: 's',
      data: { problem: 'read past the checked packet range' },
    });
  });
});

describe('unexpected errors', () => {
  const crash = (debug: boolean): Promise<{ code: number; err: string }> => {
    let err = '';
    const terminal = {
      out: () => undefined,
      err: (text: string) => {
        err += text;
      },
      debug,
      read: () => Promise.reject(new TypeError('x is not a function')),
    } as unknown as Terminal;
    return runCli(['show', 'x.o'], terminal).then((code) => ({ code, err }));
  };

  it('say that they are defects, without a stack', async () => {
    const { code, err } = await crash(false);
    expect(code).toBe(3);
    expect(err).toContain(
      'error[BEESWAX_E_INTERNAL]: this is a defect of beeswax itself: TypeError: x is not a function',
    );
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('show the stack with BEESWAX_DEBUG=1', async () => {
    expect((await crash(true)).err).toMatch(/^\s+at /m);
  });
});

describe('the catalogue', () => {
  const entries = Object.entries(CATALOGUE) as [ErrorCode, CatalogueEntry<never>][];
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('catalogue.ts'))
    .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
    .join('\n');

  it.each(entries)('%s has cause and remedy as sentences', (code, { cause, remedy }) => {
    expect(code).toMatch(/^BEESWAX_E_[A-Z0-9_]+$/);
    expect(cause).toMatch(/^\S.*[.)]$/s);
    expect(remedy).toMatch(/^\S.*[.)]$/s);
  });

  it('holds nothing that no code throws', () => {
    expect(entries.map(([code]) => code).filter((code) => !sources.includes(code))).toEqual([]);
  });
});
