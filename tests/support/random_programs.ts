/**
 * A seeded generator of random programs over the whole opcode table, for engines to agree on. Each ends with a digest
 * of all registers and of its stack in r0 and in the map `out`.
 *
 * Profile 'kernel': most of them pass the kernel's verifier. Profile 'wild': anything that is structurally valid, with
 * reads of what was never written, wild pointers, recursion, broken calls and jumps to anywhere.
 */

import { HELPERS } from '../../src/abi/helpers.js';
import { Emitter } from '../../src/conformance/fuzz/emitter.js';
import { REG } from '../../src/conformance/fuzz/frame.js';
import { Random } from '../../src/conformance/fuzz/random.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import type { Program } from '../../src/model/program.js';
import { finish } from './programs.js';
import { XdpWriter } from './random/calls.js';
import { CALLEE_STACK, ENTRY_STACK, MAPS, type XdpSession } from './random/frame.js';
import { mutate, withinFrame } from './random/mutate.js';

export type Profile = 'kernel' | 'wild';

export interface RandomProgram {
  readonly program: Program;
  /** To be made anew for each engine. */
  readonly maps: readonly MapSpec[];
}

/** The program of a seed. */
export function randomProgram(seed: number, profile: Profile): RandomProgram {
  const random = new Random(seed);
  const emitter = new Emitter();
  const session: XdpSession = { random, emitter, wild: profile === 'wild', strays: profile === 'wild', callees: [] };
  emitter.startFunction(emitter.label());
  writeEntry(session);
  for (let i = 0; i < session.callees.length; i++) writeCallee(session, i);
  const program = finish(emitter.instructions(), { name: `seed_${seed}`, functions: emitter.functions });
  return { program: session.wild ? withinFrame(mutate(program, random), random) : program, maps: Object.values(MAPS) };
}

const NOTHING = { inLoop: false, depth: 0 } as const;

function writeEntry(session: XdpSession): void {
  const { random, emitter: emit, wild } = session;
  const writer = new XdpWriter(session, ENTRY_STACK, {
    scalars: [0, 1, 2, 3, 4, 5],
    index: 0,
    budget: random.between(6, 40),
  });
  const { out = 0, key } = ENTRY_STACK;
  emit.emit('mov64_reg', { dst: REG.CTX, src: 1 });
  emit.emit('st64', { dst: REG.FP, off: key, imm: 0 });
  emit.reference('lddw_map', 1, { kind: 'map', map: 'out' });
  writer.stackAddress(2, key);
  emit.emit('call_helper', { imm: HELPERS.map_lookup_elem.id });
  const found = emit.label();
  emit.to('jne64_imm', found, { dst: 0, imm: 0 });
  emit.emit('exit');
  emit.place(found);
  emit.emit('stx64', { dst: REG.FP, src: 0, off: out });
  if (!(wild && random.chance(0.3))) writer.initialiseArea();
  for (const dst of writer.scalars) if (!(wild && random.chance(0.3))) writer.constant(dst);

  writer.block(NOTHING, Number.POSITIVE_INFINITY);

  writer.digest([1, 2, 3, 4, 5]);
  emit.emit('ldx64', { dst: REG.BASE, src: REG.FP, off: out });
  emit.emit('stx64', { dst: REG.BASE, src: 0 });
  emit.emit('mov64_reg', { dst: 1, src: 0 });
  emit.emit('rsh64_imm', { dst: 1, imm: 32 });
  emit.emit('xor64_reg', { dst: 0, src: 1 });
  emit.emit('exit');
}

function writeCallee(session: XdpSession, index: number): void {
  const { random, emitter: emit, callees, wild } = session;
  const callee = callees[index];
  if (callee === undefined) return;
  emit.startFunction(callee.label);
  if (callee.kind === 'callback') {
    writeCallback(session);
    return;
  }
  const writer = new XdpWriter(session, CALLEE_STACK, {
    scalars: [0, 1, 2, 3, 4, 5, 6],
    index: index + 1,
    budget: random.between(1, 8),
  });
  if (!(wild && random.chance(0.3))) writer.initialiseArea();
  for (const dst of [0, 6]) if (!(wild && random.chance(0.3))) writer.constant(dst);
  writer.block(NOTHING, Number.POSITIVE_INFINITY);
  writer.digest([1, 2, 3, 4, 5, 6]);
  emit.emit('exit');
}

/** A callback of bpf_loop: (index, address of two words) → 0 to go on, 1 to stop. */
function writeCallback({ random, emitter: emit }: XdpSession): void {
  emit.emit('ldx64', { dst: 3, src: 2, off: 0 });
  emit.emit(random.pick(['add64_reg', 'xor64_reg', 'sub32_reg', 'mul64_reg']), { dst: 3, src: 1 });
  emit.emit('stx64', { dst: 2, src: 3, off: random.pick([0, 8]) });
  emit.emit('mov64_imm', { dst: 0, imm: 0 });
  const end = emit.label();
  emit.to(random.pick(['jgt64_imm', 'jset64_imm', 'jlt32_imm']), end, { dst: 3, imm: random.u32() | 0 });
  if (random.chance(0.3)) emit.emit('mov64_imm', { dst: 0, imm: 1 });
  else emit.emit('mov32_imm', { dst: 0, imm: 0 });
  emit.place(end);
  emit.emit('exit');
}
