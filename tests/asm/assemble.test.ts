import { describe, expect, test } from 'vitest';
import { assemble, assembleProgram } from '../../src/asm/assemble.js';
import { encodeInsns } from '../../src/isa/encode.js';
import { BeeswaxError } from '../../src/util/errors.js';

const hex = (text: string): string => Buffer.from(encodeInsns(assembleProgram(text).insns)).toString('hex');

describe('instructions', () => {
  test.each([
    // text, bytes as RFC 9669 lays them out
    ['r0 = 1', 'b700000001000000'],
    ['r0 = 0x1', 'b700000001000000'],
    ['r0=1', 'b700000001000000'],
    ['r0 += -1', '07000000ffffffff'],
    ['w3 = 0xffffffff', 'b4030000ffffffff'],
    ['w3 s>>= w4', 'cc43000000000000'],
    ['r1 = -r1', '8701000000000000'],
    ['r1 = (s8)r2', 'bf21080000000000'],
    ['r1 = be32 r1', 'dc01000020000000'],
    ['r1 = 0x1122334455667788 ll', '18010000887766550000000044332211'],
    ['r1 = -1 ll', '18010000ffffffff00000000ffffffff'],
    ['r1 = *(u32 *)(r2 + 0x4)', '6121040000000000'],
    ['w1 = *(u32 *)(r2 + 4)', '6121040000000000'],
    ['w1 = *(u32*)(r2)', '6121000000000000'],
    ['*(u64 *)(r10-8) = r6', '7b6af8ff00000000'],
    ['*(u16 *)(r10 - 8) = -1', '6a0af8ffffffffff'],
    ['lock *(u64 *)(r1 + 0) += r2', 'db21000000000000'],
    ['r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)', 'db21000001000000'],
    ['w0 = cmpxchg32_32(r1 + 0, w0, w2)', 'c3210000f1000000'],
    ['w1 = load_acquire((u8 *)(r2 + 1))', 'd321010000010000'],
    ['store_release((u64 *)(r1 + 0), r2)', 'db21000010010000'],
    ['call 1', '8500000001000000'],
    ['call bpf_map_lookup_elem', '8500000001000000'],
    ['call map_lookup_elem', '8500000001000000'],
    ['call fib_lookup', '8500000045000000'],
    ['goto +0', '0500000000000000'],
    ['if w1 s>= -1 goto -1 <name+0x8>', '7601ffffffffffff'],
    ['      7: r0 = 1', 'b700000001000000'],
    ['       0:\tb7 00 00 00 01 00 00 00\tr0 = 0x1', 'b700000001000000'],
    ['r0 = *(u32 *)skb[r3 + 0xe]', '403000000e000000'],
  ])('%s', (text, bytes) => {
    expect(hex(text)).toBe(bytes);
  });

  test.each(['; c', '# c', '// c', '   ; r0 = 2', ''])('a comment: %s', (comment) => {
    expect(hex(`${comment}\nexit ${comment}\n`)).toBe('9500000000000000');
  });
});

describe('labels', () => {
  test('stand before or on the line, and jumps count slots', () => {
    const text = `
        if r1 == 0 goto out
        r1 = 1 ll
      out: exit`;
    expect(assembleProgram(text).insns.map(({ off }) => off)).toEqual([2, 0, 0]);
  });

  test('that are called cut functions', () => {
    const program = assembleProgram(`
      main:
        call twice
        call local twice
        r2 = &func(cb) ll
        exit
      twice:
        r0 = r1
        exit
      cb:
        r0 = 0
        exit`);
    expect(program.functions).toEqual([
      { name: 'main', start: 0, end: 5 },
      { name: 'twice', start: 5, end: 7 },
      { name: 'cb', start: 7, end: 9 },
    ]);
    expect(program.insns.slice(0, 3).map(({ op, imm }) => [op.name, imm])).toEqual([
      ['call_local', 4],
      ['call_local', 3],
      ['lddw_code', 4],
    ]);
    expect(program.insns[2]?.ref).toEqual({ kind: 'function', pc: 7 });
  });

  test('win over helpers of the same name', () => {
    expect(assembleProgram('call loop\nexit\nloop: exit').insns[0]?.op.name).toBe('call_local');
  });
});

describe('files', () => {
  test('hold programs with types, sections and maps', () => {
    const { programs, maps, license } = assemble(`
      .license "Dual MIT/GPL"
      .map counts, percpu_array, 4, 8, 256
      .map blocked, lpm_trie, 8, 4, 10, BPF_F_NO_PREALLOC|BPF_F_RDONLY_PROG
      .section xdp
      first:
        r1 = counts ll
        exit
      .section "tc/ingress"
      .program second
        exit
      .program third socket_filter
        exit`);
    expect(programs.map(({ name, type, section }) => [name, type, section])).toEqual([
      ['first', 'xdp', 'xdp'],
      ['second', 'tc', 'tc/ingress'],
      ['third', 'socket_filter', 'tc/ingress'],
    ]);
    expect(license).toBe('Dual MIT/GPL');
    expect(programs[0]?.license).toBe(license);
    expect(maps).toMatchObject([
      { name: 'counts', type: 'percpu_array', keySize: 4, valueSize: 8, maxEntries: 256, flags: 0 },
      { name: 'blocked', type: 'lpm_trie', keySize: 8, valueSize: 4, maxEntries: 10, flags: 0x81 },
    ]);
    expect(programs[0]?.insns[0]).toMatchObject({ op: { name: 'lddw_map' }, ref: { kind: 'map', map: 'counts' } });
  });

  test('keep their lines as the source of the program', () => {
    const program = assembleProgram('r0 = 1\n\n  exit', { file: 'f.s' });
    expect(program.lines.get(1)).toEqual({ file: 'f.s', line: 3, column: 3, text: '  exit' });
  });

  test("know the embedder's helpers", () => {
    const program = assembleProgram('call sum\nexit', { helpers: new Map([['sum', 0x10000]]) });
    expect(program.insns[0]?.imm).toBe(0x10000);
  });
});

