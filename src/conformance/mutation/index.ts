/** All faults, in table order: derived from the rows of the opcode table and nothing else. */
import { OPS, type Op } from '../../isa/table.js';
import { isArithmetic } from '../matrix/program.js';
import { arithmeticFaults } from './arithmetic.js';
import { controlFaults } from './control.js';
import { encodingFaults } from './encoding.js';
import { type Described, type Fault, faultsOf } from './fault.js';
import { jumpFaults } from './jumps.js';
import { memoryFaults } from './memory.js';

export function allFaults(): Fault[] {
  return OPS.flatMap((op) => faultsOf(op, [...behaviour(op), ...encodingFaults(op)]));
}

function behaviour(op: Op): Described[] {
  if (isArithmetic(op)) return arithmeticFaults(op);
  if (op.off === 'mem' || op.group === 'packet') return memoryFaults(op);
  if (op.off === 'jump' || op.imm === 'jump') return jumpFaults(op);
  return controlFaults(op);
}
