/** What a hook is to the engine: which programs it runs, what lengths it takes, and what its verdicts are called. */
import { Frame } from '../abi/layout.js';
import { PROGRAM_TYPES, type ProgramType, verdictName } from '../abi/program_types.js';

export interface Hook {
  readonly type: ProgramType;
  /** Shortest packet in bytes. */
  readonly minimumLength: number;
  /** r0 after a trap. */
  readonly abort: number;
  /** The name of a return value. */
  verdict(retval: number): string;
}

const hook = (type: ProgramType, minimumLength: number): Hook => ({
  type,
  minimumLength,
  abort: PROGRAM_TYPES[type].abort,
  verdict: (retval) => verdictName(type, retval),
});

/** XDP: packets from the Ethernet header on; BPF_PROG_TEST_RUN refuses shorter ones (net/bpf/test_run.c). */
export const XDP_HOOK: Hook = hook('xdp', Frame.MIN_LENGTH);

/** Bytes in (r1 their address, r2 their length), r0 out. */
export const RAW_HOOK: Hook = hook('raw', 0);

const HOOKS: Partial<Record<ProgramType, Hook>> = { xdp: XDP_HOOK, raw: RAW_HOOK };

/** The hook that runs programs of a type, undefined where there is none yet. */
export function hookOf(type: ProgramType): Hook | undefined {
  return HOOKS[type];
}
