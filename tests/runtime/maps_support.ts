/** Maps in an engine's memory, without the engine, for the tests of maps. */
import type { MapTypeName } from '../../src/abi/map_types.js';
import { createMap, type WasmMap } from '../../src/runtime/maps.js';
import { Runtime } from '../../src/runtime/runtime.js';
import { isBeeswaxError } from '../../src/util/errors.js';
import { mapSpec } from '../support/maps.js';

export const MIB = 2 ** 20;

/** A runtime whose random numbers are the same each time. */
export function openRuntime(cpus = 1, memory = 256 * MIB): Promise<Runtime> {
  return Runtime.create({ memory, cpus, fuel: 1_000_000n, seed: 1n, wasm: undefined });
}

/** A map named m; `flags` are those of its creation. */
export function newMap(
  runtime: Runtime,
  type: MapTypeName,
  keySize: number,
  valueSize: number,
  maxEntries: number,
  flags = 0,
): WasmMap {
  return createMap(runtime, mapSpec('m', type, keySize, valueSize, maxEntries, { flags }));
}

/** 'ok' with what came out, or the errno's name. */
export function outcome(run: () => unknown): string {
  try {
    const result = run();
    if (result instanceof Uint8Array) return hex(result);
    return result === undefined ? 'ok' : String(result);
  } catch (error) {
    if (isBeeswaxError(error) && 'errno' in error.data) return String(error.data.errno);
    throw error;
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Bytes from hex, spaces allowed. */
export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}
