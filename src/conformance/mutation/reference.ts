/** Faults seeded into the reference model. */
import { opNamed } from '../../isa/table.js';
import { type Slot, targetOf } from '../reference/encoding.js';
import { type Interference, runReference } from '../reference/index.js';
import { GROUPS } from '../requirements.js';
import type { Answer, ConformanceCase } from '../types.js';
import { matches, unchecked } from './encoding.js';
import type { MutatedEngine } from './engine.js';
import { type Expr, evaluate, type Place } from './expression.js';
import type { Assignment, Fault } from './fault.js';
import { changedFields } from './fields.js';

/** The model, with one fault at a time. */
export function mutatedReference(): MutatedEngine {
  let interference: Interference | undefined;
  return {
    name: 'reference',
    engine: {
      name: 'reference',
      version: 'mutated',
      claims: new Set(GROUPS),
      run: async (cases) => cases.map((test) => answer(test, interference)),
      close: async () => {},
    },
    seed(fault) {
      interference = fault === undefined ? undefined : interfering(fault);
    },
    takes: () => true,
  };
}

/** A model that runs out of its program is a broken engine, not a defect of ours. */
function answer({ program, memory }: ConformanceCase, interference: Interference | undefined): Answer {
  try {
    return runReference(program, memory, interference);
  } catch (thrown) {
    if (interference === undefined) throw thrown;
    return { kind: 'crashed', reason: String(thrown) };
  }
}

function interfering(fault: Fault): Interference {
  const { op, effect } = fault;
  return {
    read: (program) => unchecked(program, fault),
    step(slot, next, pc, registers, execute) {
      if (!matches(op, slot)) return execute(slot);
      const old = [...registers];
      const at = (place: Place): number => (place === 'dst' ? dstOf(fault, slot) : place === 'src' ? slot.src : place);
      const value = (expr: Expr): bigint =>
        evaluate(expr, {
          before: (place) =>
            place === 'src' && op.src !== 'r' && op.src !== 'rw'
              ? immediate(slot, next, fault)
              : (old[at(place)] as bigint),
          after: (place) => registers[at(place)] as bigint,
        });
      const assign = (assignments: readonly Assignment[] = []): void => {
        const values = assignments.map((assignment) => value(assignment.value));
        for (const [i, { place }] of assignments.entries()) registers[at(place)] = values[i] as bigint;
      };
      assign(effect.before);
      let following: number | undefined;
      if (effect.value !== undefined) {
        registers[slot.dst] = value(effect.value);
        following = pc + op.slots;
      } else if (effect.condition !== undefined) {
        following = value(effect.condition) === 0n ? pc + 1 : targetOf(slot, pc);
      } else following = execute(changed(slot, fault));
      assign(effect.after);
      return following;
    },
  };
}

const dstOf = ({ op }: Fault, slot: Slot): number => (op.imm === 'reg' ? slot.imm : slot.dst);

function immediate(slot: Slot, next: Slot | undefined, { op }: Fault): bigint {
  if (op.slots === 1) return BigInt.asUintN(64, BigInt(slot.imm));
  return (BigInt((next?.imm ?? 0) >>> 0) << 32n) | BigInt(slot.imm >>> 0);
}

/** The slot as the fault reads it: of another row, its fields changed. */
function changed(slot: Slot, { effect }: Fault): Slot {
  const fields = changedFields(slot, effect.fields);
  if (effect.as === undefined) return { ...slot, ...fields };
  const { opcode, src, off, imm } = opNamed(effect.as);
  const fixed = (column: unknown, value: number): number => (typeof column === 'number' ? column : value);
  return {
    opcode,
    dst: fields.dst,
    src: fixed(src, fields.src),
    off: fixed(off, fields.off),
    imm: fixed(imm, fields.imm),
  };
}
