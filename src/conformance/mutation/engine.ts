/** An engine that faults are seeded into. */
import type { EngineUnderTest } from '../types.js';
import type { Fault } from './fault.js';

export interface MutatedEngine {
  readonly name: string;
  readonly engine: EngineUnderTest;
  /** Gives it this fault instead of the last one; none at all for undefined. */
  seed(fault: Fault | undefined): void;
  /** Whether the fault lies in a part that this engine has to itself. */
  takes(fault: Fault): boolean;
}
