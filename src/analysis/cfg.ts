/**
 * The control flow graph of a function in slots: its reachable basic blocks and where each leads, with the fuel that
 * backward jumps burn. Dominators and loops are in files of their own.
 */
import { jumpTarget } from '../isa/insn.js';
import type { Insn } from '../model/program.js';
import { type FlowGraph, flowGraph } from './flow_graph.js';
import type { VerifiedFunction, VerifiedProgram } from './verified.js';

export interface CfgEdge {
  /** Index of the block that it leads to. */
  readonly target: number;
  /** Fuel of a taken jump to `target <= pc`: `pc - target + 1`; 0 for others. */
  readonly burn: number;
}

export interface CfgBlock {
  /** First slot. */
  readonly start: number;
  /** In order; the last ends the block. Never empty. */
  readonly insns: readonly Insn[];
  /** Where it goes when its last instruction does not jump, absent after `exit` and `goto`. */
  readonly fall?: CfgEdge;
  /** Where its last instruction jumps to. */
  readonly jump?: CfgEdge;
}

export interface Cfg {
  /** [0] starts at the function's first slot. Blocks that cannot be reached have no predecessors in `graph`. */
  readonly blocks: readonly CfgBlock[];
  readonly graph: FlowGraph;
}

/** Whether an instruction never goes on to the next one. */
export function endsFlow(insn: Insn): boolean {
  return insn.op.sem === 'exit' || insn.op.sem === 'ja';
}

/** Splits a verified function into basic blocks, in time linear in its slots. */
export function buildCfg({ program }: VerifiedProgram, { start, end }: VerifiedFunction): Cfg {
  const insns = insnsBetween(program.insns, start, end);
  const leads = new Uint8Array(end - start + 1);
  leads[0] = 1;
  for (const insn of insns) {
    const target = jumpTarget(insn);
    if (target !== undefined) leads[target - start] = 1;
    if (target !== undefined || endsFlow(insn)) leads[insn.pc + insn.op.slots - start] = 1;
  }
  const blockAt = new Int32Array(end - start + 1).fill(-1);
  const runs: Insn[][] = [];
  for (const insn of insns) {
    if (leads[insn.pc - start] === 1) {
      blockAt[insn.pc - start] = runs.length;
      runs.push([]);
    }
    (runs[runs.length - 1] as Insn[]).push(insn);
  }
  const edge = (from: Insn, to: number, jumps: boolean): CfgEdge => ({
    target: blockAt[to - start] as number,
    burn: jumps && to <= from.pc ? from.pc - to + 1 : 0,
  });
  const blocks = runs.map((run): CfgBlock => {
    const last = run[run.length - 1] as Insn;
    const target = jumpTarget(last);
    return {
      start: (run[0] as Insn).pc,
      insns: run,
      ...(endsFlow(last) ? {} : { fall: edge(last, last.pc + last.op.slots, false) }),
      ...(target === undefined ? {} : { jump: edge(last, target, true) }),
    };
  });
  const successors = blocks.map(({ fall, jump }) =>
    [fall, jump].filter((out) => out !== undefined).map((out) => out.target),
  );
  return { blocks, graph: flowGraph(successors) };
}

/** The instructions of slots [start, end); `insns` is in order of pc. */
function insnsBetween(insns: readonly Insn[], start: number, end: number): readonly Insn[] {
  const firstFrom = (pc: number): number => {
    let low = 0;
    let high = insns.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((insns[middle] as Insn).pc < pc) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return insns.slice(firstFrom(start), firstFrom(end));
}
