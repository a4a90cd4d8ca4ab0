/** The translator as a back end of the harness, and programs as its tests take them. */

import type { ProgramType } from '../../src/abi/program_types.js';
import type { AddressedProgram, MemoryBounds } from '../../src/analysis/addressed.js';
import { brandVerified } from '../../src/analysis/verified.js';
import { verify } from '../../src/analysis/verify.js';
import { assemble } from '../../src/asm/assemble.js';
import { compileModule } from '../../src/codegen/compile.js';
import type { Level } from '../../src/codegen/passes/passes.js';
import type { Program } from '../../src/model/program.js';
import { installTranslation } from '../../src/runtime/install.js';
import type { Backend } from '../support/wasm_harness.js';

export const LEVELS: readonly Level[] = [0, 1, 2, 3];

export function translator(optimizeLevel: Level): Backend {
  return {
    name: `translator, level ${optimizeLevel}`,
    async install(runtime, programs) {
      const compiled = await compileModule(programs, runtime.memory.bounds, { optimizeLevel });
      await installTranslation(runtime, programs, compiled, () => false);
      // A slot that kept the interpreter's code would make the test one of the interpreter.
      if (compiled.programs.length !== programs.length) throw new Error('not all programs were translated');
    },
  };
}

/** Bounds with round numbers, for tests that read the code and do not run it. */
export const BOUNDS: MemoryBounds = {
  roBase: 0x1000000,
  rwBase: 0x1100000,
  userEnd: 0x2000000,
  umemEnd: 0x3000000,
  pages: 0x300,
};

/** Programs of a text with made-up addresses: each map's record at 0xa1000, its values at 0x1200000. */
export function addressed(asm: string, type: ProgramType = 'xdp'): AddressedProgram[] {
  const { programs, maps } = assemble(asm, { type });
  const described = maps.map((spec, index) => ({
    ...spec,
    record: 0xa1000 + index * 256,
    values: 0x1200000 + index * 0x10000,
    stride: (spec.valueSize + 7) & ~7,
    cpuStride: spec.type === 'percpu_array' ? 0x1000 : 0,
  }));
  return programs.map((program, index) => {
    const immediates = new Map<number, bigint>();
    for (const { pc, ref } of program.insns) {
      if (ref?.kind === 'function') immediates.set(pc, 1n);
      if (ref?.kind !== 'map' && ref?.kind !== 'map_value') continue;
      const map = described.find(({ name }) => name === ref.map);
      if (map === undefined) throw new Error(`no map ${ref.map}`);
      immediates.set(pc, BigInt(ref.kind === 'map' ? map.record : map.values + ref.offset));
    }
    const verified = verify(program);
    return {
      verified,
      index,
      immediates,
      functionSlots: new Map(verified.functions.filter((fn) => fn.addressTaken).map((fn, i) => [fn.start, i + 1])),
      maps: new Map(described.map((map) => [map.record, map])),
      customHelpers: new Map(),
    };
  });
}

/** A program as it is, for limits: no check of its structure, one function. */
export function unchecked(program: Program): AddressedProgram {
  const functions = program.functions.map((fn) => ({ ...fn, stackUse: 0, addressTaken: false }));
  return {
    verified: brandVerified(program, functions),
    index: 0,
    immediates: new Map(),
    functionSlots: new Map(),
    maps: new Map(),
    customHelpers: new Map(),
  };
}
