/** What a hook is to the engine: which programs it runs, what packets it takes, and what its verdicts are called. */
import { PROGRAM_TYPES, type ProgramType, type ProgramTypeRow, verdictName } from '../abi/program_types.js';
import type { ContextFields } from '../model/context.js';

export interface Hook {
  readonly type: ProgramType;
  /** Shortest packet in bytes. */
  readonly minimumLength: number;
  /** Its helpers grow packets beyond a page (net/core/filter.c BPF_SKB_MAX_LEN). */
  readonly grows: boolean;
  /** The context record whose fields pass in and out; absent where packets' own words fill it. */
  readonly context?: ContextFields;
  /** r0 after a trap. */
  readonly abort: number;
  /** The name of a return value. */
  verdict(retval: number): string;
}

/** A hook, from what the table of program types says of it. */
export function makeHook(type: ProgramType, settings: Pick<Hook, 'minimumLength' | 'grows'>): Hook {
  const row: ProgramTypeRow = PROGRAM_TYPES[type];
  const passes = Object.values(row.context ?? {}).some((field) => field.passes !== undefined);
  return {
    type,
    ...settings,
    ...(passes && row.context !== undefined ? { context: row.context } : {}),
    abort: row.abort,
    verdict: (retval) => verdictName(type, retval),
  };
}
