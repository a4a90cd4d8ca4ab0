/** Which BPF registers a block reads before it writes them, so that only these become parameters of blocks. */
import type { Cfg } from '../analysis/cfg.js';
import { FRAME_POINTER, REGISTER_COUNT } from '../isa/table.js';
import type { Insn } from '../model/program.js';

const bit = (register: number): number => 1 << register;
const ARGUMENTS = bit(1) | bit(2) | bit(3) | bit(4) | bit(5);
const CALL_WRITES = ARGUMENTS | bit(0);
const ALL = ((1 << REGISTER_COUNT) - 1) & ~bit(FRAME_POINTER);

/** Registers that an instruction reads and writes, as bits. Reading too many costs a parameter, never the result. */
function effect(insn: Insn): { reads: number; writes: number } {
  const { op, dst, src } = insn;
  if (op.sem === 'exit') return { reads: bit(0), writes: 0 };
  if (op.imm === 'helper' || op.imm === 'func') return { reads: ARGUMENTS, writes: CALL_WRITES };
  if (op.sem === 'callx') return { reads: ARGUMENTS | bit(op.dst === 'r' ? dst : insn.imm), writes: CALL_WRITES };
  if (op.group === 'packet') return { reads: op.src === 'r' ? bit(src) : 0, writes: CALL_WRITES };
  let reads = 0;
  let writes = 0;
  if (op.dst === 'r' || op.dst === 'rw') reads |= bit(dst);
  if (op.dst === 'w' || op.dst === 'rw') writes |= bit(dst);
  if (op.src === 'r' || op.src === 'rw') reads |= bit(src);
  if (op.src === 'rw') writes |= bit(src);
  if (op.sem === 'atomic_cmpxchg') {
    reads |= bit(0);
    writes |= bit(0);
  }
  return { reads, writes };
}

/** For each block, the registers (as bits, r10 never) that are live at its start. */
export function liveRegisters({ blocks, graph }: Cfg): Int32Array {
  const reads = new Int32Array(blocks.length);
  const writes = new Int32Array(blocks.length);
  blocks.forEach((block, index) => {
    let read = 0;
    let written = 0;
    for (const insn of block.insns) {
      const of = effect(insn);
      read |= of.reads & ~written;
      written |= of.writes;
    }
    reads[index] = read & ALL;
    writes[index] = written;
  });
  const live = Int32Array.from(reads);
  const pending = [...graph.order];
  const waiting = new Uint8Array(blocks.length).fill(1);
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    waiting[at] = 0;
    let out = 0;
    for (const to of graph.successors[at] as readonly number[]) out |= live[to] as number;
    const next = (reads[at] as number) | (out & ~(writes[at] as number) & ALL);
    if (next === live[at]) continue;
    live[at] = next;
    for (const from of graph.predecessors[at] as readonly number[]) {
      if (waiting[from] === 1) continue;
      waiting[from] = 1;
      pending.push(from);
    }
  }
  return live;
}
