/** `show`, `disasm` and `asm`: what an object holds, as text and back. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding } from '../support/have.js';
import { beeswax, folder, JUDGE, json, ROOT } from './support.js';

const files = folder();
const object = files.path('judge.o');
const example = join(ROOT, 'examples/packet_of_death.o');

beforeAll(() => {
  beeswax(['asm', files.write('judge.bpfasm', JUDGE), '-o', object]);
});

describe('asm', () => {
  it('says what it wrote', () => {
    const { out } = beeswax(['asm', files.path('judge.bpfasm'), '-o', files.path('again.o')]);
    expect(out).toMatch(/again\.o: 1 program, 1 map, [\d,]+ bytes\n$/);
    expect(readFileSync(files.path('again.o'))).toEqual(readFileSync(object));
  });

  it('reads stdin and writes stdout', () => {
    const done = beeswax(['asm', '-', '-o', files.path('stdin.o'), '--json'], { input: 'r0 = 2\nexit\n' });
    expect(JSON.parse(done.out)).toMatchObject({ programs: [{ type: 'xdp', insns: 2 }], maps: [] });
    expect(json<{ retval: number }>(['test', files.path('stdin.o'), '--engine', 'interp']).retval).toBe(2);
  });

  it('names line, column and the nearest word', () => {
    const path = files.write('typo.bpfasm', 'r0 = 2\ncall map_lokup_elem\nexit\n');
    const { code, err } = beeswax(['asm', path, '-o', files.path('typo.o')]);
    expect(code).toBe(3);
    expect(err).toContain(`--> ${path}:2:6   call map_lokup_elem`);
    expect(err).toContain('map_lookup_elem`');
  });
});

describe('show', () => {
  it('lists programs, maps with their types, sections and relocations', () => {
    const { code, out } = beeswax(['show', example]);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}packet_of_death {2}xdp, section xdp, \d+ instruction slots$/m);
    expect(out).toMatch(/^ {4}source {4}.*packet_of_death\.c:\d+-\d+/m);
    expect(out).toContain(
      '  blocked  hash, 1,024 entries\n    key   u32 (4 bytes)\n    value struct blocked_source {u64 hits} (8 bytes)\n',
    );
    expect(out).toMatch(/^ {2}xdp\+0x[0-9a-f]+ +map +signatures$/m);
  });

  it('gives the same as JSON', () => {
    expect(json(['show', example])).toMatchObject({
      license: expect.any(String),
      programs: [{ name: 'packet_of_death', type: 'xdp', helpers: ['map_lookup_elem'] }],
      maps: expect.arrayContaining([
        {
          name: 'blocked',
          type: 'hash',
          keySize: 4,
          valueSize: 8,
          maxEntries: 1024,
          key: 'u32',
          value: 'struct blocked_source {u64 hits}',
          flags: [],
          pinning: 'none',
        },
      ]),
      relocations: expect.arrayContaining([
        { section: 'xdp', offset: expect.any(Number), kind: 'map', target: 'blocked' },
      ]),
    });
  });

  it('says which program cannot be loaded, and why', () => {
    const path = files.write('kfunc.bpfasm', '.section xdp\n.program odd xdp\nodd:\n  call 200000\n  exit\n');
    beeswax(['asm', path, '-o', files.path('odd.o')]);
    const { code, out } = beeswax(['show', files.path('odd.o')]);
    expect(code).toBe(0);
    expect(out).toContain('cannot be loaded: no helper 200000');
  });

  it('refuses what is no object', () => {
    const { code, err } = beeswax(['show', files.path('judge.bpfasm')]);
    expect(code).toBe(3);
    expect(err).toContain('error[BEESWAX_E_ELF_FORMAT]');
  });

  it('shows hostile names without letting them at the terminal', () => {
    const bytes = Buffer.from(readFileSync(object));
    const at = bytes.indexOf('judge\0');
    bytes.write('\x1b[2Jx', at, 'latin1');
    const { out, err } = beeswax(['show', files.write('hostile.o', bytes)]);
    expect(out + err).not.toContain('\x1b');
  });
});

describe('disasm', () => {
  it('prints what asm reads back to the same instructions', () => {
    const listing = beeswax(['disasm', example]).out;
    beeswax(['asm', files.write('listing.bpfasm', listing), '-o', files.path('listing.o')]);
    const insns = (path: string): unknown =>
      json<{ programs: { insns: { pc: number; text: string }[] }[] }>(['disasm', path]).programs.map((program) =>
        program.insns.map(({ pc, text }) => `${pc} ${text}`),
      );
    expect(insns(files.path('listing.o'))).toEqual(insns(example));
  });

  it('shows source lines between', () => {
    expect(beeswax(['disasm', example]).out).toMatch(
      /^; .*packet_of_death\.c:\d+ {2}int packet_of_death\(struct xdp_md \*ctx\)$/m,
    );
  });

  it('shows WebAssembly with --wat', () => {
    const { code, out } = beeswax(['disasm', object, '--wat']);
    expect(code).toBe(0);
    expect(out).toMatch(/^;; program judge\n\(module/);
  });

  it('suggests the nearest program', () => {
    const { code, err } = beeswax(['disasm', object, '-p', 'jugde']);
    expect(code).toBe(2);
    expect(err).toContain('did you mean `judge`?');
  });
});

describeNeeding(['llvm'], 'asm, by llvm', () => {
  it('writes an object that llvm-objdump reads', () => {
    const { stdout } = spawnSync('llvm-objdump-19', ['-d', '--no-show-raw-insn', object], { encoding: 'utf8' });
    expect(stdout).toContain('r7 = *(u32 *)(r1 + 0x0)');
  });
});
