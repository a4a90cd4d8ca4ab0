/**
 * One program of an object, with every function that it reaches, in one run of slots: copies the functions one behind
 * the other in the order libbpf does (each right where the first call to it is met, depth first), patches what
 * relocations say, decodes, and moves source lines along.
 */
import { Limit } from '../abi/layout.js';
import { decodeInsns } from '../isa/decode.js';
import { type OpName, opNamed } from '../isa/table.js';
import type { FunctionInfo, Insn, Program, Reference, SourceLine } from '../model/program.js';
import { BeeswaxError } from '../util/errors.js';
import type { CoreRecord } from './btf/ext.js';
import { coreError } from './core/error.js';
import { CORE_WORDS } from './core/fixup.js';
import { applyFixup } from './core/patch.js';
import type { CoreRelocations, CoreResult } from './core/relocations.js';
import { functionAt, recordsIn } from './function_records.js';
import type { CodeFunction, CodePlace, CodeSection, CodeTarget, ElfObject, Extern, ProgramSpec } from './object.js';

const SLOT = 8;
const opcodeOf = (name: OpName): number => opNamed(name).opcode;
const CALL = opcodeOf('call_local');
const CALLX = opcodeOf('callx');
const LDDW = opcodeOf('lddw');
const numberIn = (column: string | number): number => column as number;
/** What src says a call or 64-bit immediate means. */
const SRC = {
  local: numberIn(opNamed('call_local').src),
  btf: numberIn(opNamed('call_btf').src),
  plain: numberIn(opNamed('lddw').src),
  map: numberIn(opNamed('lddw_map').src),
  mapValue: numberIn(opNamed('lddw_map_value').src),
  variable: numberIn(opNamed('lddw_var').src),
  code: numberIn(opNamed('lddw_code').src),
};
const FRAME_POINTER = 10;

/** The function that newer clang calls where code cannot be reached. */
const UNREACHABLE = '__bpf_trap';

export interface LinkOptions {
  /** Functions and variables of the kernel that the program is for. None without: weak ones then are null. */
  readonly kernelSymbols?: { has(name: string): boolean };
}

/** A CO-RE relocation of a linked program. */
export interface LinkedCore extends CoreRecord {
  /** Slot of its instruction. */
  readonly pc: number;
  /** What it comes to in the target. */
  readonly fixup: CoreResult;
}

/**
 * Links a program.
 *
 * @throws {BeeswaxError} BEESWAX_E_NO_SUCH_PROGRAM; BEESWAX_E_PROGRAM_TYPE, BEESWAX_E_UNRESOLVED_SYMBOL,
 * BEESWAX_E_KCONFIG, BEESWAX_E_NO_FUNCTION, BEESWAX_E_TOO_MANY_INSNS, what made a map unusable, and what
 * `decodeInsns` refuses, for this program alone.
 */
export function linkProgram(object: ElfObject, name: string, options: LinkOptions = {}): Program {
  const spec = object.programs.find((program) => program.name === name);
  if (spec === undefined) {
    throw new BeeswaxError('BEESWAX_E_NO_SUCH_PROGRAM', {
      name,
      programs: object.programs.map((program) => program.name),
    });
  }
  if (spec.type === undefined) {
    throw new BeeswaxError('BEESWAX_E_PROGRAM_TYPE', {
      program: name,
      section: spec.section,
      type: spec.kernelType ?? 'unknown',
    });
  }
  const linker = new Linker(object, spec, options);
  try {
    linker.run();
    return { ...linker.finish(), type: spec.type };
  } catch (error) {
    throw error instanceof BeeswaxError ? error.at(linker.locate(error.location?.pc)) : error;
  }
}

/** The CO-RE relocations of a program as linked, in order of pc. */
export function linkCore(object: ElfObject, spec: ProgramSpec): LinkedCore[] {
  const linker = new Linker(object, spec);
  linker.run();
  return linker.core();
}

