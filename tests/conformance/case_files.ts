/** The case files on disk: ours, and those of the public suite where a clone of it is named. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseCaseFile } from '../../src/conformance/case_file.js';
import type { CaseResult, ConformanceCase } from '../../src/conformance/types.js';

const OWN = fileURLToPath(new URL('./cases', import.meta.url));

/** A clone of Alan-Jowett/bpf_conformance: its programs are not committed here. */
const PUBLIC = process.env.BPF_CONFORMANCE;
export const havePublicSuite = PUBLIC !== undefined && existsSync(join(PUBLIC, 'tests'));
if (!havePublicSuite) {
  console.warn('skipped: the public suite: BPF_CONFORMANCE names no clone of Alan-Jowett/bpf_conformance');
}

/** All `.data` files below a folder, or those whose name matches, in order. */
export function readCases(folder: string, which = /\.data$/): ConformanceCase[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => which.test(file));
  return files
    .sort()
    .map((file) => parseCaseFile(readFileSync(join(folder, file), 'utf8'), file.slice(0, -'.data'.length)));
}

export const ownCases = (): ConformanceCase[] => readCases(OWN);
export const publicCases = (): ConformanceCase[] => readCases(join(PUBLIC ?? '', 'tests'));
/** Its programs that must be refused for a field in use; the folder's other files try its own runner. */
export const publicNegatives = (): ConformanceCase[] => readCases(join(PUBLIC ?? '', 'negative'), /^unused-.*\.data$/);

/** Collects what failed, to be compared with an empty list: the first ones in words. */
export function collectFailures(): { readonly failures: string[]; readonly see: (result: CaseResult) => void } {
  const failures: string[] = [];
  const see = ({ case: test, status, detail }: CaseResult): void => {
    if (status === 'failed' && failures.length < 20) failures.push(`${test.name}: ${detail}`);
  };
  return { failures, see };
}
