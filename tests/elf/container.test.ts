/** The ELF container under attack: every header, offset, size, count and index that leads astray is a catalogued error with its place. */
import { describe, expect, test } from 'vitest';
import { linkProgram, readElfObject } from '../../src/elf/index.js';
import { type BeeswaxError, isBeeswaxError } from '../../src/util/errors.js';
import { fixtureBytes } from './support.js';

const SECTION_HEADER = 64;

/** An object that a test breaks: a copy of a fixture with ways to find and change its records. */
class Victim {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(name: string) {
    this.bytes = fixtureBytes(name).slice();
    this.view = new DataView(this.bytes.buffer);
  }

  /** Byte offset of the header of a section. */
  header(name: string): number {
    const table = Number(this.view.getBigUint64(40, true));
    const names = table + this.view.getUint16(62, true) * SECTION_HEADER;
    const strings = Number(this.view.getBigUint64(names + 24, true));
    for (let index = 0; index < this.view.getUint16(60, true); index++) {
      const at = table + index * SECTION_HEADER;
      const start = strings + this.view.getUint32(at, true);
      const text = new TextDecoder().decode(this.bytes.subarray(start, this.bytes.indexOf(0, start)));
      if (text === name) return at;
    }
    throw new Error(`no section ${name}`);
  }

  /** Byte offset of a section's data. */
  data(name: string): number {
    return Number(this.view.getBigUint64(this.header(name) + 24, true));
  }

  u16(at: number, value: number): this {
    this.view.setUint16(at, value, true);
    return this;
  }

  u32(at: number, value: number): this {
    this.view.setUint32(at, value, true);
    return this;
  }

  u64(at: number, value: bigint): this {
    this.view.setBigUint64(at, value, true);
    return this;
  }
}

function refusal(bytes: Uint8Array): BeeswaxError {
  try {
    const object = readElfObject(bytes, { file: 'victim.o' });
    for (const { name } of object.programs) linkProgram(object, name);
  } catch (error) {
    if (isBeeswaxError(error)) return error;
    throw error;
  }
  throw new Error('the object was taken');
}

const HUGE = 0xffff_ffff_ffff_fff0n;

describe('refused as a whole', () => {
  const cases: readonly (readonly [string, (victim: Victim) => unknown, string, string])[] = [
    ['no ELF', (v) => v.u32(0, 0), 'BEESWAX_E_ELF_FORMAT', 'does not begin with the ELF magic'],
    ['ELF32', (v) => v.bytes.fill(1, 4, 5), 'BEESWAX_E_ELF_FORMAT', 'class 1 is not ELF64'],
    ['big-endian', (v) => v.bytes.fill(2, 5, 6), 'BEESWAX_E_ELF_BIG_ENDIAN', 'the object is big-endian'],
    ['x86-64', (v) => v.u16(18, 62), 'BEESWAX_E_ELF_MACHINE', 'the object is for x86-64 (ELF machine 62)'],
    ['an executable', (v) => v.u16(16, 2), 'BEESWAX_E_ELF_FORMAT', 'file type 2 is not a relocatable object'],
    ['e_shoff past the end', (v) => v.u64(40, HUGE), 'BEESWAX_E_ELF_TRUNCATED', 'file has'],
    ['e_shentsize', (v) => v.u16(58, 40), 'BEESWAX_E_ELF_FORMAT', 'section headers of 40 bytes'],
    ['e_shnum too large', (v) => v.u16(60, 0xfff0), 'BEESWAX_E_ELF_TRUNCATED', 'file has'],
    [
      'e_shstrndx out of range',
      (v) => v.u16(62, 500),
      'BEESWAX_E_ELF_FORMAT',
      'section names are said to be in section 500',
    ],
    ['sh_name past the names', (v) => v.u32(v.header('xdp'), 0xffffff), 'BEESWAX_E_ELF_TRUNCATED', 'section names has'],
    ['sh_offset past the end', (v) => v.u64(v.header('xdp') + 24, HUGE), 'BEESWAX_E_ELF_TRUNCATED', 'file has'],
    ['sh_size past the end', (v) => v.u64(v.header('xdp') + 32, 1n << 60n), 'BEESWAX_E_ELF_TRUNCATED', 'file has'],
    ['sh_offset + sh_size wraps', (v) => v.u64(v.header('.data') + 32, HUGE), 'BEESWAX_E_ELF_TRUNCATED', 'file has'],
    [
      'symbols without strings',
      (v) => v.u32(v.header('.symtab') + 40, 999),
      'BEESWAX_E_ELF_SECTION',
      'section 999, does not exist',
    ],
    ['symbols linked to themselves', (v) => v.u32(v.header('.symtab') + 40, 0), 'BEESWAX_E_ELF_SECTION', 'its link'],
    [
      'a symbol in no section',
      (v) => v.u16(v.data('.symtab') + 24 + 6, 0xfe00),
      'BEESWAX_E_ELF_SYMBOL',
      'its section 65024 does not exist',
    ],
    [
      'a relocation of no symbol',
      (v) => v.u32(v.data('.relxdp') + 12, 0xffffff),
      'BEESWAX_E_ELF_RELOCATION',
      'its symbol 16777215 does not exist',
    ],
    [
      'a relocation past its section',
      (v) => v.u64(v.data('.relxdp'), HUGE),
      'BEESWAX_E_ELF_RELOCATION',
      "it lies past the section's",
    ],
    [
      'a relocation inside an instruction',
      (v) => v.u64(v.data('.relxdp'), 0x2bn),
      'BEESWAX_E_ELF_RELOCATION',
      'does not begin at an instruction',
    ],
    [
      'a relocation of an addition',
      (v) => v.u64(v.data('.relxdp'), 0n),
      'BEESWAX_E_ELF_RELOCATION',
      'does not fit opcode',
    ],
    ['BTF cut off', (v) => v.u64(v.header('.BTF') + 32, 20n), 'BEESWAX_E_ELF_TRUNCATED', 'section .BTF has 20 bytes'],
    [
      'a relocation of the second half of an instruction',
      (v) => v.u64(v.data('.relxdp'), v.view.getBigUint64(v.data('.relxdp'), true) + 8n),
      'BEESWAX_E_ELF_RELOCATION',
      'it does not begin at an instruction',
    ],
  ];
  test.each(cases)('%s', (_, damage, code, message) => {
    const victim = new Victim('plain.o');
    damage(victim);
    const error = refusal(victim.bytes);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.location?.file).toBe('victim.o');
  });

  test('half an instruction', () => {
    const victim = new Victim('text_only.o');
    victim.u64(victim.header('.text') + 32, 20n);
    expect(refusal(victim.bytes).message).toContain('does not fit .text of 20 bytes');
  });

  test('cut off anywhere', () => {
    const whole = fixtureBytes('plain.o');
    for (let length = 0; length < whole.length; length += 97) {
      expect(refusal(whole.slice(0, length)).code).toMatch(/^BEESWAX_E_ELF_/);
    }
  });

  test('an empty file', () => {
    expect(refusal(new Uint8Array(0)).message).toContain('the file is empty');
  });

  test('a container without sections says which program it lacks', () => {
    const victim = new Victim('plain.o').u64(40, 0n);
    expect(readElfObject(victim.bytes).programs).toEqual([]);
  });
});

