/**
 * Program types (linux/bpf.h enum bpf_prog_type) that this engine has a hook for or knows by name, their context
 * records and the names of what they return. Section names map to them in `elf/sections.ts`.
 */

/** What a field of a context holds for a program: drives the choice of guard, nothing else. */
export type FieldKind = 'scalar' | 'packet' | 'packet_end' | 'packet_meta';

export interface ContextField {
  readonly offset: number;
  readonly size: number;
  readonly kind: FieldKind;
}

/** struct xdp_md (linux/bpf.h): six u32 in host byte order. */
export const XDP_MD = {
  data: { offset: 0, size: 4, kind: 'packet' },
  data_end: { offset: 4, size: 4, kind: 'packet_end' },
  data_meta: { offset: 8, size: 4, kind: 'packet_meta' },
  ingress_ifindex: { offset: 12, size: 4, kind: 'scalar' },
  rx_queue_index: { offset: 16, size: 4, kind: 'scalar' },
  egress_ifindex: { offset: 20, size: 4, kind: 'scalar' },
} as const satisfies Record<string, ContextField>;

export interface ProgramTypeRow {
  /** Value in enum bpf_prog_type; 0 for `raw`, which no kernel knows. */
  readonly id: number;
  /** Context record of the hook; absent while the hook is not there yet. */
  readonly context?: Readonly<Record<string, ContextField>>;
  /** What r1 is at entry. */
  readonly r1: 'ctx' | 'packet';
  /** Names of return values, by value. */
  readonly verdicts: readonly string[];
  /** Verdict that a trap gives. */
  readonly abort: number;
}

export const PROGRAM_TYPES = {
  xdp: {
    id: 6,
    context: XDP_MD,
    r1: 'ctx',
    verdicts: ['XDP_ABORTED', 'XDP_DROP', 'XDP_PASS', 'XDP_TX', 'XDP_REDIRECT'],
    abort: 0,
  },
  /** Bytes in (r1 their address, r2 their length), r0 out: what conformance programs are. */
  raw: { id: 0, r1: 'packet', verdicts: [], abort: 0 },
  socket_filter: { id: 1, r1: 'ctx', verdicts: [], abort: 0 },
  tc: { id: 3, r1: 'ctx', verdicts: [], abort: 2 },
  cgroup_skb: { id: 8, r1: 'ctx', verdicts: [], abort: 0 },
  lwt_in: { id: 10, r1: 'ctx', verdicts: [], abort: 2 },
  lwt_out: { id: 11, r1: 'ctx', verdicts: [], abort: 2 },
  lwt_xmit: { id: 12, r1: 'ctx', verdicts: [], abort: 2 },
  flow_dissector: { id: 22, r1: 'ctx', verdicts: [], abort: 1 },
  sk_lookup: { id: 30, r1: 'ctx', verdicts: [], abort: 0 },
} as const satisfies Record<string, ProgramTypeRow>;

export type ProgramType = keyof typeof PROGRAM_TYPES;

/** The name of a return value: `XDP_PASS`; a value that the type does not know is its abort verdict, as on a live path. */
export function verdictName(type: ProgramType, retval: number): string {
  const { verdicts, abort }: ProgramTypeRow = PROGRAM_TYPES[type];
  if (verdicts.length === 0) return String(retval);
  return verdicts[retval] ?? verdicts[abort] ?? String(retval);
}
