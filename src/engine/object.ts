/** An object loaded into the Wasm engine: holds its programs and maps and gives their places back when it is closed. */
import { releaseProgram } from '../runtime/address.js';
import { BeeswaxError } from '../util/errors.js';
import { nearest } from '../util/nearest.js';
import type { ShapedMap } from './map.js';
import type { WasmProgram } from './program.js';
import type { LoadedObject } from './types.js';

export interface ObjectParts {
  readonly programs: readonly WasmProgram[];
  readonly maps: ReadonlyMap<string, ShapedMap>;
  readonly failures: readonly { readonly program: string; readonly error: BeeswaxError }[];
  /** Gives back what the parts themselves do not own. */
  readonly release: () => void;
}

export class WasmObject implements LoadedObject {
  readonly programs: readonly WasmProgram[];
  readonly failures: ObjectParts['failures'];
  readonly #maps: ReadonlyMap<string, ShapedMap>;
  readonly #release: () => void;
  #closed = false;

  constructor(parts: ObjectParts) {
    this.programs = parts.programs;
    this.failures = parts.failures;
    this.#maps = parts.maps;
    this.#release = parts.release;
  }

  get maps(): readonly ShapedMap[] {
    return [...this.#maps.values()];
  }

  program(name?: string): WasmProgram {
    return chooseProgram(this.programs, this.failures, name);
  }

  map(name: string): ShapedMap {
    return chooseMap(this.#maps, name);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const program of this.programs) {
      program.close();
      releaseProgram(program.runtime, program.placed);
    }
    this.#release();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * The program of that function or section name; the first without a name.
 *
 * @throws BeeswaxError BEESWAX_E_NO_SUCH_PROGRAM, or why the program failed to load.
 */
export function chooseProgram<P extends { readonly name: string; readonly section: string }>(
  programs: readonly P[],
  failures: ObjectParts['failures'],
  name: string | undefined,
): P {
  const found =
    name === undefined
      ? programs[0]
      : (programs.find((program) => program.name === name) ?? programs.find((program) => program.section === name));
  if (found !== undefined) return found;
  const failure = failures.find(({ program }) => name === undefined || program === name);
  if (failure !== undefined) throw failure.error;
  const names = programs.map((program) => program.name);
  throw new BeeswaxError(
    'BEESWAX_E_NO_SUCH_PROGRAM',
    { name: name ?? '', programs: names },
    didYouMean(name ?? '', names),
  );
}

/**
 * The map of that name, also as libbpf names a data section's map (`filter.rodata`).
 *
 * @throws BeeswaxError BEESWAX_E_NO_SUCH_MAP.
 */
export function chooseMap<M>(maps: ReadonlyMap<string, M>, name: string): M {
  const dot = name.indexOf('.', 1);
  const found = maps.get(name) ?? (dot > 0 ? maps.get(name.slice(dot)) : undefined);
  if (found !== undefined) return found;
  const names = [...maps.keys()];
  throw new BeeswaxError('BEESWAX_E_NO_SUCH_MAP', { name, maps: names }, didYouMean(name, names));
}

function didYouMean(name: string, names: readonly string[]): { suggestion: string } | undefined {
  const near = nearest(name, names);
  if (near !== undefined) return { suggestion: `did you mean \`${near}\`?` };
  return names.length === 0 ? undefined : { suggestion: `one of: ${names.join(', ')}` };
}