describe('errors', () => {
  const refusal = (text: string): BeeswaxError => {
    try {
      assembleProgram(text, { file: 'f.s' });
    } catch (error) {
      expect(error).toBeInstanceOf(BeeswaxError);
      return error as BeeswaxError;
    }
    throw new Error('was taken');
  };

  test.each([
    // text, code without its prefix, line:column, message, suggestion
    ['exti', 'SYNTAX', '1:1', 'unexpected `exti`', 'the nearest form is `exit`'],
    ['if r1 = 5 goto +1', 'SYNTAX', '1:7', 'unexpected `=`', 'the nearest form is `if rD == NUMBER goto LABEL`'],
    ['r1 =', 'SYNTAX', '1:5', 'the instruction is not complete', undefined],
    ['exit\n  w1 += r2', 'SYNTAX', '2:9', 'unexpected `r2`', 'the nearest form is `wD += NUMBER`'],
    ['r1 = -r2', 'SYNTAX', '1:7', 'both must be the same register: r1 and r2', undefined],
    ['r1 = ~r1', 'SYNTAX', '1:6', 'unexpected `~`', undefined],
    ['r1 = cmpxchg_64(r2 + 0, r1, r3)', 'SYNTAX', '1:1', 'this register must be r0', undefined],
    ['ld_pseudo r1, 9, 1', 'SYNTAX', '1:1', 'ld_pseudo takes a kind from 1 to 6', undefined],
    ['r1 = r11', 'UNKNOWN_NAME', '1:6', 'no register `r11`', 'registers are r0 to r10'],
    [
      'call map_lokup_elem',
      'UNKNOWN_NAME',
      '1:6',
      'no helper or label `map_lokup_elem`',
      'did you mean `map_lookup_elem`?',
    ],
    ['goto edn\nend: exit', 'UNKNOWN_NAME', '1:6', 'no label `edn`', 'did you mean `end`?'],
    ['r1 = &map(foo) ll', 'UNKNOWN_NAME', '1:6', 'no map `foo`', 'declare it with `.map`'],
    ['.map a, hsah, 4, 4, 1', 'UNKNOWN_NAME', '1:9', 'no map type `hsah`', 'did you mean `hash`?'],
    ['.map a, array, 4, 4, 1, BPF_F_X', 'UNKNOWN_NAME', '1:25', 'no map flag `BPF_F_X`', undefined],
    ['.program a xpd', 'UNKNOWN_NAME', '1:12', 'no program type `xpd`', 'did you mean `xdp`?'],
    ['.mpa a', 'UNKNOWN_NAME', '1:1', 'no directive `.mpa`', 'did you mean `.map`?'],
    ['.map a, array, 4', 'SYNTAX', '1:1', 'the directive needs a value size', undefined],
    ['.map a, array, 4, 4, many', 'SYNTAX', '1:22', 'a number of entries must be a number', undefined],
    ['r1 = *(u32 *)(r2 + 40000)', 'RANGE', '1:15', 'offset 40000 is not between -32768 and 32767', undefined],
    ['r1 += 0xffffffff', 'RANGE', '1:7', /4294967295 is not between/, 'load it first: `rN = NUMBER ll`'],
    ['w1 += 0x100000000', 'RANGE', '1:7', /4294967296 is not between -2147483648 and 4294967295/, undefined],
    ['a: exit\na: exit', 'DUPLICATE', '2:1', 'label `a` is defined twice', undefined],
    ['.map a, array, 4, 4, 1\n.map a, array, 4, 4, 1', 'DUPLICATE', '2:6', 'map `a` is defined twice', undefined],
  ])('%s', (text, code, place, message, suggestion) => {
    const error = refusal(text);
    expect(error.code).toBe(`BEESWAX_E_ASM_${code}`);
    expect(error.message).toMatch(message);
    expect(`${error.location?.line}:${error.location?.column}`).toBe(place);
    expect(error.location?.file).toBe('f.s');
    expect(error.suggestion).toBe(suggestion);
  });

  test('a jump too far for 16 bits', () => {
    const error = refusal(`goto end\n${'exit\n'.repeat(40000)}end: exit`);
    expect(error.code).toBe('BEESWAX_E_ASM_RANGE');
    expect(error.suggestion).toBe('use `gotol`');
  });

  test('no instruction at all', () => {
    expect(refusal('; nothing').code).toBe('BEESWAX_E_NO_INSTRUCTIONS');
  });

  test('any text is taken or refused with a code', () => {
    const words = [
      'r1',
      'w2',
      '=',
      '+=',
      '*',
      '(',
      ')',
      'u32',
      '0x',
      '7',
      '-',
      'goto',
      'a:',
      '.map',
      '&map(',
      '"',
      ';',
      '<',
      'll',
    ];
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    for (let i = 0; i < 3000; i++) {
      const text = Array.from({ length: random(8) }, () => words[random(words.length)]).join(
        random(2) === 0 ? ' ' : '',
      );
      try {
        assemble(text);
      } catch (error) {
        if (!(error instanceof BeeswaxError)) throw new Error(`on ${JSON.stringify(text)}`, { cause: error });
      }
    }
  });
});