/** A function of the object and the slot where it went. */
interface Placed {
  readonly section: CodeSection;
  readonly fn: CodeFunction;
  readonly base: number;
  /** Byte offset in the section up to which it was scanned. */
  next: number;
}

class Linker {
  readonly #placed: Placed[] = [];
  readonly #byPlace = new Map<string, Placed>();
  /** Functions being scanned, the innermost last: an explicit stack, since call chains may be of any depth. */
  readonly #open: Placed[] = [];
  readonly #refs = new Map<number, Reference>();
  /** Calls of weak kernel functions, by slot; and the weak symbols whose address the program looks at. */
  readonly #weakCalls = new Map<number, string>();
  readonly #weakAddresses = new Set<string>();
  #code = new DataView(new ArrayBuffer(0));
  #length = 0;

  constructor(
    readonly object: ElfObject,
    readonly spec: ProgramSpec,
    readonly options: LinkOptions = {},
  ) {}

  run(): void {
    this.#open.push(this.#place(this.spec.code, this.spec.name));
    for (let placed = this.#open.at(-1); placed !== undefined; placed = this.#open.at(-1)) {
      if (placed.next >= placed.fn.end) this.#open.pop();
      else this.#patch(placed);
    }
    this.#settleWeakCalls();
  }

  finish(): Omit<Program, 'type'> {
    const bytes = new Uint8Array(this.#code.buffer, 0, this.#length * SLOT);
    const decoded = decodeInsns(bytes);
    return {
      name: this.spec.name,
      section: this.spec.section,
      insns: decoded.map((insn): Insn => {
        const ref = this.#refs.get(insn.pc);
        return ref === undefined ? insn : { ...insn, ref };
      }),
      length: this.#length,
      functions: this.#placed.map(
        ({ section, fn, base }): FunctionInfo => ({
          name: fn.name,
          start: base,
          end: base + (fn.end - fn.start) / SLOT,
          ...functionType(section, fn),
        }),
      ),
      license: this.object.license,
      lines: this.#lines(),
    };
  }