describe('huge', () => {
  test('a .bss of 2^60 bytes names the map and the size, at the program that uses it', () => {
    const victim = new Victim('plain.o');
    victim.u64(victim.header('.bss') + 32, 1n << 60n);
    const error = refusal(victim.bytes);
    expect(error.code).toBe('BEESWAX_E_MAP_SIZE');
    expect(error.message).toBe('map .bss wants 1152921504606846976 bytes, at most 2147483647 are possible');
  });

  test('a .bss of 1 GiB is described without being allocated', () => {
    const victim = new Victim('plain.o');
    victim.u64(victim.header('.bss') + 32, 1n << 30n);
    const { maps, variables } = readElfObject(victim.bytes);
    expect(maps.get('.bss')).toMatchObject({ valueSize: 1 << 30 });
    expect(maps.get('.bss')?.contents).toBeUndefined();
    expect(variables.get('counter')?.get()).toBe(0);
    expect(() => variables.get('counter')?.set(1)).toThrow('map .bss wants 1073741824 bytes');
  });

  test('relocation sections that overlap do not multiply', () => {
    const victim = new Victim('plain.o');
    const size = BigInt(Math.floor(victim.bytes.length / 16) * 16 - 64);
    for (const name of ['.relxdp', '.rel.text'])
      victim.u64(victim.header(name) + 24, 0n).u64(victim.header(name) + 32, size);
    expect(refusal(victim.bytes).code).toMatch(/^BEESWAX_E_ELF_/);
  });
});

describe('calls that lead astray', () => {
  test('a local call to where no function begins', () => {
    const victim = new Victim('calls.o');
    // The first call of .text that has no relocation: its distance is moved by one slot.
    const text = victim.data('.text');
    const size = Number(victim.view.getBigUint64(victim.header('.text') + 32, true));
    for (let at = text; at < text + size; at += 8) {
      if (victim.bytes[at] !== 0x85 || victim.bytes[at + 1] !== 0x10) continue;
      victim.view.setInt32(at + 4, victim.view.getInt32(at + 4, true) + 1, true);
      break;
    }
    const error = refusal(victim.bytes);
    expect(error.code).toBe('BEESWAX_E_NO_FUNCTION');
    expect(error.message).toContain('where no function begins');
  });
});
