/**
 * Loads an object into the Wasm engine: links and verifies each program, makes the maps, gives everything its address,
 * makes the programs ready. Failure is per program; what fails for all is thrown.
 */

import { MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import type { VerifiedProgram } from '../analysis/verified.js';
import { verify } from '../analysis/verify.js';
import { type ElfObject, linkProgram } from '../elf/index.js';
import { hookOf } from '../hooks/index.js';
import type { MapSpec } from '../model/map_spec.js';
import { addressProgram, releaseProgram } from '../runtime/address.js';
import { createMap, type WasmMap } from '../runtime/maps.js';
import type { Runtime } from '../runtime/runtime.js';
import { BeeswaxError } from '../util/errors.js';
import { entryReferences, hasEntryPrograms } from './entry_references.js';
import { type References, ShapedMap } from './map.js';
import { entryPrograms, mapReferences, programReferences } from './map_references.js';
import { chooseMap, WasmObject } from './object.js';
import { WasmProgram } from './program.js';
import type { Translator } from './translator.js';
import type { LoadOptions } from './types.js';

interface Failure {
  readonly program: string;
  readonly error: BeeswaxError;
}

/** @throws BeeswaxError when no program loads, or contents given for a map do not fit. */
export async function loadObject(
  runtime: Runtime,
  translator: Translator,
  elf: ElfObject,
  options: LoadOptions,
): Promise<WasmObject> {
  const failures: Failure[] = [];
  const verified = verifyPrograms(runtime, elf, failures);
  if (verified.length === 0) throw nothingLoaded(failures);

  const made = makeMaps(runtime, elf);
  const programs: WasmProgram[] = [];
  try {
    const records = new Map([...made.maps].map(([name, map]) => [name, map.record]));
    for (const candidate of verified) placeProgram(runtime, candidate, records, made.refused, programs, failures);
    if (programs.length === 0) throw nothingLoaded(failures);
    await translator.makeReady(programs);

    const byName = new Map(programs.map((program) => [program.name, program]));
    const shaped = new Map<string, ShapedMap>();
    for (const [name, map] of made.maps) {
      const spec = elf.maps.get(name) as MapSpec;
      shaped.set(name, new ShapedMap(spec, map, referencesOf(runtime, spec, byName, shaped)));
    }
    for (const [name, map] of shaped) fill(elf.maps.get(name) as MapSpec, map, byName, shaped);
    for (const [name, pairs] of Object.entries(options.maps ?? {})) {
      const map = chooseMap(shaped, name);
      for (const { key, value } of pairs) map.set(key, value);
    }
    for (const [name, map] of made.maps) if (isFrozen(elf.maps.get(name) as MapSpec)) map.freeze();
    return new WasmObject({
      programs,
      maps: shaped,
      failures,
      release: () => releaseMaps(made.maps),
    });
  } catch (error) {
    for (const program of programs) {
      program.close();
      releaseProgram(runtime, program.placed);
    }
    releaseMaps(made.maps);
    throw error;
  }
}

function verifyPrograms(runtime: Runtime, elf: ElfObject, failures: Failure[]): VerifiedProgram[] {
  const verified: VerifiedProgram[] = [];
  for (const spec of elf.programs) {
    try {
      const type = spec.type ?? spec.kernelType ?? 'unknown';
      if (spec.type === undefined || hookOf(spec.type) === undefined)
        throw new BeeswaxError('BEESWAX_E_NO_HOOK', { program: spec.name, type });
      verified.push(verify(linkProgram(elf, spec.name), { customHelpers: runtime.host.customHelpers }));
    } catch (error) {
      failures.push({ program: spec.name, error: expected(error, elf.file) });
    }
  }
  return verified;
}

function placeProgram(
  runtime: Runtime,
  verified: VerifiedProgram,
  records: ReadonlyMap<string, number>,
  refused: ReadonlyMap<string, BeeswaxError>,
  programs: WasmProgram[],
  failures: Failure[],
): void {
  const { program } = verified;
  try {
    for (const { ref } of program.insns) {
      const error = ref !== undefined && 'map' in ref ? refused.get(ref.map) : undefined;
      if (error !== undefined) throw error;
    }
    const hook = hookOf(program.type);
    if (hook === undefined) throw new BeeswaxError('BEESWAX_E_NO_HOOK', { program: program.name, type: program.type });
    programs.push(new WasmProgram(runtime, addressProgram(runtime, verified, records), hook));
  } catch (error) {
    failures.push({ program: program.name, error: expected(error) });
  }
}

/** Makes all maps of the object; those that cannot be made are refused to the programs that name them. */
function makeMaps(
  runtime: Runtime,
  elf: ElfObject,
): { maps: Map<string, WasmMap>; refused: Map<string, BeeswaxError> } {
  const maps = new Map<string, WasmMap>();
  const refused = new Map(elf.refusedMaps);
  for (const [name, spec] of elf.maps) {
    try {
      maps.set(name, createMap(runtime, spec));
    } catch (error) {
      refused.set(name, expected(error, elf.file));
    }
  }
  return { maps, refused };
}

function releaseMaps(maps: ReadonlyMap<string, WasmMap>): void {
  for (const map of maps.values()) map.close();
}

/** How the values of a map that holds programs or maps are shown. */
function referencesOf(
  runtime: Runtime,
  spec: MapSpec,
  programs: ReadonlyMap<string, WasmProgram>,
  maps: ReadonlyMap<string, ShapedMap>,
): References | undefined {
  const { holds }: MapTypeRow = MAP_TYPES[spec.type];
  if (hasEntryPrograms(spec)) return entryReferences(spec, entryPrograms(programs));
  if (holds === undefined) return undefined;
  return holds === 'program' ? programReferences(programs) : mapReferences(runtime, spec, maps);
}

/** Gives a map what the object says that it holds at first. */
function fill(
  spec: MapSpec,
  map: ShapedMap,
  programs: ReadonlyMap<string, WasmProgram>,
  maps: ReadonlyMap<string, ShapedMap>,
): void {
  if (spec.contents !== undefined) map.raw.update(new Uint8Array(4), spec.contents);
  for (const [slot, name] of spec.slots ?? []) {
    // As libbpf does, a slot whose program was not loaded stays empty.
    if (programs.has(name) || maps.has(name)) map.set(slotKey(slot, spec.keySize), name);
  }
}

/** A slot's number as a key: of a hash_of_maps, too, static values are numbered. */
function slotKey(slot: number, keySize: number): Uint8Array {
  const key = new Uint8Array(Math.max(keySize, 4));
  new DataView(key.buffer).setUint32(0, slot, true);
  return key.subarray(0, keySize);
}

/** Maps whose contents neither program nor user may change once loaded (BPF_F_RDONLY_PROG data sections). */
function isFrozen(spec: MapSpec): boolean {
  return spec.contents !== undefined && spec.name.startsWith('.rodata');
}

function nothingLoaded(failures: readonly Failure[]): BeeswaxError {
  const [only] = failures;
  if (failures.length === 1 && only !== undefined) return only.error;
  return new BeeswaxError(
    'BEESWAX_E_NOTHING_LOADED',
    { failures: failures.map(({ program }) => program) },
    { notes: failures.map(({ program, error }) => `${program}: ${error.message}`) },
  );
}

/** Catalogued errors are expected; anything else is a defect and goes on up. */
function expected(error: unknown, file = ''): BeeswaxError {
  if (!(error instanceof BeeswaxError)) throw error;
  return file === '' ? error : error.at({ file });
}
