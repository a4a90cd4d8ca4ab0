/**
 * Faults seeded into the interpreter's source: the generated dispatch, in which each case of a row also has what each
 * of its faults makes of it, chosen by a number. One build so serves all faults; with 0 it is the interpreter as it is.
 */
import { opNamed } from '../../isa/table.js';
import type { BinaryName, Expr, Place, UnaryName } from './expression.js';
import type { Assignment, Fault, FieldChange } from './fault.js';

/** The name under which the mutated runtime.wasm exports the number of the fault, an i32 global. */
export const FAULT_EXPORT = 'seeded_fault';
const SEMANTICS = ['div_64', 'mod_64', 'sdiv_64', 'smod_64', 'bswap_16', 'bswap_32', 'bswap_64'];

/** Whether the fault can be seeded there: decoding has a place of its own. */
export const isInSource = ({ effect }: Fault): boolean => effect.ignores === undefined;

/**
 * The dispatch with faults.
 *
 * @param dispatch text of assembly/generated/dispatch.ts
 * @param faults the number of each is its position among those that `isInSource`, plus one
 */
export function mutatedDispatch(dispatch: string, faults: readonly Fault[]): string {
  const pattern = /^( {6}case (\d+): \{ \/\/ (\w+)\n)([\s\S]*?)^ {6}\}\n/gm;
  const bodies = new Map([...dispatch.matchAll(pattern)].map((match) => [match[3] as string, match[4] as string]));
  const byRow = new Map<string, string[]>();
  faults.filter(isInSource).forEach((fault, index) => {
    const body = bodyWith(fault, bodies);
    const text = `if (${FAULT_EXPORT} == ${index + 1}) { // ${fault.id}\n${body}}\n`;
    byRow.set(fault.op.name, [...(byRow.get(fault.op.name) ?? []), text]);
  });
  const mutated = dispatch.replace(pattern, (_, head: string, _index: string, name: string, body: string) => {
    return `${head}if (${FAULT_EXPORT} != 0) {\n${(byRow.get(name) ?? []).join('')}}\n${body}      }\n`;
  });
  const missing = SEMANTICS.filter((name) => !new RegExp(`\\b${name}\\b`).test(dispatch));
  return mutated.replace(
    'import { WORKER } from "../worker";',
    `import { WORKER } from "../worker";\n${missing.length > 0 ? `import { ${missing.join(', ')} } from "../interp/semantics";\n` : ''}\n/** The fault that is seeded. */\nexport let ${FAULT_EXPORT}: i32 = 0;`,
  );
}

const DST = 'load<u8>(ip, MicroOp.DST)';
const SRC = 'load<u8>(ip, MicroOp.SRC)';
const OFF = 'load<i32>(ip, MicroOp.OFF)';
const IMM = 'load<u64>(ip, MicroOp.IMM)';

/** What the case of the row does with the fault: ends by `break`, `continue` or `return` as the row's own. */
function bodyWith({ id, op, effect }: Fault, bodies: ReadonlyMap<string, string>): string {
  let body = bodies.get(effect.as === undefined ? op.name : opNamed(effect.as).name);
  if (body === undefined) throw new Error(`the dispatch has no case for ${op.name}`);
  const original = body;
  if (effect.value !== undefined) body = withValue(body, textOf(effect.value, op.src));
  if (effect.condition !== undefined) body = withCondition(body, textOf(effect.condition, op.src));
  for (const [field, change] of Object.entries(effect.fields ?? {})) body = withField(body, op.sem, field, change);
  const wrapped = withAssignments(body, effect.before ?? [], effect.after ?? [], op.src);
  if (wrapped === original && effect.as === undefined) throw new Error(`${id} changes nothing in the dispatch`);
  return wrapped;
}

function withValue(body: string, value: string): string {
  return body
    .replace(/store<u64>\(dst, .*\);/, `store<u64>(dst, ${value});`)
    .replace('ip = lddw(ip, file);', `store<u64>(file + ${DST}, ${value}); ip += 2 * MicroOp.SIZE;`);
}

