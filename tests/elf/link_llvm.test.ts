/**
 * Linked programs against what llvm-objdump reads in the same file: every instruction that nothing relocates has the
 * bytes that it prints, and every relocation it lists leads where the symbol table says.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { type ElfObject, linkProgram, readElfObject } from '../../src/elf/index.js';
import { encodeInsns } from '../../src/isa/encode.js';
import type { FunctionInfo, Insn, Program } from '../../src/model/program.js';
import { toHex } from '../../src/util/hex.js';
import { describeNeeding, TOOLS } from '../support/have.js';
import { withOwnTypes } from './core_support.js';
import { fixturePaths, xdpToolsPaths } from './support.js';

/** The opcode byte of calls. */
const CALL = 0x85;

interface Line {
  /** Bytes in hex. */
  readonly bytes: string;
  /** Symbol that a relocation of it names. */
  symbol?: string;
}

/** A place in the code of the file. */
interface Place {
  readonly section: string;
  /** Byte offset. */
  readonly start: number;
}

interface Listing {
  /** By name. */
  readonly functions: ReadonlyMap<string, Place>;
  /** Lines by section, then byte offset. */
  readonly sections: ReadonlyMap<string, ReadonlyMap<number, Line>>;
  /** Places of symbols: section and value. */
  readonly symbols: ReadonlyMap<string, { readonly section: string; readonly value: number }>;
}

/** What llvm-objdump prints of a file. */
function listingOf(path: string): Listing {
  const run = (...args: string[]): string[] =>
    execFileSync(TOOLS.llvmObjdump, [...args, path], { encoding: 'utf8', maxBuffer: 1 << 28 }).split('\n');
  const functions = new Map<string, { start: number; section: string }>();
  const sections = new Map<string, Map<number, Line>>();
  let section = '';
  let last: Line | undefined;
  for (const text of run('-dr')) {
    const head = /^Disassembly of section (.+):$/.exec(text);
    const label = /^([0-9a-f]{16}) <(.+)>:$/.exec(text);
    const insn = /^ +(\d+):\t((?:[0-9a-f]{2} ?)+)\t/.exec(text);
    const relocation = /^\t\t[0-9a-f]+: {2}R_BPF_\w+\t(.+)$/.exec(text);
    if (head !== null) {
      section = head[1] as string;
      sections.set(section, new Map());
    } else if (label !== null && !(label[2] as string).startsWith('LBB')) {
      functions.set(label[2] as string, { start: Number.parseInt(label[1] as string, 16), section });
    } else if (insn !== null) {
      last = { bytes: (insn[2] as string).replaceAll(' ', '') };
      sections.get(section)?.set(Number(insn[1]) * 8, last);
    } else if (relocation !== null && last !== undefined) {
      last.symbol = relocation[1] as string;
    }
  }
  const symbols = new Map<string, { section: string; value: number }>();
  for (const text of run('-t')) {
    const row = /^([0-9a-f]{16}) .{7} (\S+)\t[0-9a-f]{16} (.+)$/.exec(text);
    if (row !== null) {
      symbols.set(row[3] as string, { section: row[2] as string, value: Number.parseInt(row[1] as string, 16) });
    }
  }
  return { functions, sections, symbols };
}

/** Bytes of one instruction as linked. */
function bytesOf(insn: Insn): string {
  return toHex(encodeInsns([{ ...insn, pc: 0 }]));
}

/** Low 32 bits of an immediate in hex bytes. */
function immOf(bytes: string): number {
  return new DataView(Uint8Array.from(bytes.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)).buffer).getInt32(
    4,
    true,
  );
}