  core(): LinkedCore[] {
    return this.#placed.flatMap(({ section, fn, base }) =>
      recordsIn(section.core, fn).map((record) => ({
        ...record,
        pc: base + Math.floor((record.at - fn.start) / SLOT),
        fixup: (this.object.core as CoreRelocations).result(record),
      })),
    );
  }

  /** File and source line of a slot, as far as they are known. */
  locate(pc: number | undefined): { file?: string; line?: number; column?: number; text?: string; pc?: number } {
    const file = this.object.file === '' ? {} : { file: this.object.file };
    if (pc === undefined) return file;
    return { ...file, ...this.#lines().get(pc), pc };
  }

  /** Copies a function behind what is there; a function that is there already stays where it is. */
  #place(place: CodePlace, caller: string): Placed {
    const key = `${place.section}:${place.at}`;
    const known = this.#byPlace.get(key);
    if (known !== undefined) return known;
    const section = this.object.code.get(place.section);
    const fn = section && functionAt(section.functions, place.at);
    if (section === undefined || fn === undefined) {
      throw new BeeswaxError('BEESWAX_E_NO_FUNCTION', {
        program: this.spec.name,
        section: section?.name ?? String(place.section),
        at: place.at,
        function: caller,
      });
    }
    const slots = (fn.end - fn.start) / SLOT;
    if (this.#length + slots > Limit.MAX_INSNS) {
      throw new BeeswaxError('BEESWAX_E_TOO_MANY_INSNS', {
        program: this.spec.name,
        length: this.#length + slots,
        limit: Limit.MAX_INSNS,
      });
    }
    const placed: Placed = { section, fn, base: this.#length, next: fn.start };
    this.#append(section.bytes.subarray(fn.start, fn.end));
    this.#placed.push(placed);
    this.#byPlace.set(key, placed);
    this.#applyCore(placed);
    return placed;
  }

  /** Gives the function's CO-RE instructions what the target says; those without an answer trap. */
  #applyCore({ section, fn, base }: Placed): void {
    if (this.object.core === undefined) return;
    for (const record of recordsIn(section.core, fn)) {
      const pc = base + Math.floor((record.at - fn.start) / SLOT);
      try {
        if (record.at % SLOT !== 0) throw coreError(`byte ${record.at} of ${section.name} begins no instruction`);
        const fixup = this.object.core.result(record);
        if (fixup instanceof BeeswaxError) throw fixup;
        const slots = applyFixup(this.#code, pc, this.#length, fixup);
        const what = `${fixup.subject} (${CORE_WORDS[fixup.kind]}) in ${this.object.core.target.name}`;
        for (let at = pc; at < pc + slots; at++) this.#neverReached(at, what);
      } catch (error) {
        throw error instanceof BeeswaxError ? error.at({ pc }) : error;
      }
    }
  }

  #append(bytes: Uint8Array): void {
    const at = this.#length * SLOT;
    if (at + bytes.length > this.#code.byteLength) {
      const grown = new Uint8Array(Math.max(2 * this.#code.byteLength, at + bytes.length));
      grown.set(new Uint8Array(this.#code.buffer));
      this.#code = new DataView(grown.buffer);
    }
    new Uint8Array(this.#code.buffer).set(bytes, at);
    this.#length += bytes.length / SLOT;
  }

  /** Patches the next instruction of a function. */
  #patch(placed: Placed): void {
    const { section, fn } = placed;
    const at = placed.next;
    const pc = placed.base + (at - fn.start) / SLOT;
    const opcode = this.#code.getUint8(pc * SLOT);
    const wide = opcode === LDDW && at + 2 * SLOT <= fn.end;
    placed.next = at + (wide ? 2 * SLOT : SLOT);
    if (wide && section.references.has(at + SLOT)) {
      throw new BeeswaxError('BEESWAX_E_ELF_RELOCATION', {
        section: section.name,
        at: at + SLOT,
        problem: 'it does not begin at an instruction',
      });
    }
    const target = section.references.get(at) ?? (opcode === CALL ? this.#sameSection(section, pc, at) : undefined);
    if (target !== undefined) this.#resolve(placed, target, pc, opcode === CALL);
  }

  /** The target of a local call without a relocation: imm counts slots inside its section. */
  #sameSection(section: CodeSection, pc: number, at: number): CodeTarget | undefined {
    if (this.#code.getUint8(pc * SLOT + 1) >> 4 !== SRC.local) return undefined;
    return { kind: 'code', section: section.index, at: at + (this.#code.getInt32(pc * SLOT + 4, true) + 1) * SLOT };
  }

  #resolve(placed: Placed, target: CodeTarget, pc: number, isCall: boolean): void {
    switch (target.kind) {
      case 'refused':
        throw target.error;
      case 'map':
        this.#useMap(target.map);
        this.#write(pc, SRC.map, 0, 0);
        this.#refs.set(pc, { kind: 'map', map: target.map });
        return;
      case 'data':
        this.#data(pc, target.map, target.offset);
        return;
      case 'code':
        this.#function(placed, target, pc, isCall);
        return;
      case 'extern':
        this.#extern(placed, target.name, pc, isCall);
        return;
    }
  }

  #data(pc: number, map: string, offset: number): void {
    this.#useMap(map);
    this.#write(pc, SRC.mapValue, 0, offset);
    this.#refs.set(pc, { kind: 'map_value', map, offset });
  }

  #function(placed: Placed, target: CodePlace, pc: number, isCall: boolean): void {
    const count = this.#placed.length;
    const callee = this.#place(target, placed.fn.name);
    if (this.#placed.length > count) this.#open.push(callee);
    // Both count slots from the instruction behind (libbpf and the kernel treat a callback's address like a call).
    const distance = callee.base - pc - 1;
    if (isCall) {
      this.#write(pc, SRC.local, distance);
    } else {
      this.#write(pc, SRC.code, distance, 0);
      this.#refs.set(pc, { kind: 'function', pc: callee.base });
    }
  }

  #extern(placed: Placed, name: string, pc: number, isCall: boolean): void {
    const extern = this.object.externs.get(name);
    if (extern?.kind === 'kconfig' && !isCall) {
      if (!extern.known) throw new BeeswaxError('BEESWAX_E_KCONFIG', { program: this.spec.name, symbol: name });
      this.#data(pc, '.kconfig', extern.offset ?? 0);
    } else if (name === UNREACHABLE && isCall) {
      this.#neverReached(pc, 'code that the compiler holds unreachable');
    } else if (!isCall && (extern?.kind === 'function' || extern?.kind === 'variable') && this.#inKernel(name)) {
      this.#write(pc, SRC.variable, 0, 0);
      this.#refs.set(pc, { kind: 'kernel_symbol', name });
    } else if (extern?.weak === true && !isCall) {
      this.#weakAddresses.add(name);
      this.#write(pc, SRC.plain, 0, 0);
    } else if (extern?.kind === 'function' && isCall) {
      if (extern.weak && !this.#inKernel(name)) this.#weakCalls.set(pc, name);
      this.#write(pc, SRC.btf, 0);
      this.#refs.set(pc, { kind: 'kfunc', name });
    } else {
      throw this.#unresolved(placed, name, extern);
    }
  }

  #inKernel(name: string): boolean {
    return this.options.kernelSymbols?.has(name) === true;
  }

  #unresolved(placed: Placed, name: string, extern: Extern | undefined): BeeswaxError {
    const notes = extern === undefined ? [] : [`${name} is a ${extern.kind} of the kernel`];
    return new BeeswaxError(
      'BEESWAX_E_UNRESOLVED_SYMBOL',
      { program: this.spec.name, symbol: name, function: placed.fn.name },
      { notes },
    );
  }

  /**
   * A weak kernel function whose address the program looks at is called only where that is not null, so never here. One
   * that is called unasked (libbpf's headers declare many so) is needed like any other.
   */
  #settleWeakCalls(): void {
    for (const [pc, name] of this.#weakCalls) {
      if (!this.#weakAddresses.has(name)) continue;
      this.#neverReached(pc, `kernel function ${name}`);
    }
  }

  /** Makes an instruction one that traps if it is met after all: r10 is no function's address. */
  #neverReached(pc: number, what: string): void {
    this.#code.setUint8(pc * SLOT, CALLX);
    this.#code.setUint8(pc * SLOT + 1, FRAME_POINTER);
    this.#code.setInt16(pc * SLOT + 2, 0, true);
    this.#code.setInt32(pc * SLOT + 4, 0, true);
    this.#refs.set(pc, { kind: 'missing', what });
  }

  #useMap(name: string): void {
    const error = this.object.refusedMaps.get(name);
    if (error !== undefined) throw error;
  }

  #write(pc: number, src: number, imm: number, secondImm?: number): void {
    const at = pc * SLOT;
    this.#code.setUint8(at + 1, (this.#code.getUint8(at + 1) & 0xf) | (src << 4));
    this.#code.setInt32(at + 4, imm, true);
    // Half a 64-bit immediate at a function's end has no second slot; decoding refuses it.
    if (secondImm !== undefined && at + 2 * SLOT <= this.#length * SLOT) this.#code.setInt32(at + 12, secondImm, true);
  }

  /** Source lines by slot: a record holds up to the next one of its function. */
  #lines(): Map<number, SourceLine> {
    const lines = new Map<number, SourceLine>();
    for (const { section, fn, base } of this.#placed) {
      const records = recordsIn(section.lines, fn);
      records.forEach(({ at, file, line, column, text }, index) => {
        const source: SourceLine = { file, line, column, text };
        const end = records[index + 1]?.at ?? fn.end;
        for (let place = at; place < end; place += SLOT)
          lines.set(base + Math.floor((place - fn.start) / SLOT), source);
      });
    }
    return lines;
  }
}

function functionType({ functionTypes }: CodeSection, fn: CodeFunction): { btf?: number } {
  const [record] = recordsIn(functionTypes, fn);
  return record?.at === fn.start ? { btf: record.type } : {};
}
