/**
 * Program types (linux/bpf.h enum bpf_prog_type) that this engine has a hook for or knows by name, their context
 * records and the names of what they return. Section names map to them in `elf/sections.ts`.
 */

/** What a field of a context holds for a program: drives the choice of guard, nothing else. */
export type FieldKind = 'scalar' | 'packet' | 'packet_end' | 'packet_meta';

export interface ContextField {
  readonly offset: number;
  /** Bytes of one element. */
  readonly size: number;
  readonly kind: FieldKind;
  /** Elements, where the field is an array. */
  readonly count?: number;
  /** What a run takes from its caller and gives back, as BPF_PROG_TEST_RUN does; absent for what the hook alone fills. */
  readonly passes?: 'in' | 'both';
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

/**
 * struct __sk_buff (linux/bpf.h). The fields that pass are those of net/bpf/test_run.c convert___skb_to_skb and
 * convert_skb_to___skb. family to local_port are of hooks with a socket.
 */
export const SK_BUFF = {
  len: { offset: 0, size: 4, kind: 'scalar' },
  pkt_type: { offset: 4, size: 4, kind: 'scalar' },
  mark: { offset: 8, size: 4, kind: 'scalar', passes: 'both' },
  queue_mapping: { offset: 12, size: 4, kind: 'scalar' },
  protocol: { offset: 16, size: 4, kind: 'scalar' },
  vlan_present: { offset: 20, size: 4, kind: 'scalar' },
  vlan_tci: { offset: 24, size: 4, kind: 'scalar' },
  vlan_proto: { offset: 28, size: 4, kind: 'scalar' },
  priority: { offset: 32, size: 4, kind: 'scalar', passes: 'both' },
  ingress_ifindex: { offset: 36, size: 4, kind: 'scalar', passes: 'both' },
  ifindex: { offset: 40, size: 4, kind: 'scalar', passes: 'both' },
  tc_index: { offset: 44, size: 4, kind: 'scalar' },
  cb: { offset: 48, size: 4, kind: 'scalar', count: 5, passes: 'both' },
  hash: { offset: 68, size: 4, kind: 'scalar' },
  tc_classid: { offset: 72, size: 4, kind: 'scalar' },
  data: { offset: 76, size: 4, kind: 'packet' },
  data_end: { offset: 80, size: 4, kind: 'packet_end' },
  napi_id: { offset: 84, size: 4, kind: 'scalar' },
  family: { offset: 88, size: 4, kind: 'scalar' },
  remote_ip4: { offset: 92, size: 4, kind: 'scalar' },
  local_ip4: { offset: 96, size: 4, kind: 'scalar' },
  remote_ip6: { offset: 100, size: 4, kind: 'scalar', count: 4 },
  local_ip6: { offset: 116, size: 4, kind: 'scalar', count: 4 },
  remote_port: { offset: 132, size: 4, kind: 'scalar' },
  local_port: { offset: 136, size: 4, kind: 'scalar' },
  data_meta: { offset: 140, size: 4, kind: 'packet_meta' },
  flow_keys: { offset: 144, size: 8, kind: 'scalar' },
  tstamp: { offset: 152, size: 8, kind: 'scalar', passes: 'both' },
  wire_len: { offset: 160, size: 4, kind: 'scalar', passes: 'both' },
  gso_segs: { offset: 164, size: 4, kind: 'scalar', passes: 'both' },
  sk: { offset: 168, size: 8, kind: 'scalar' },
  gso_size: { offset: 176, size: 4, kind: 'scalar', passes: 'in' },
  tstamp_type: { offset: 180, size: 1, kind: 'scalar' },
  hwtstamp: { offset: 184, size: 8, kind: 'scalar', passes: 'both' },
} as const satisfies Record<string, ContextField>;

export interface ProgramTypeRow {
  /** Value in enum bpf_prog_type; 0 for `raw`, which no kernel knows. */
  readonly id: number;
  /** Context record of the hook; absent while the hook is not there yet. */
  readonly context?: Readonly<Record<string, ContextField>>;
  /** What r1 is at entry. */
  readonly r1: 'ctx' | 'packet';
  /** Names of return values, as signed 32-bit numbers; none where the number says it. */
  readonly verdicts: Readonly<Record<number, string>>;
  /** Name of a return value that has none: what the kernel takes it for on a live path. */
  readonly otherwise?: string;
  /** Verdict that a trap gives. */
  readonly abort: number;
}

/** linux/pkt_cls.h TC_ACT_*. */
const TC_VERDICTS = {
  [-1]: 'TC_ACT_UNSPEC',
  0: 'TC_ACT_OK',
  1: 'TC_ACT_RECLASSIFY',
  2: 'TC_ACT_SHOT',
  3: 'TC_ACT_PIPE',
  4: 'TC_ACT_STOLEN',
  5: 'TC_ACT_QUEUED',
  6: 'TC_ACT_REPEAT',
  7: 'TC_ACT_REDIRECT',
  8: 'TC_ACT_TRAP',
} as const;

/** linux/bpf.h enum bpf_ret_code, as net/core/lwt_bpf.c takes it. */
const LWT = {
  context: SK_BUFF,
  r1: 'ctx',
  verdicts: { 0: 'BPF_OK', 2: 'BPF_DROP', 7: 'BPF_REDIRECT', 128: 'BPF_LWT_REROUTE' },
  otherwise: 'BPF_DROP',
  abort: 2,
} as const;

export const PROGRAM_TYPES = {
  xdp: {
    id: 6,
    context: XDP_MD,
    r1: 'ctx',
    verdicts: { 0: 'XDP_ABORTED', 1: 'XDP_DROP', 2: 'XDP_PASS', 3: 'XDP_TX', 4: 'XDP_REDIRECT' },
    otherwise: 'XDP_ABORTED',
    abort: 0,
  },
  /** Bytes in (r1 their address, r2 their length), r0 out: what conformance programs are. */
  raw: { id: 0, r1: 'packet', verdicts: {}, abort: 0 },
  /** Returns how many bytes of the packet the socket gets. */
  socket_filter: { id: 1, context: SK_BUFF, r1: 'ctx', verdicts: {}, abort: 0 },
  tc: { id: 3, context: SK_BUFF, r1: 'ctx', verdicts: TC_VERDICTS, otherwise: 'TC_ACT_UNSPEC', abort: 2 },
  /** Returns 1 to let the packet through; bit 1 reports congestion. */
  cgroup_skb: { id: 8, context: SK_BUFF, r1: 'ctx', verdicts: {}, abort: 0 },
  lwt_in: { id: 10, ...LWT },
  lwt_out: { id: 11, ...LWT },
  lwt_xmit: { id: 12, ...LWT },
  flow_dissector: { id: 22, r1: 'ctx', verdicts: {}, abort: 1 },
  sk_lookup: { id: 30, r1: 'ctx', verdicts: { 0: 'SK_DROP', 1: 'SK_PASS' }, otherwise: 'SK_DROP', abort: 0 },
} as const satisfies Record<string, ProgramTypeRow>;

export type ProgramType = keyof typeof PROGRAM_TYPES;

/** The name of a return value: `XDP_PASS`; one that the type does not know is what a live path takes it for. */
export function verdictName(type: ProgramType, retval: number): string {
  const { verdicts, otherwise }: ProgramTypeRow = PROGRAM_TYPES[type];
  return verdicts[retval | 0] ?? otherwise ?? String(retval);
}