function withCondition(body: string, condition: string): string {
  const jumps = `ip = (${condition}) != 0 ? jump(ip, ${OFF}) : ip + MicroOp.SIZE;`;
  return body
    .replace(/if \(.*\) \{(?=\n\s+ip = jump)/, `if ((${condition}) != 0) {`)
    .replace('ip = may_goto(ip, file);', jumps);
}

const CHANGES: Readonly<Record<Exclude<FieldChange, 'other'>, (field: string, type: 'i32' | 'u64' | 'u8') => string>> =
  {
    zero: () => '0',
    'plus one': (field) => `(${field} + 1)`,
    'minus one': (field) => `(${field} - 1)`,
    negated: (field) => `(0 - ${field})`,
    unsigned: (field) => `(${field} & 0xffff)`,
    low16: (field, type) => (type === 'u64' ? `<u64><i64><i16>${field}` : `<i32><i16>${field}`),
    // Registers are offsets into a file of 8 bytes each.
    neighbour: (field) => `(${field} ^ 8)`,
  };

function withField(body: string, sem: string, field: string, change: FieldChange): string {
  if (field === 'dst' || field === 'src') {
    const [from, other] = field === 'dst' ? [DST, SRC] : [SRC, DST];
    const register = change === 'other' ? other : CHANGES[change](from, 'u8');
    // What the loop leaves to functions reads its registers there: the value moves instead.
    if (sem === 'callx') return `        set(file, ${DST}, get(file, ${register}));\n${body}`;
    if (sem.startsWith('lddw'))
      return body.replace('ip = lddw(ip, file);', `store<u64>(file + ${register}, ${IMM}); ip += 2 * MicroOp.SIZE;`);
    return body.replaceAll(from, register);
  }
  if (change === 'other') throw new Error(`${field} is no register`);
  const distance = `jump(ip, ${CHANGES[change](OFF, 'i32')})`;
  if (sem === 'ja') return body.replace('ip = ja(ip, file);', `ip = ${distance};`);
  if (sem === 'may_goto') {
    // Which way it goes is for the function to say: back to the loop, or to where it jumps.
    return body.replace(
      'ip = may_goto(ip, file);',
      `const at = ip; ip = may_goto(ip, file); if (ip != 0 && ip != at + MicroOp.SIZE) { ip = at; ip = ${distance}; }`,
    );
  }
  if (sem === 'call_local')
    return body.replace('file += RegisterFile.SIZE;', 'file += RegisterFile.SIZE; ip += MicroOp.SIZE;');
  // Of a jump both fields mean the distance, which a micro-op keeps in one place.
  if (field === 'imm') return body.replaceAll(IMM, CHANGES[change](IMM, 'u64'));
  return body.replaceAll(OFF, CHANGES[change](OFF, 'i32'));
}

const registerOffset = (place: Place): string => (place === 'dst' ? DST : place === 'src' ? SRC : String(8 * place));
const saved = (place: Place): string => `before_${place}`;
const isRegister = (src: unknown): boolean => src === 'r' || src === 'rw';

/** Puts assignments around what the case does; what registers held before is kept where it is read later. */
function withAssignments(
  body: string,
  before: readonly Assignment[],
  after: readonly Assignment[],
  src: unknown,
): string {
  if (before.length + after.length === 0) return body;
  const places = new Set<Place>([...before, ...after].flatMap(({ value }) => [...placesBefore(value)]));
  const keep = [...places].map((place) => `const ${saved(place)} = ${leaf(place, src)};\n`).join('');
  const set = ({ place, value }: Assignment): string =>
    `set(file, ${registerOffset(place)}, ${textOf(value, src, saved)});\n`;
  const values = (assignments: readonly Assignment[]): string =>
    // All values are computed before the first is written.
    [
      ...assignments.map(({ value }, i) => `const value_${i} = ${textOf(value, src, saved)};\n`),
      ...assignments.map(({ place }, i) => `set(file, ${registerOffset(place)}, value_${i});\n`),
    ].join('');
  const inside = body.replace(/^( *)(break|continue);/gm, (_, indent: string, word: string) => {
    return `${indent}{ ${values(after)} }\n${indent}${word};`;
  });
  return `${keep}${before.map(set).join('')}${inside}`;
}

function* placesBefore(expr: Expr): Generator<Place> {
  if (expr.kind === 'before') yield expr.place;
  if (expr.kind === 'unary') yield* placesBefore(expr.operand);
  if (expr.kind !== 'binary') return;
  yield* placesBefore(expr.left);
  yield* placesBefore(expr.right);
}

/** The second operand of a row without a register is its immediate. */
function leaf(place: Place, src: unknown): string {
  return place === 'src' && !isRegister(src) ? IMM : `get(file, ${registerOffset(place)})`;
}

type Write<T extends string[]> = (...operands: T) => string;
const infix =
  (op: string): Write<[string, string]> =>
  (a, b) =>
    `(${a} ${op} ${b})`;
const compared =
  (op: string, type: 'u64' | 'i64'): Write<[string, string]> =>
  (a, b) =>
    `<u64>(<${type}>(${a}) ${op} <${type}>(${b}))`;
const call =
  (name: string): Write<[string, string]> =>
  (a, b) =>
    `${name}(${a}, ${b})`;

const BINARY = {
  add: infix('+'),
  sub: infix('-'),
  mul: infix('*'),
  div_u: call('div_64'),
  div_s: call('sdiv_64'),
  rem_u: call('mod_64'),
  rem_s: call('smod_64'),
  and: infix('&'),
  or: infix('|'),
  xor: infix('^'),
  shl: infix('<<'),
  shr_u: infix('>>'),
  shr_s: (a, b) => `<u64>(<i64>(${a}) >> <i64>(${b}))`,
  eq: compared('==', 'u64'),
  ne: compared('!=', 'u64'),
  lt_u: compared('<', 'u64'),
  lt_s: compared('<', 'i64'),
  le_u: compared('<=', 'u64'),
  le_s: compared('<=', 'i64'),
} as const satisfies Record<BinaryName, Write<[string, string]>>;

const UNARY = {
  low: (a) => `<u64>(<u32>(${a}))`,
  sext8: (a) => `<u64>(<i64>(<i8>(${a})))`,
  sext16: (a) => `<u64>(<i64>(<i16>(${a})))`,
  sext32: (a) => `<u64>(<i64>(<i32>(${a})))`,
  swap16: (a) => `bswap_16(${a})`,
  swap32: (a) => `bswap_32(${a})`,
  swap64: (a) => `bswap_64(${a})`,
} as const satisfies Record<UnaryName, Write<[string]>>;

/** An expression as AssemblyScript. @param kept how what a place held before is written; read where it stands by default */
function textOf(expr: Expr, src: unknown, kept?: (place: Place) => string): string {
  switch (expr.kind) {
    case 'const':
      return `<u64>0x${expr.value.toString(16)}`;
    case 'before':
      return kept === undefined ? leaf(expr.place, src) : kept(expr.place);
    case 'after':
      return `get(file, ${registerOffset(expr.place)})`;
    case 'unary':
      return UNARY[expr.op](textOf(expr.operand, src, kept));
    case 'binary':
      return BINARY[expr.op](textOf(expr.left, src, kept), textOf(expr.right, src, kept));
  }
}
