/** The reference model as an engine: it answers for itself where cases come with expected values of another source. */
import { runReference } from '../reference/index.js';
import { GROUPS } from '../requirements.js';
import type { EngineUnderTest } from '../types.js';

export function referenceEngine(): EngineUnderTest {
  return {
    name: 'reference',
    version: 'RFC 9669',
    claims: new Set(GROUPS),
    run: async (cases) => cases.map(({ program, memory }) => runReference(program, memory)),
    close: async () => {},
  };
}
