/**
 * Assembly text to programs and maps. It reads what `disassemble.ts` prints, and llvm-mc's input:
 *
 *   .map blocked, hash, 4, 8, 1024        name, type, bytes of key and value, entries, flags (BPF_F_…|…)
 *   .section xdp                          begins a program in that section; it gives the type where it can
 *   .program filter xdp                   begins a program of that name and type
 *   .contents .rodata 2a000000            initial bytes of a map's values, in hexadecimal
 *   .license GPL
 *   filter:                               a label; one that is called is a function
 *     r1 = &map(blocked) ll               a map; &value(NAME, OFFSET) into its first value; &func(LABEL) a callback
 *     call map_lookup_elem                a helper by name or number; `call local LABEL` or +N, `call kfunc ID`
 *     if r0 == 0 goto out                 to a label, or +N slots on
 *   out: exit                             comments begin with ; # or //
 *
 * A listing's leading `5:` and hexadecimal bytes, and objdump's trailing `<name+0x8>`, are skipped.
 */
import { MAP_FLAGS, MAP_TYPES } from '../abi/map_types.js';
import { PROGRAM_TYPES, type ProgramType } from '../abi/program_types.js';
import { type MapSpec, untypedKeyShape } from '../model/map_spec.js';
import type { Program } from '../model/program.js';
import { BeeswaxError } from '../util/errors.js';
import { type Argument, keyArgument, needArgument, numberArgument, splitArguments } from './arguments.js';
import { duplicate, rangeError, syntaxError, unknownName } from './asm_error.js';
import { parseInsn } from './insn_parser.js';
import { type Token, tokenize } from './lexer.js';
import { ProgramBuilder } from './program_builder.js';

export interface AssembleOptions {
  /** For errors and source lines; 'asm' by default. */
  readonly file?: string;
  /** Name of a program that neither `.program` nor a first label names; 'main' by default. */
  readonly name?: string;
  /** Type of programs whose type neither `.program` nor the section says; 'xdp' by default. */
  readonly type?: ProgramType;
  /** The embedder's helpers, by name. */
  readonly helpers?: ReadonlyMap<string, number>;
}

export interface Assembly {
  readonly programs: readonly Program[];
  readonly maps: readonly MapSpec[];
  readonly license: string;
}

/** Directives of compilers' output that mean nothing here. */
const IGNORED = /^\.(globl|global|local|weak|type|size|align|p2align|balign|file|ident|addrsig|addrsig_sym|cfi_\w+)$/;
const LISTING_PREFIX = /^\s*\d+:(?:(?:\s+[0-9a-f]{2}){8,}(?=\s))?\s+/;
const OBJDUMP_HEADER = /^[0-9a-f]{16} <([^<>]+)>:\s*$/;
const BEFORE_TARGETS = new Set(['goto', 'gotol', 'may_goto', 'call', 'local']);

/**
 * Assembles a file of programs.
 *
 * @throws {BeeswaxError} BEESWAX_E_ASM_SYNTAX, BEESWAX_E_ASM_UNKNOWN_NAME, BEESWAX_E_ASM_RANGE,
 * BEESWAX_E_ASM_DUPLICATE with file, line and column; BEESWAX_E_NO_INSTRUCTIONS.
 */
export function assemble(text: string, options: AssembleOptions = {}): Assembly {
  return new Assembler(options).assemble(text);
}

/**
 * Assembles text that holds a single program.
 *
 * @throws {BeeswaxError} as `assemble`; BEESWAX_E_ASM_SYNTAX when there are several.
 */
export function assembleProgram(text: string, options: AssembleOptions = {}): Program {
  const { programs } = assemble(text, options);
  if (programs.length === 1) return programs[0] as Program;
  const problem = `expected one program, found ${programs.map(({ name }) => name).join(', ')}`;
  throw new BeeswaxError('BEESWAX_E_ASM_SYNTAX', { problem }, { location: { file: options.file ?? 'asm' } });
}

class Assembler {
  private readonly programs: ProgramBuilder[] = [];
  private readonly maps = new Map<string, MapSpec>();
  private license = 'GPL';
  private current: ProgramBuilder;
  private readonly file: string;

  constructor(private readonly options: AssembleOptions) {
    this.file = options.file ?? 'asm';
    this.current = this.begin(undefined, options.type ?? 'xdp', '');
  }

  assemble(text: string): Assembly {
    text.split(/\r?\n/).forEach((line, i) => {
      try {
        this.line(line, i + 1);
      } catch (error) {
        if (error instanceof BeeswaxError) throw error.at({ file: this.file, line: i + 1, text: line });
        throw error;
      }
    });
    const names = { maps: this.maps, helpers: this.options.helpers ?? new Map<string, number>() };
    const programs = this.programs
      .filter((program) => !program.isEmpty)
      .map((program) => program.build(names, this.license, this.options.name ?? 'main'));
    if (programs.length === 0) {
      throw new BeeswaxError(
        'BEESWAX_E_NO_INSTRUCTIONS',
        { program: this.options.name ?? 'main' },
        { location: { file: this.file } },
      );
    }
    return { programs, maps: [...this.maps.values()], license: this.license };
  }

