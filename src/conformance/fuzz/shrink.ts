/**
 * Makes a case on which engines differ smaller while they differ: takes instructions out, makes operands plain, cuts
 * and clears the input. Candidates are judged many at a time, since loading them is what costs.
 */
import { decodeInsns } from '../../isa/decode.js';
import { encodeInsns } from '../../isa/encode.js';
import { type DecodedInsn, jumpTarget, makeInsn } from '../../isa/insn.js';
import { isBeeswaxError } from '../../util/errors.js';
import { requirementsOf } from '../requirements.js';
import type { ConformanceCase } from '../types.js';

/** For each candidate whether it shows the same difference. */
export type Judge = (candidates: readonly ConformanceCase[]) => Promise<readonly boolean[]>;

/** Candidates judged at a time, and rounds before it is small enough. */
const AT_A_TIME = 32;
const MAX_ROUNDS = 64;

/** The smallest case found; the given one where nothing may go. Its name and expectation are those of the given one. */
export async function shrink(test: ConformanceCase, judge: Judge): Promise<ConformanceCase> {
  let best = test;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const smaller = await firstSmaller(best, judge);
    if (smaller === undefined) return best;
    best = smaller;
  }
  return best;
}

/** Goes through the candidates until one shows the difference, and keeps what may be combined with it. */
async function firstSmaller(test: ConformanceCase, judge: Judge): Promise<ConformanceCase | undefined> {
  let pending: ConformanceCase[] = [];
  const judged = async (): Promise<ConformanceCase | undefined> => {
    const verdicts = await judge(pending);
    const found = pending.find((_, i) => verdicts[i]);
    pending = [];
    return found;
  };
  for (const candidate of candidates(test)) {
    pending.push(candidate);
    if (pending.length < AT_A_TIME) continue;
    const found = await judged();
    if (found !== undefined) return found;
  }
  return pending.length === 0 ? undefined : judged();
}

/** Smaller cases, the ones that drop most first. */
function* candidates(test: ConformanceCase): Generator<ConformanceCase> {
  const insns = decoded(test.program);
  for (let at = 1; at < insns.length - 2; at++) yield withProgram(test, endingAt(insns, at));
  for (let size = 1 << Math.floor(Math.log2(Math.max(1, insns.length))); size >= 1; size >>= 1) {
    for (let at = 0; at < insns.length; at += size) yield withProgram(test, without(insns, at, at + size));
  }
  yield* smallerInputs(test);
  for (const [at, insn] of insns.entries()) {
    for (const plain of plainer(insn)) yield withProgram(test, [...insns.slice(0, at), plain, ...insns.slice(at + 1)]);
  }
}

function decoded(program: Uint8Array): DecodedInsn[] {
  try {
    return decodeInsns(program);
  } catch (thrown) {
    if (isBeeswaxError(thrown)) return [];
    throw thrown;
  }
}

function withProgram(test: ConformanceCase, insns: readonly DecodedInsn[]): ConformanceCase {
  const program = encodeInsns(insns);
  return { ...test, ...requirementsOf(program), program };
}

/** The first instructions, then an exit with what the last of them wrote. */
function endingAt(insns: readonly DecodedInsn[], length: number): DecodedInsn[] {
  const left = without(insns, length, insns.length);
  const { dst, pc, op } = left.at(-1) as DecodedInsn;
  const end = pc + op.slots;
  return [...left, makeInsn('mov64_reg', end, { dst: 0, src: dst }), makeInsn('exit', end + 1)];
}

/** Takes out instructions by index; what led to one of them leads to the next that is left. */
export function without(insns: readonly DecodedInsn[], from: number, to: number): DecodedInsn[] {
  const kept = insns.filter((_, i) => i < from || i >= to);
  const moved = new Map<number, number>();
  let pc = 0;
  for (const [i, insn] of insns.entries()) {
    moved.set(insn.pc, pc);
    if (i < from || i >= to) pc += insn.op.slots;
  }
  return kept.map((insn) => {
    const at = moved.get(insn.pc) as number;
    const target = targetOf(insn);
    const led = target === undefined ? undefined : moved.get(target);
    return led === undefined ? { ...insn, pc: at } : leadingTo({ ...insn, pc: at }, led);
  });
}

/** The slot that a jump, a local call or a function's address denotes. */
function targetOf(insn: DecodedInsn): number | undefined {
  return insn.op.imm === 'func' || insn.op.imm === 'code' ? insn.pc + 1 + insn.imm : jumpTarget(insn);
}

function leadingTo(insn: DecodedInsn, target: number): DecodedInsn {
  const distance = target - insn.pc - 1;
  if (insn.op.off === 'jump') return { ...insn, off: distance };
  if (insn.op.imm === 'code') return { ...insn, imm: distance, imm64: BigInt.asUintN(32, BigInt(distance)) };
  return { ...insn, imm: distance };
}

/** The instruction with plainer operands. */
function* plainer(insn: DecodedInsn): Generator<DecodedInsn> {
  if (insn.op.imm === 'val') {
    for (const imm of [0, 1, -1, insn.imm >> 16, insn.imm >> 8]) {
      if (Math.abs(imm) < Math.abs(insn.imm)) yield { ...insn, imm };
    }
  }
  if (insn.op.imm === 'imm64' && insn.imm64 !== undefined) {
    const { imm64 } = insn;
    const simple = [0n, 1n, BigInt.asUintN(64, -1n), 1n << 31n, 1n << 32n, 1n << 63n, imm64 & (imm64 - 1n)];
    for (const plain of simple) if (bitCount(plain) < bitCount(imm64)) yield { ...insn, imm64: plain };
  }
}

function* smallerInputs(test: ConformanceCase): Generator<ConformanceCase> {
  const { memory } = test;
  if (memory === undefined) return;
  const { memory: _, ...none } = test;
  yield none;
  for (const length of [1, memory.length >> 1, memory.length - 8, memory.length - 1]) {
    if (length > 0 && length < memory.length) yield { ...test, memory: memory.slice(0, length) };
  }
  for (let size = memory.length; size >= 1; size >>= 1) {
    for (let at = 0; at < memory.length; at += size) {
      if (memory.subarray(at, at + size).every((byte) => byte === 0)) continue;
      const cleared = memory.slice();
      cleared.fill(0, at, at + size);
      yield { ...test, memory: cleared };
    }
  }
}

const bitCount = (value: bigint): number => value.toString(2).replaceAll('0', '').length;
