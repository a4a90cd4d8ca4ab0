/** The suite that ships: hand-written case files, packed by the build, and the matrix. */
import { readAsset } from '#platform';
import { parseCaseFile } from './case_file.js';
import { matrixCases } from './matrix/index.js';
import type { ConformanceCase } from './types.js';

/** Where the build puts the packed files: the same place seen from sources and from the built JavaScript. */
const PACKED = new URL('../../build/conformance.json', import.meta.url);

/**
 * All cases, files first; can be gone through again, once an engine.
 *
 * @param packed the packed files, where they cannot be read from beside the JavaScript
 */
export async function builtInCases(packed?: Uint8Array): Promise<Iterable<ConformanceCase>> {
  const text = new TextDecoder().decode(packed ?? (await readAsset(PACKED)));
  const files = Object.entries(JSON.parse(text) as Readonly<Record<string, string>>);
  const written = files.map(([name, file]) => parseCaseFile(file, name));
  return {
    *[Symbol.iterator]() {
      yield* written;
      yield* matrixCases();
    },
  };
}