/** What a relocated instruction should refer to, by llvm's listing alone. */
function expectedTarget(listing: Listing, line: Line, isCall: boolean, installed: boolean): string {
  const place = listing.symbols.get(line.symbol as string);
  if (place === undefined || place.section === '*UND*') return `extern ${line.symbol}`;
  const isSection = line.symbol === place.section;
  const imm = immOf(line.bytes);
  if (listing.sections.has(place.section)) {
    const start = isCall ? (isSection ? (imm + 1) * 8 : place.value) : place.value + imm;
    for (const [name, fn] of listing.functions) {
      if (fn.section === place.section && fn.start === start) return `function ${name}`;
    }
    return `nothing at ${start}`;
  }
  if (place.section.startsWith('.maps') || place.section.startsWith('maps')) return `map ${line.symbol}`;
  return `data ${place.section}+${installed && !isSection ? imm : place.value + imm}`;
}

function actualTarget(program: Program, insn: Insn): string {
  if (insn.op.name === 'call_local') return `function ${functionAt(program, insn.pc + insn.imm + 1)?.name}`;
  const { ref } = insn;
  if (ref?.kind === 'map') return `map ${ref.map}`;
  if (ref?.kind === 'map_value') return `data ${ref.map}+${ref.offset}`;
  if (ref?.kind === 'function') return `function ${functionAt(program, ref.pc)?.name}`;
  return ref?.kind === 'kfunc' ? `extern ${ref.name}` : 'nothing';
}

function functionAt(program: Program, pc: number): FunctionInfo | undefined {
  return program.functions.find(({ start }) => start === pc);
}

/** Compares one linked instruction with its line of the listing. Externs have nothing to compare: see objects.test.ts. */
function compareInsn(program: Program, insn: Insn, listing: Listing, at: Place & { installed: boolean }): void {
  const line = listing.sections.get(at.section)?.get(at.start);
  expect(line, `a line at ${at.section}+${at.start}`).toBeDefined();
  if (line === undefined) return;
  const isCall = insn.op.opcode === CALL;
  if (line.symbol !== undefined) {
    const wanted = expectedTarget(listing, line, isCall, at.installed);
    if (!wanted.startsWith('extern')) expect(actualTarget(program, insn), `${at.section}+${at.start}`).toBe(wanted);
  } else if (insn.op.name === 'call_local') {
    const start = at.start + (immOf(line.bytes) + 1) * 8;
    const target = [...listing.functions].find(([, fn]) => fn.section === at.section && fn.start === start);
    expect(actualTarget(program, insn)).toBe(`function ${target?.[0]}`);
  } else {
    expect(bytesOf(insn), `${at.section}+${at.start}`).toBe(line.bytes);
  }
}

/** Undefined for a program that is refused, which is for objects.test.ts. */
function linked(object: ElfObject, name: string): Program | undefined {
  try {
    return linkProgram(object, name);
  } catch {
    return undefined;
  }
}

describeNeeding(['llvm'], 'linking against llvm-objdump', () => {
  // core_programs.o is for core_libbpf.test.ts: how a bit field is loaded, libbpf and the compiler do not agree.
  const paths = fixturePaths().filter((path) => !path.endsWith('core_programs.o'));
  for (const path of [...paths, ...xdpToolsPaths()]) {
    test(basename(path), { timeout: 60_000 }, () => {
      // What llvm-objdump lists is not relocated: as if the kernel's types were the object's own.
      const object = withOwnTypes(readElfObject(readFileSync(path)));
      const runnable = object.programs.filter(({ type }) => type !== undefined);
      const programs = runnable.flatMap(({ name }) => linked(object, name) ?? []);
      expect(programs.length > 0 || runnable.length === 0).toBe(true);
      const listing = listingOf(path);
      for (const program of programs) {
        for (const fn of program.functions) {
          const place = listing.functions.get(fn.name);
          expect(place, fn.name).toBeDefined();
          if (place === undefined) continue;
          for (const insn of program.insns.filter(({ pc }) => pc >= fn.start && pc < fn.end)) {
            const start = place.start + (insn.pc - fn.start) * 8;
            compareInsn(program, insn, listing, { ...place, start, installed: path.endsWith('.gcc.o') });
          }
        }
      }
    });
  }
});
