/** What an object file holds, as the plain data that `show --json` prints and `show` renders. */

import { KERNEL_HELPER_NAMES } from '../abi/helper_names.js';
import { helperName } from '../abi/helpers.js';
import { MAP_FLAGS } from '../abi/map_types.js';
import { verify } from '../analysis/verify.js';
import { readElfFile } from '../elf/elf_file.js';
import { type ElfObject, formatFixup, linkProgram, type ProgramSpec } from '../elf/index.js';
import { hookOf } from '../hooks/index.js';
import type { MapSpec } from '../model/map_spec.js';
import type { Program } from '../model/program.js';
import { BeeswaxError, isBeeswaxError } from '../util/errors.js';
import { type ErrorJson, errorJson } from '../util/render_error.js';
import { shapeText } from './shape_text.js';

export interface ProgramSummary {
  readonly name: string;
  readonly section: string;
  readonly type: string;
  /** Slots of 8 bytes, with the functions that it calls; of its own function alone where it cannot be linked. */
  readonly insns: number;
  readonly functions: readonly string[];
  readonly maps: readonly string[];
  readonly helpers: readonly string[];
  /** Source files with the first and last line that BTF names. */
  readonly sources: readonly { readonly file: string; readonly first: number; readonly last: number }[];
  readonly lines: readonly {
    readonly pc: number;
    readonly file: string;
    readonly line: number;
    readonly text: string;
  }[];
  /** Why it cannot be loaded into this engine. */
  readonly error?: ErrorJson;
}

export interface MapSummary {
  readonly name: string;
  readonly type: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly key: string;
  readonly value: string;
  readonly flags: readonly string[];
  readonly pinning: string;
  readonly slots?: Readonly<Record<string, string>>;
  readonly error?: ErrorJson;
}

export interface ObjectSummary {
  readonly object: string;
  readonly license: string;
  readonly programs: readonly ProgramSummary[];
  readonly maps: readonly MapSummary[];
  readonly variables: readonly { name: string; map: string; offset: number; type: string }[];
  readonly externs: readonly { name: string; kind: string; weak: boolean }[];
  readonly sections: readonly { name: string; size: number }[];
  /** What relocations make of instructions, by section and byte offset. */
  readonly relocations: readonly { section: string; offset: number; kind: string; target: string }[];
  readonly notes: readonly string[];
}

export function summarizeObject(object: ElfObject, bytes: Uint8Array): ObjectSummary {
  return {
    object: object.file,
    license: object.license,
    programs: object.programs.map((spec) => summarizeProgram(object, spec)),
    maps: [
      ...[...object.maps.values()].map(summarizeMap),
      ...[...object.refusedMaps]
        .filter(([name]) => !object.maps.has(name))
        .map(([name, error]): MapSummary => ({ ...NO_MAP, name, error: errorJson(error) })),
    ],
    variables: [...object.variables.values()].map(({ name, map, offset, shape }) => ({
      name,
      map,
      offset,
      type: shapeText(shape),
    })),
    externs: [...object.externs.values()].map(({ name, kind, weak }) => ({ name, kind, weak })),
    sections: readElfFile(bytes)
      .sections.filter(({ name }) => name !== '')
      .map(({ name, size }) => ({ name, size: Number(size) })),
    relocations: [...relocations(object)],
    notes: object.notes,
  };
}

const NO_MAP = {
  type: 'unknown',
  keySize: 0,
  valueSize: 0,
  maxEntries: 0,
  key: '',
  value: '',
  flags: [],
  pinning: 'none',
};

function summarizeProgram(object: ElfObject, spec: ProgramSpec): ProgramSummary {
  const { name, section } = spec;
  const head = { name, section, type: spec.type ?? spec.kernelType ?? 'unknown' };
  let program: Program;
  try {
    program = linkProgram(object, name);
  } catch (thrown) {
    const nothing = { insns: spec.slots, functions: [], maps: [], helpers: [], sources: [], lines: [] };
    return { ...head, ...nothing, error: errorJson(expected(thrown)) };
  }
  const lines = [...program.lines].map(([pc, { file, line, text }]) => ({ pc, file, line, text }));
  const error = loadError(program);
  return {
    ...head,
    insns: program.length,
    functions: program.functions.map((fn) => fn.name),
    maps: distinct(
      program.insns.map(({ ref }) => (ref?.kind === 'map' || ref?.kind === 'map_value' ? ref.map : undefined)),
    ),
    helpers: distinct(program.insns.map(({ op, imm }) => (op.imm === 'helper' ? nameOfHelper(imm) : undefined))),
    sources: sourceSpans(lines),
    lines,
    ...(error === undefined ? {} : { error: errorJson(error) }),
  };
}

/** Why this engine would refuse a linked program, found without loading it. */
function loadError(program: Program): BeeswaxError | undefined {
  if (hookOf(program.type) === undefined) {
    return new BeeswaxError('BEESWAX_E_NO_HOOK', { program: program.name, type: program.type });
  }
  try {
    verify(program);
    return undefined;
  } catch (thrown) {
    return expected(thrown);
  }
}

function summarizeMap(spec: MapSpec): MapSummary {
  const { name, type, keySize, valueSize, maxEntries, flags, pinning, keyShape, valueShape, slots } = spec;
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    key: shapeText(keyShape),
    value: shapeText(valueShape),
    flags: Object.entries(MAP_FLAGS)
      .filter(([, bit]) => (flags & bit) !== 0)
      .map(([flag]) => flag),
    pinning,
    ...(slots === undefined || slots.size === 0 ? {} : { slots: Object.fromEntries(slots) }),
  };
}

function* relocations(object: ElfObject): Generator<ObjectSummary['relocations'][number]> {
  for (const { name: section, references, core } of object.code.values()) {
    for (const record of core) {
      const result = object.core?.result(record);
      if (result === undefined) continue;
      const target = result instanceof BeeswaxError ? result.message : `${result.subject} ${formatFixup(result)}`;
      yield { section, offset: record.at, kind: 'core', target };
    }
    for (const [offset, target] of [...references].sort(([a], [b]) => a - b)) {
      switch (target.kind) {
        case 'map':
          yield { section, offset, kind: 'map', target: target.map };
          break;
        case 'data':
          yield { section, offset, kind: 'data', target: `${target.map}+${target.offset}` };
          break;
        case 'code': {
          const code = object.code.get(target.section);
          const called = code?.functions.find(({ start, end }) => start <= target.at && target.at < end);
          yield { section, offset, kind: 'code', target: called?.name ?? `${code?.name ?? ''}+${target.at}` };
          break;
        }
        case 'extern':
          yield { section, offset, kind: 'extern', target: target.name };
          break;
        case 'refused':
          yield { section, offset, kind: 'unresolved', target: target.error.message };
      }
    }
  }
}

function sourceSpans(lines: ProgramSummary['lines']): ProgramSummary['sources'] {
  const spans = new Map<string, { file: string; first: number; last: number }>();
  for (const { file, line } of lines) {
    // Line 0 is code that the compiler made up.
    if (line === 0) continue;
    const span = spans.get(file);
    if (span === undefined) spans.set(file, { file, first: line, last: line });
    else {
      span.first = Math.min(span.first, line);
      span.last = Math.max(span.last, line);
    }
  }
  return [...spans.values()];
}

function nameOfHelper(id: number): string {
  return helperName(id) ?? KERNEL_HELPER_NAMES[id] ?? `helper ${id}`;
}

function distinct(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

function expected(thrown: unknown): BeeswaxError {
  if (isBeeswaxError(thrown)) return thrown;
  throw thrown;
}
