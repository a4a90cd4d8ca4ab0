/** Faults seeded into the interpreter: a build of its source that has them all, one of them in force. */
import { wasmEngine, wasmRuntime } from '../adapters/wasm.js';
import type { MutatedEngine } from './engine.js';
import type { Fault } from './fault.js';
import { FAULT_EXPORT, isInSource } from './interpreter_source.js';

/**
 * @param wasm runtime.wasm built with the dispatch that `mutatedDispatch` gives for these faults
 * @param faults as `mutatedDispatch` had them
 */
export async function mutatedInterpreter(wasm: Uint8Array, faults: readonly Fault[]): Promise<MutatedEngine> {
  const numbers = new Map(faults.filter(isInSource).map(({ id }, index) => [id, index + 1]));
  const runtime = await wasmRuntime(wasm);
  const exported = (runtime.exports as unknown as Record<string, WebAssembly.Global>)[FAULT_EXPORT];
  if (exported === undefined) throw new Error(`the runtime has no export ${FAULT_EXPORT}`);
  return {
    name: 'interpreter',
    engine: await wasmEngine('interp', {}, { runtime }),
    seed(fault) {
      exported.value = fault === undefined ? 0 : (numbers.get(fault.id) as number);
    },
    takes: isInSource,
  };
}
