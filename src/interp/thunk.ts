/**
 * The code behind a table slot while its program is interpreted: a Wasm function of a few bytes that calls the
 * interpreter with constants. All of an object's thunks are one module, encoded by hand (WebAssembly core
 * specification, chapter 5: binary format), so that starting to interpret needs no compiler.
 */

/** A thunk to make: of a whole program, or of a function, counted by entry slot. */
export interface Thunk {
  /** Index of the program record. */
  readonly program: number;
  /** Absent for the program's own slot. */
  readonly function?: number;
}

const I32 = 0x7f;
const I64 = 0x7e;
const CALL = 0x10;
const LOCAL_GET = 0x20;
const I32_CONST = 0x41;
const END = 0x0b;
const FUNCTION_TYPE = 0x60;
const KIND_FUNCTION = 0x00;

const SECTION = { types: 1, imports: 2, functions: 3, exports: 7, code: 10 } as const;

const i64s = (count: number): number[] => new Array<number>(count).fill(I64);

/** Types by index: the interpreter's entry points, then what the table holds. */
const TYPES = [
  { params: [I32, ...i64s(2)], results: [I64] },
  { params: [I32, I32, ...i64s(6)], results: [I64] },
  { params: i64s(2), results: [I64] },
  { params: i64s(6), results: [I64] },
] as const;

/** Imports by index: module `runtime`, each with its type. */
const IMPORTS = [
  { name: 'interp_program', type: 0 },
  { name: 'interp_function', type: 1 },
] as const;

/**
 * A module that imports `interp_program` and `interp_function` from `runtime` and exports the thunks as `0`, `1`, …
 * in the order given.
 */
export function thunkModule(thunks: readonly Thunk[]): Uint8Array {
  const types = TYPES.map(({ params, results }) => [
    FUNCTION_TYPE,
    ...vector(bytes(params)),
    ...vector(bytes(results)),
  ]);
  const imports = IMPORTS.map(({ name, type }) => [...text('runtime'), ...text(name), KIND_FUNCTION, type]);
  const functions = thunks.map((thunk) => [thunk.function === undefined ? 2 : 3]);
  const exports = thunks.map((_, index) => [
    ...text(String(index)),
    KIND_FUNCTION,
    ...unsigned(IMPORTS.length + index),
  ]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(SECTION.types, types),
    ...section(SECTION.imports, imports),
    ...section(SECTION.functions, functions),
    ...section(SECTION.exports, exports),
    ...section(SECTION.code, thunks.map(body)),
  ]);
}

/** Constants, then the thunk's own parameters, into the interpreter. */
function body(thunk: Thunk): number[] {
  const constants = thunk.function === undefined ? [thunk.program] : [thunk.program, thunk.function];
  const params = thunk.function === undefined ? 2 : 6;
  const code = [0 /* no locals */];
  for (const constant of constants) code.push(I32_CONST, ...signed(constant));
  for (let index = 0; index < params; index++) code.push(LOCAL_GET, index);
  code.push(CALL, constants.length - 1, END);
  return [...unsigned(code.length), ...code];
}

/** A section: its number, its length, its items counted. */
function section(id: number, items: readonly (readonly number[])[]): number[] {
  const content = vector(items);
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function bytes(values: readonly number[]): number[][] {
  return values.map((value) => [value]);
}

function text(value: string): number[] {
  return vector(bytes([...new TextEncoder().encode(value)]));
}

/** LEB128 of an unsigned 32-bit number. */
function unsigned(value: number): number[] {
  const out: number[] = [];
  let rest = value >>> 0;
  while (rest > 0x7f) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...out, rest];
}

/** LEB128 of a signed 32-bit number. */
function signed(value: number): number[] {
  const out: number[] = [];
  let rest = value | 0;
  while (rest < -64 || rest > 63) {
    out.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  return [...out, rest & 0x7f];
}
