/** Faults of loads, stores and atomics (RFC 9669 sections 5.1 to 5.5). */
import { OPS, type Op, type OpName, type Sem } from '../../isa/table.js';
import {
  after,
  before,
  binary,
  constant,
  type Expr,
  joined,
  low,
  type Place,
  select,
  sext32,
  unary,
} from './expression.js';
import type { Described } from './fault.js';

export function memoryFaults(op: Op): Described[] {
  const { sem } = op;
  const faults = [...widths(op), ...(op.off === 'mem' ? offsets(op) : [])];
  if (sem === 'ldx' || sem === 'ldsx' || sem === 'load_acquire') faults.push(...loads(op));
  else if (sem === 'ld_abs' || sem === 'ld_ind') faults.push(...packetLoads(op));
  else if (sem === 'atomic_cmpxchg') faults.push(...compareExchanges(op));
  else if (sem.startsWith('atomic')) faults.push(...atomics(op));
  else faults.push(...stores(op));
  return faults;
}

const row = (sem: Sem, width: number): OpName | undefined =>
  OPS.find((op) => op.sem === sem && op.width === width)?.name;

/** The same with another width. */
function* widths({ sem, width }: Op): Generator<Described> {
  for (const other of [8, 16, 32, 64]) {
    const name = row(sem, other);
    if (other !== width && name !== undefined) yield [`width ${other}`, { as: name }];
  }
}

function* offsets(op: Op): Generator<Described> {
  yield ['offset unread', { fields: { off: 'zero' } }];
  yield ['offset unsigned', { fields: { off: 'unsigned' } }];
  yield ['offset negated', { fields: { off: 'negated' } }];
  yield ['offset plus one', { fields: { off: 'plus one' } }];
  yield ['neighbour of base', { fields: { [op.dst === 'w' ? 'src' : 'dst']: 'neighbour' } }];
}

const reversed = (width: number, value: Expr): Expr =>
  width === 8 ? value : unary(`swap${width as 16 | 32 | 64}`, value);

const signExtended = (width: number, value: Expr): Expr =>
  width === 64 ? value : unary(`sext${width as 8 | 16 | 32}`, value);

const AFTER_DST = after('dst');

function* loads({ sem, width }: Op): Generator<Described> {
  const set = (value: Expr): Described[1] => ({ after: [{ place: 'dst', value }] });
  yield ['neighbour of dst', { fields: { dst: 'neighbour' } }];
  if (width !== 8) {
    const swapped = reversed(width, AFTER_DST);
    yield ['byte order', set(sem === 'ldsx' ? signExtended(width, swapped) : swapped)];
  }
  if (width !== 64 && sem !== 'ldsx') {
    yield ['sign', set(signExtended(width, AFTER_DST))];
    yield ['upper bits kept', set(joined(width, before('dst'), AFTER_DST))];
  }
  if (width === 64) yield ['high half lost', set(low(AFTER_DST))];
  if (sem === 'ldsx') {
    const mask = constant((1n << BigInt(width)) - 1n);
    yield ['sign', set(binary('and', AFTER_DST, mask))];
    if (width !== 32) yield ['extended to 32 bits', set(low(AFTER_DST))];
  }
  if (sem !== 'load_acquire') return;
  const plain = row('ldx', width) as OpName;
  yield ['not ordered', { as: plain }, 'one thread cannot tell; a case has one'];
}

function* packetLoads(op: Op): Generator<Described> {
  const { width, sem } = op;
  const set = (value: Expr): Described[1] => ({ after: [{ place: 0, value }] });
  if (width !== 8) yield ['byte order', set(reversed(width, after(0)))];
  yield ['sign', set(signExtended(width, after(0)))];
  if (sem !== 'ld_ind') return;
  yield ['index unread', { before: [{ place: 'src', value: constant(0n) }] }];
  yield ['index plus one', { before: [{ place: 'src', value: binary('add', before('src'), constant(1n)) }] }];
  yield ['as ld_abs', { as: row('ld_abs', width) as OpName }];
}

