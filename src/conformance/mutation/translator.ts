/** Faults seeded into what the translator makes of an instruction: its lowering, and the fields that it reads. */

import type { AddressedProgram } from '../../analysis/addressed.js';
import { compileModule } from '../../codegen/compile.js';
import type { IrBuilder } from '../../codegen/ir_builder.js';
import { LOWERING, type Lowering } from '../../codegen/lower/lower.js';
import { opNamed } from '../../isa/table.js';
import type { BinaryOp, CompareOp, UnaryOp, ValueId } from '../../model/ir.js';
import type { Insn } from '../../model/program.js';
import { wasmEngine } from '../adapters/wasm.js';
import type { MutatedEngine } from './engine.js';
import type { BinaryName, Expr, Place, UnaryName } from './expression.js';
import type { Assignment, Fault } from './fault.js';
import { changedFields } from './fields.js';

/** @param level how hard the translator works; 2 by default, so that its passes see the faults too */
export async function mutatedTranslator(level: 0 | 1 | 2 | 3 = 2): Promise<MutatedEngine> {
  let seeded: Fault | undefined;
  const compile: typeof compileModule = (programs, bounds, options) => {
    if (seeded === undefined) return compileModule(programs, bounds, options);
    const fault = seeded;
    const atFault = new WeakSet<Insn>();
    const marked = (insn: Insn): Insn => {
      atFault.add(insn);
      return insn;
    };
    const misread = programs.map((program) =>
      withInsns(program, (insn) => (insn.op === fault.op ? marked(changed(insn, fault)) : insn)),
    );
    return compileModule(misread, bounds, { ...options, lowering: faulty(fault, atFault) });
  };
  return {
    name: 'translator',
    engine: await wasmEngine('jit', { optimizeLevel: level }, { compile }),
    seed(fault) {
      seeded = fault;
    },
    takes: ({ effect }) => effect.ignores === undefined,
  };
}

function withInsns(program: AddressedProgram, change: (insn: Insn) => Insn): AddressedProgram {
  const { verified } = program;
  const insns = verified.program.insns.map(change);
  const entries = new Set(verified.functions.map(({ start }) => start));
  for (const { op, pc, imm } of insns) {
    // As an engine that crashes: binaryen would abort the process's use of it.
    if (op.imm === 'func' && !entries.has(pc + 1 + imm)) throw new Error(`no function starts at ${pc + 1 + imm}`);
  }
  return { ...program, verified: { ...verified, program: { ...verified.program, insns } } };
}

/** An instruction of the row as the fault reads it: a new one in any case. */
function changed(insn: Insn, { op, effect }: Fault): Insn {
  const fields = changedFields(insn, effect.fields);
  return { ...insn, ...fields, op: effect.as === undefined ? op : opNamed(effect.as) };
}

function faulty({ effect }: Fault, atFault: WeakSet<Insn>): Lowering {
  const { before, after, value, condition } = effect;
  return {
    lower(b, insn, context) {
      if (!atFault.has(insn)) return LOWERING.lower(b, insn, context);
      const old = [...b.registers];
      const at = (place: Place): number => (place === 'dst' ? insn.dst : place === 'src' ? insn.src : place);
      const build = (expr: Expr): ValueId => built(b, expr, insn, old);
      const assign = (assignments: readonly Assignment[] = []): void => {
        const values = assignments.map((assignment) => build(assignment.value));
        for (const [i, { place }] of assignments.entries()) b.registers[at(place)] = values[i] as ValueId;
      };
      assign(before);
      if (value !== undefined) b.write(insn.dst, build(value));
      else LOWERING.lower(b, insn, context);
      assign(after);
    },
    condition(insn) {
      if (condition === undefined || !atFault.has(insn)) return LOWERING.condition(insn);
      return (b) => b.compare('ne', built(b, condition, insn, b.registers), b.constant('i64', 0n));
    },
  };
}

type Build = (b: IrBuilder, operand: ValueId) => ValueId;

const narrow = (b: IrBuilder, operand: ValueId): ValueId => b.unary('i32', 'wrap', operand);
const extended =
  (op: UnaryOp): Build =>
  (b, operand) =>
    b.unary('i64', op, operand);
const onLow =
  (op: UnaryOp): Build =>
  (b, operand) =>
    b.unary('i64', 'extend_u', b.unary('i32', op, narrow(b, operand)));

const UNARY = {
  low: (b, operand) => b.unary('i64', 'extend_u', narrow(b, operand)),
  sext8: extended('extend8_s'),
  sext16: extended('extend16_s'),
  sext32: (b, operand) => b.unary('i64', 'extend_s', narrow(b, operand)),
  swap16: onLow('bswap16'),
  swap32: onLow('bswap32'),
  swap64: extended('bswap64'),
} as const satisfies Record<UnaryName, Build>;

const COMPARISONS = ['eq', 'ne', 'lt_u', 'lt_s', 'le_u', 'le_s'] as const satisfies readonly (CompareOp & BinaryName)[];
const isComparison = (op: BinaryName): op is (typeof COMPARISONS)[number] =>
  (COMPARISONS as readonly BinaryName[]).includes(op);

function built(b: IrBuilder, expr: Expr, insn: Insn, old: readonly ValueId[]): ValueId {
  const child = (operand: Expr): ValueId => built(b, operand, insn, old);
  switch (expr.kind) {
    case 'const':
      return b.constant('i64', expr.value);
    case 'before':
      if (expr.place === 'src' && insn.op.src !== 'r' && insn.op.src !== 'rw') {
        return b.constant('i64', insn.imm64 ?? BigInt(insn.imm));
      }
      return old[register(insn, expr.place)] as ValueId;
    case 'after':
      return b.read(register(insn, expr.place));
    case 'unary':
      return UNARY[expr.op](b, child(expr.operand));
    case 'binary': {
      const [left, right] = [child(expr.left), child(expr.right)];
      if (isComparison(expr.op)) return b.unary('i64', 'extend_u', b.compare(expr.op, left, right));
      return b.binary('i64', expr.op as BinaryOp, left, right);
    }
  }
}

const register = (insn: Insn, place: Place): number =>
  place === 'dst' ? insn.dst : place === 'src' ? insn.src : place;
