/**
 * Bytecode to SSA: one function of a verified program to its intermediate form. Blocks where ways meet get a parameter
 * for each register that is live there; passes drop those that turn out to bring one value only.
 */
import type { AddressedProgram } from '../analysis/addressed.js';
import { buildCfg, type CfgBlock, type CfgEdge } from '../analysis/cfg.js';
import type { VerifiedFunction } from '../analysis/verified.js';
import { FRAME_POINTER, REGISTER_COUNT } from '../isa/table.js';
import type { IrBlock, IrEdge, IrFunction, ValueId } from '../model/ir.js';
import type { Insn } from '../model/program.js';
import { IrBuilder } from './ir_builder.js';
import { liveRegisters } from './liveness.js';
import type { Condition } from './lower/jumps.js';
import { LOWERING, type Lowering } from './lower/lower.js';

/** An edge whose arguments wait until the block it comes from is built. */
interface OpenEdge {
  readonly edge: IrEdge;
  /** Registers at the end of the block that it comes from; not changed afterwards. */
  readonly registers: readonly ValueId[];
  /** Block of the CFG. */
  readonly target: number;
}

/**
 * @param kind 'program' for the entry as the function table holds it; 'function' for what calls reach. An entry that
 * local calls reach too is built both ways.
 */
export function buildIr(
  program: AddressedProgram,
  fn: VerifiedFunction,
  kind: IrFunction['kind'],
  name: string,
  lowering: Lowering = LOWERING,
): IrFunction {
  const cfg = buildCfg(program.verified, fn);
  const live = liveRegisters(cfg);
  const b = new IrBuilder(name, kind, fn.start);

  const entry = b.addBlock(fn.start);
  const blocks: (IrBlock | undefined)[] = cfg.blocks.map((block, index) =>
    cfg.graph.position[index] === -1 ? undefined : b.addBlock(block.start),
  );
  /** Registers that are parameters of the block, ascending; undefined where its one predecessor's registers go on. */
  const parameters = blocks.map((_, index): number[] | undefined => {
    const arriving = (cfg.graph.predecessors[index] as readonly number[]).length + (index === 0 ? 1 : 0);
    return arriving < 2 ? undefined : registersIn(live[index] as number);
  });

  b.enter(entry);
  lowerEntry(b, program, fn, kind);
  const framePointer = b.read(FRAME_POINTER);
  const open: OpenEdge[] = [];
  const atEnd: (readonly ValueId[] | undefined)[] = [];
  const connect = ({ target, burn }: CfgEdge, pc: number): IrEdge => {
    const edge: IrEdge = { target: (blocks[target] as IrBlock).id, args: [], burn, pc };
    open.push({ edge, registers: b.registers, target });
    return edge;
  };
  const atEntry = b.registers;
  b.end({ kind: 'jump', edge: connect({ target: 0, burn: 0 }, fn.start) });

  for (const index of cfg.graph.order) {
    const block = blocks[index] as IrBlock;
    const flow = cfg.blocks[index] as CfgBlock;
    const { insns } = flow;
    b.pc = block.pc;
    b.enter(block);
    const incoming = parameters[index];
    if (incoming === undefined) {
      const before = (cfg.graph.predecessors[index] as readonly number[])[0];
      b.registers = [...((before === undefined ? atEntry : atEnd[before]) as readonly ValueId[])];
    } else {
      b.registers = [];
      b.clearRegisters();
      b.registers[FRAME_POINTER] = framePointer;
      for (const register of incoming) b.registers[register] = b.addBlockParameter(block, register);
    }
    for (const insn of insns) {
      b.pc = insn.pc;
      lowering.lower(b, insn, { program });
    }
    const last = insns[insns.length - 1] as Insn;
    endBlock(b, last, lowering.condition(last), flow, connect);
    atEnd[index] = b.registers;
  }

  for (const { edge, registers, target } of open) {
    edge.args = (parameters[target] ?? []).map((register) => registers[register] as ValueId);
  }
  return b.fn;
}

/** Arguments, frame and fuel as a function finds them; all other registers read as 0. */
function lowerEntry(b: IrBuilder, program: AddressedProgram, fn: VerifiedFunction, kind: IrFunction['kind']): void {
  const given = kind === 'program' ? [1, FRAME_POINTER] : [1, 2, 3, 4, 5, FRAME_POINTER];
  const values = given.map((register) => [register, b.addFunctionParameter(register)] as const);
  b.clearRegisters();
  for (const [register, value] of values) b.registers[register] = value;
  if (kind === 'function') b.append({ kind: 'burn', type: 'none', args: [], amount: fn.end - fn.start });
  else if (program.verified.program.type === 'raw') {
    b.write(2, b.append({ kind: 'packet_length', type: 'i64', args: [] }));
  }
  if (fn.stackUse > 0) {
    b.append({ kind: 'zero_frame', type: 'none', args: [b.read(FRAME_POINTER)], bytes: fn.stackUse });
  }
}

function endBlock(
  b: IrBuilder,
  last: Insn,
  condition: Condition | undefined,
  { fall, jump }: CfgBlock,
  connect: (edge: CfgEdge, pc: number) => IrEdge,
): void {
  if (condition !== undefined && jump !== undefined && fall !== undefined) {
    b.end({
      kind: 'branch',
      condition: condition(b, last),
      taken: connect(jump, last.pc),
      otherwise: connect(fall, last.pc),
    });
    return;
  }
  const only = jump ?? fall;
  if (only !== undefined) b.end({ kind: 'jump', edge: connect(only, last.pc) });
  else b.end({ kind: 'return', value: b.read(0) });
}

function registersIn(bits: number): number[] {
  const registers: number[] = [];
  for (let r = 0; r < REGISTER_COUNT; r++) if ((bits >> r) & 1) registers.push(r);
  return registers;
}