function* stores(op: Op): Generator<Described> {
  const { sem, width } = op;
  if (sem === 'st') {
    const lowBits = 'no more than 16 bits of imm are stored';
    yield width <= 16
      ? ['imm of 16 bits', { fields: { imm: 'low16' } }, lowBits]
      : ['imm of 16 bits', { fields: { imm: 'low16' } }];
    yield ['imm negated', { fields: { imm: 'negated' } }];
    return;
  }
  yield ['neighbour of src', { fields: { src: 'neighbour' } }];
  yield ['dst for src', { fields: { src: 'other' } }];
  // The register holds what is stored while it is stored, then again what it held.
  const stored = (value: Expr): Described[1] => ({
    before: [{ place: 'src', value }],
    after: [{ place: 'src', value: before('src') }],
  });
  if (width !== 8) yield ['byte order', stored(reversed(width, before('src')))];
  if (width === 64) {
    yield ['high half lost', stored(low(before('src')))];
    yield ['sign of the low half', stored(sext32(before('src')))];
  }
  if (sem !== 'store_release') return;
  yield ['not ordered', { as: row('stx', width) as OpName }, 'one thread cannot tell; a case has one'];
}

/** The operations that take and leave no register but src. */
const OPERATIONS = ['add', 'or', 'and', 'xor'] as const;
type Operation = (typeof OPERATIONS)[number];
const MISTAKEN = { add: 'xor', or: 'xor', and: 'or', xor: 'or' } as const satisfies Record<Operation, Operation>;

function* atomics({ sem, width }: Op): Generator<Described> {
  const fetches = sem.startsWith('atomic_fetch_');
  const operation = OPERATIONS.find((name) => sem.endsWith(`_${name}`));
  const of = (name: string, fetch: boolean): OpName =>
    row(`atomic_${fetch ? 'fetch_' : ''}${name}` as Sem, width) as OpName;
  yield ['neighbour of src', { fields: { src: 'neighbour' } }];
  yield ['dst for src', { fields: { src: 'other' } }];
  if (operation !== undefined) {
    yield ['operation', { as: of(MISTAKEN[operation], fetches) }];
    yield [fetches ? 'value not fetched' : 'value fetched', { as: of(operation, !fetches) }];
    yield ['stores the operand', fetches ? { as: of('xchg', false) } : exchangeAlone(of('xchg', false))];
  } else {
    yield ['operation', { as: of('or', true) }];
    yield ['value not fetched', { after: [{ place: 'src', value: before('src') }] }];
  }
  if (!fetches && operation !== undefined) return;
  const set = (value: Expr): Described[1] => ({ after: [{ place: 'src', value }] });
  const result = operation === undefined ? before('src') : binary(operation, after('src'), before('src'));
  if (operation !== undefined) yield ['fetches the new value', set(width === 32 ? low(result) : result)];
  yield* returned('src', width);
}

/** Stores the operand, and leaves its register. */
const exchangeAlone = (as: OpName): Described[1] => ({ as, after: [{ place: 'src', value: before('src') }] });

/** What the register gets that takes the old value. */
function* returned(place: Place, width: number): Generator<Described> {
  const set = (value: Expr): Described[1] => ({ after: [{ place, value }] });
  if (width === 64) yield ['high half lost', set(low(after(place)))];
  else {
    yield ['no zero-extension', set(joined(32, before(place), after(place)))];
    yield ['sign-extended', set(sext32(after(place)))];
  }
}

function* compareExchanges({ width }: Op): Generator<Described> {
  const cut = (value: Expr): Expr => (width === 32 ? low(value) : value);
  const r0 = (value: Expr): Described[1] => ({ after: [{ place: 0, value }] });
  const equal = binary('eq', cut(before(0)), cut(after(0)));
  const never = binary('xor', before(0), constant(0x5a5a_5a5a_5a5a_5a5an));
  yield ['neighbour of src', { fields: { src: 'neighbour' } }];
  yield ['dst for src', { fields: { src: 'other' } }];
  yield ['r0 stale', r0(before(0))];
  yield ['r0 stale when unequal', r0(select(equal, after(0), before(0)))];
  if (width === 32) {
    yield ['r0 stale when equal', r0(select(equal, before(0), after(0)))];
    const wide = select(binary('eq', before(0), low(before(0))), before(0), never);
    yield ['compares 64 bits', { before: [{ place: 0, value: wide }] }];
  } else {
    yield [
      'r0 stale when equal',
      r0(select(equal, before(0), after(0))),
      'r0 then holds the very value that it would get',
    ];
  }
  yield ['never stores', { before: [{ place: 0, value: never }] }];
  const exchange = row('atomic_xchg', width) as OpName;
  yield [
    'always stores',
    {
      as: exchange,
      after: [
        { place: 0, value: after('src') },
        { place: 'src', value: before('src') },
      ],
    },
  ];
  yield ['src gets the old value', { after: [{ place: 'src', value: after(0) }] }];
  yield* returned(0, width);
}