  private begin(name: string | undefined, type: ProgramType, section: string): ProgramBuilder {
    this.current = new ProgramBuilder(name, type, section);
    this.programs.push(this.current);
    return this.current;
  }

  private line(line: string, number: number): void {
    const header = OBJDUMP_HEADER.exec(line);
    if (header !== null) {
      this.current.addLabel(header[1] as string, 1);
      return;
    }
    let at = LISTING_PREFIX.exec(line)?.[0].length ?? 0;
    for (;;) {
      const label = /^\s*(?:([A-Za-z_.$][\w.$@]*)|"((?:[^"\\]|\\.)*)"):(?![:=])/.exec(line.slice(at));
      if (label === null) break;
      this.current.addLabel((label[1] ?? label[2]) as string, at + label[0].search(/\S/) + 1);
      at += label[0].length;
    }
    const directive = /^\s*(\.[A-Za-z]\w*)(?=\s|$)/.exec(line.slice(at));
    if (directive !== null) {
      const column = at + directive[0].length - (directive[1] as string).length + 1;
      this.directive(directive[1] as string, splitArguments(line, at + directive[0].length), column);
      return;
    }
    const tokens = withoutSymbol(tokenize(line, at));
    const first = tokens[0];
    if (first === undefined) return;
    this.current.addInsn(parseInsn(tokens), { file: this.file, line: number, column: first.column, text: line });
  }

  private directive(name: string, found: readonly Argument[], column: number): void {
    switch (name) {
      case '.program':
        this.program(found, column);
        return;
      case '.section': {
        const section = needArgument(found, 0, 'a section name', column).text;
        this.begin(undefined, this.typeOf(section), section);
        return;
      }
      case '.text':
        this.begin(undefined, this.options.type ?? 'xdp', name);
        return;
      case '.license':
        this.license = needArgument(found, 0, 'a license', column).text;
        return;
      case '.map':
        this.map(found, column);
        return;
      case '.contents':
        this.contents(found, column);
        return;
      default:
        if (!IGNORED.test(name)) {
          throw unknownName(
            'directive',
            name,
            ['.program', '.section', '.map', '.contents', '.license', '.text'],
            column,
          );
        }
    }
  }

  private program(found: readonly Argument[], column: number): void {
    const name = needArgument(found, 0, 'a name', column);
    if (this.programs.some((program) => program.name === name.text)) throw duplicate('program', name.text, name.column);
    const type = found[1] === undefined ? undefined : keyArgument(found[1], 'program type', PROGRAM_TYPES);
    const { section } = this.current;
    this.begin(name.text, type ?? this.typeOf(section), section);
  }

  /** The type that a section's first component names, as in `xdp/filter`. */
  private typeOf(section: string): ProgramType {
    const first = section.split(/[/.]/)[0] as string;
    if (Object.hasOwn(PROGRAM_TYPES, first)) return first as ProgramType;
    return this.options.type ?? 'xdp';
  }

  private map(found: readonly Argument[], column: number): void {
    const name = needArgument(found, 0, 'a name', column);
    if (this.maps.has(name.text)) throw duplicate('map', name.text, name.column);
    const type = keyArgument(needArgument(found, 1, 'a map type', column), 'map type', MAP_TYPES);
    const number = (index: number, what: string) => numberArgument(needArgument(found, index, what, column), what);
    const keySize = number(2, 'a key size');
    const valueSize = number(3, 'a value size');
    this.maps.set(name.text, {
      name: name.text,
      type,
      keySize,
      valueSize,
      maxEntries: number(4, 'a number of entries'),
      flags: found[5] === undefined ? 0 : mapFlags(found[5]),
      pinning: 'none',
      keyShape: untypedKeyShape(type, keySize),
      valueShape: { kind: 'bytes', size: valueSize },
    });
  }

  private contents(found: readonly Argument[], column: number): void {
    const name = needArgument(found, 0, 'the name of a map', column);
    const map = this.maps.get(name.text);
    if (map === undefined) throw unknownName('map', name.text, this.maps.keys(), name.column);
    const hex = found.slice(1).map(({ text }) => text);
    const bytes = hex.join('');
    if (!/^([0-9a-fA-F]{2})*$/.test(bytes)) throw syntaxError('contents must be pairs of hexadecimal digits', column);
    const size = map.valueSize * map.maxEntries;
    if (bytes.length / 2 > size) {
      throw rangeError('length of contents', BigInt(bytes.length / 2), 0n, BigInt(size), column);
    }
    map.contents = Uint8Array.from(bytes.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
}

function mapFlags(argument: Argument): number {
  if (/^\d/.test(argument.text)) return numberArgument(argument, 'flags');
  return argument.text
    .split('|')
    .map((text) => MAP_FLAGS[keyArgument({ text, column: argument.column }, 'map flag', MAP_FLAGS)])
    .reduce((all, flag) => all | flag, 0);
}

/** Drops the `<name+0x8>` that objdump writes behind a target. */
function withoutSymbol(tokens: Token[]): Token[] {
  if (tokens.at(-1)?.text !== '>') return tokens;
  const open = tokens.findLastIndex(({ text }) => text === '<');
  return open >= 2 && BEFORE_TARGETS.has(tokens[open - 2]?.text ?? '') ? tokens.slice(0, open) : tokens;
}
