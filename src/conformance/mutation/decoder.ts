/** Faults seeded into decoding and validation, which both back ends share; the interpreter shows what comes of them. */
import { programFromBytes } from '../../asm/raw_program.js';
import { wasmEngine } from '../adapters/wasm.js';
import { unchecked } from './encoding.js';
import type { MutatedEngine } from './engine.js';
import type { Fault } from './fault.js';

export async function mutatedDecoder(): Promise<MutatedEngine> {
  let seeded: Fault | undefined;
  const read = (program: Uint8Array) => programFromBytes(seeded === undefined ? program : unchecked(program, seeded));
  return {
    name: 'decoder',
    engine: await wasmEngine('interp', {}, { read }),
    seed(fault) {
      seeded = fault;
    },
    takes: ({ effect }) => effect.ignores !== undefined,
  };
}
