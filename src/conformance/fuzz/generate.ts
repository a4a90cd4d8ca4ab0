/**
 * Random bare programs over the whole opcode table, as conformance cases without an expectation of their own: engines
 * are compared with one another. A program never shows an address, and never reads what was not written; almost all
 * pass the kernel's verifier.
 */
import { encodeInsns } from '../../isa/encode.js';
import { requirementsOf } from '../requirements.js';
import type { ConformanceCase } from '../types.js';
import { Emitter } from './emitter.js';
import { REG, type StackArea } from './frame.js';
import { Random } from './random.js';
import { type RawSession, RawWriter } from './raw_writer.js';

const ENTRY_AREA: StackArea = { at: -24, size: 16 };
const CALLEE_AREA: StackArea = { at: -16, size: 16 };
const SCALARS = [0, 1, 2, 3, 4, 5] as const;
const CALLEE_SCALARS = [...SCALARS, 6] as const;
const MEMORY_SIZES = [16, 24, 40, 64] as const;
const PACKET_SIZES = [14, 20, 33, 64] as const;

/** The program and input of a seed: the same on every machine. */
export function randomCase(seed: number): ConformanceCase {
  const random = new Random(seed);
  const packet = random.chance(0.08);
  const wild = random.chance(0.06);
  const session: RawSession = { random, emitter: new Emitter(), wild, strays: false, callees: [], packet };
  const memory = random.bytes(random.pick(packet ? PACKET_SIZES : MEMORY_SIZES));
  writeEntry(session, memory.length);
  for (let i = 0; i < session.callees.length; i++) writeCallee(session, i);
  const program = encodeInsns(session.emitter.instructions());
  return {
    name: `seed ${seed}`,
    ...requirementsOf(program),
    source: `beeswax fuzz --seed ${seed}`,
    program,
    memory,
    expect: { kind: 'stopped' },
  };
}

function writeEntry(session: RawSession, size: number): void {
  const { random, emitter: emit, packet } = session;
  emit.startFunction(emit.label());
  const writer = new RawWriter(session, ENTRY_AREA, { scalars: SCALARS, index: 0, budget: random.between(2, 10) });
  const base = packet ? undefined : ({ size, kind: 'map' } as const);
  emit.emit('mov64_reg', { dst: packet ? REG.CTX : REG.BASE, src: 1 });
  writer.initialiseArea();
  for (const dst of SCALARS) {
    // r2 holds the length of the memory, where there is some.
    if (dst === 2 && !packet && random.chance(0.3)) continue;
    if (base !== undefined && random.chance(0.5)) {
      emit.emit('ldx64', { dst, src: REG.BASE, off: 8 * random.below(size / 8) });
    } else writer.constant(dst);
  }
  const plain = { inLoop: false, depth: 0 } as const;
  while (writer.remaining > 0) {
    writer.block(plain, random.between(1, 6));
    if (base !== undefined) writer.block({ ...plain, base }, random.between(1, 4));
  }
  writer.digest(SCALARS.slice(1));
  if (packet) {
    // The kernel shows the low half of what a packet's program returns.
    emit.emit('mov64_reg', { dst: 1, src: 0 });
    emit.emit('rsh64_imm', { dst: 1, imm: 32 });
    emit.emit('xor32_reg', { dst: 0, src: 1 });
  }
  emit.emit('exit');
}

function writeCallee(session: RawSession, index: number): void {
  const { random, emitter: emit, callees } = session;
  emit.startFunction(callees[index] as (typeof callees)[number]);
  const options = { scalars: CALLEE_SCALARS, index: index + 1, budget: random.between(1, 4) };
  const writer = new RawWriter(session, CALLEE_AREA, options);
  writer.initialiseArea();
  for (const dst of [0, 6]) writer.constant(dst);
  writer.block({ inLoop: false, depth: 0 }, Number.POSITIVE_INFINITY);
  writer.digest(CALLEE_SCALARS.slice(1));
  emit.emit('exit');
}
