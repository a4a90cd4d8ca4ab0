/** Faults of calls, exits and 64-bit immediates (RFC 9669 sections 4.3.1, 4.3.2 and 5.4). */
import type { Op } from '../../isa/table.js';
import { before, binary, constant, type Expr, low, SRC, sext32, unary } from './expression.js';
import type { Described } from './fault.js';

export function controlFaults(op: Op): Described[] {
  switch (op.sem) {
    case 'exit':
      return [...exits()];
    case 'call_local':
      return [
        ['distance plus one', { fields: { imm: 'plus one' } }],
        ...lost([1, 2, 3, 4, 5], 'argument lost'),
        ...lost([6, 7, 8, 9], 'not preserved'),
      ];
    case 'call_helper':
      return [...lost([6, 7, 8, 9], 'not preserved')];
    case 'callx':
      return [
        ...(op.imm === 'reg' ? [] : ([['neighbour of dst', { fields: { dst: 'neighbour' } }]] as Described[])),
        ...lost([1, 2, 3, 4, 5], 'argument lost'),
        ...lost([6, 7, 8, 9], 'not preserved'),
      ];
    case 'lddw':
      return [...immediates()];
    default:
      return [];
  }
}

/** A register that is 0 once the instruction is reached. */
function lost(registers: readonly number[], what: string): Described[] {
  return registers.map((place) => [`r${place} ${what}`, { before: [{ place, value: constant(0n) }] }]);
}

function* exits(): Generator<Described> {
  const returns = (value: Expr): Described[1] => ({ before: [{ place: 0, value }] });
  yield ['high half of r0 lost', returns(low(before(0)))];
  yield ['low half of r0 sign-extended', returns(sext32(before(0)))];
  yield ['r0 lost', returns(constant(0n))];
  yield ['r0 of 16 bits', returns(binary('and', before(0), constant(0xffffn)))];
}

function* immediates(): Generator<Described> {
  yield ['high half lost', { value: low(SRC) }];
  yield ['low half sign-extended', { value: sext32(SRC) }];
  yield [
    'halves swapped',
    { value: binary('or', binary('shl', SRC, constant(32n)), binary('shr_u', SRC, constant(32n))) },
  ];
  yield ['low half lost', { value: binary('and', SRC, constant(-0x1_0000_0000n)) }];
  yield ['byte order', { value: unary('swap64', SRC) }];
  yield ['neighbour of dst', { fields: { dst: 'neighbour' } }];
}
