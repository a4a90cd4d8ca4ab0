/**
 * The helper functions of linux/bpf.h that this engine has: number, arguments, what they do to the run. Loader,
 * validator, both back ends and the docs page derive from this table; the code is in `assembly/helpers/`, an export
 * `helper_NAME` each, taking as many i64 as there are arguments.
 */
import type { ProgramType } from './program_types.js';

/** What an argument must be. 'mem' is followed by its 'size'; 'out' is memory that the helper fills. */
export type ArgKind =
  | 'scalar'
  | 'ctx'
  | 'map'
  | 'map_key'
  | 'map_value'
  | 'mem'
  | 'out'
  | 'size'
  | 'string'
  | 'callback'
  | 'any';

/** What a helper returns: kinds that later passes reason about. */
export type ReturnKind = 'scalar' | 'map_value_or_null';

export interface HelperRow {
  /** Number in enum bpf_func_id; the embedder's own start at `CUSTOM_HELPER_BASE`. */
  readonly id: number;
  readonly args: readonly ArgKind[];
  readonly returns: ReturnKind;
  /** Program types it is for; absent for all. */
  readonly types?: readonly ProgramType[];
  /** It may move the packet's bounds: packet pointers held before are stale. */
  readonly movesPacket?: true;
  /** It calls back into the program. */
  readonly callsBack?: true;
  /** Its work grows with its arguments, so it burns fuel by itself: `size / 8` instructions for what it copies or sums. */
  readonly burnsFuel?: true;
  /** It never stops the program by a trap, so that callers need not look. */
  readonly neverTraps?: true;
  /** It ends the function when it succeeds: the back ends implement it, no export. */
  readonly tailCall?: true;
}

const XDP = ['xdp'] as const;
/** Types whose context is struct __sk_buff (net/core/filter.c *_func_proto). */
const XDP_TC = ['xdp', 'tc'] as const;
const LOOKUPS = ['xdp', 'tc', 'cgroup_skb'] as const;
const TC = ['tc'] as const;
const TC_LWT_XMIT = ['tc', 'lwt_xmit'] as const;
const TC_LWT = ['tc', 'lwt_in', 'lwt_out', 'lwt_xmit'] as const;
const SKB = ['socket_filter', 'tc', 'cgroup_skb', 'lwt_in', 'lwt_out', 'lwt_xmit'] as const;
const SKB_FILTERS = ['socket_filter', 'tc', 'cgroup_skb'] as const;

export const HELPERS = {
  map_lookup_elem: { id: 1, args: ['map', 'map_key'], returns: 'map_value_or_null' },
  map_update_elem: { id: 2, args: ['map', 'map_key', 'map_value', 'scalar'], returns: 'scalar', burnsFuel: true },
  map_delete_elem: { id: 3, args: ['map', 'map_key'], returns: 'scalar' },
  ktime_get_ns: { id: 5, args: [], returns: 'scalar', neverTraps: true },
  trace_printk: { id: 6, args: ['mem', 'size', 'scalar', 'scalar', 'scalar'], returns: 'scalar', burnsFuel: true },
  get_prandom_u32: { id: 7, args: [], returns: 'scalar', neverTraps: true },
  get_smp_processor_id: { id: 8, args: [], returns: 'scalar', neverTraps: true },
  skb_store_bytes: {
    id: 9,
    args: ['ctx', 'scalar', 'mem', 'size', 'scalar'],
    returns: 'scalar',
    types: TC_LWT_XMIT,
    burnsFuel: true,
  },
  l3_csum_replace: {
    id: 10,
    args: ['ctx', 'scalar', 'scalar', 'scalar', 'scalar'],
    returns: 'scalar',
    types: TC_LWT_XMIT,
  },
  l4_csum_replace: {
    id: 11,
    args: ['ctx', 'scalar', 'scalar', 'scalar', 'scalar'],
    returns: 'scalar',
    types: TC_LWT_XMIT,
  },
  tail_call: { id: 12, args: ['ctx', 'map', 'scalar'], returns: 'scalar', tailCall: true },
  clone_redirect: { id: 13, args: ['ctx', 'scalar', 'scalar'], returns: 'scalar', types: TC_LWT_XMIT, burnsFuel: true },
  get_cgroup_classid: { id: 17, args: ['ctx'], returns: 'scalar', types: TC_LWT },
  skb_vlan_push: {
    id: 18,
    args: ['ctx', 'scalar', 'scalar'],
    returns: 'scalar',
    types: TC,
    movesPacket: true,
    burnsFuel: true,
  },
  skb_vlan_pop: { id: 19, args: ['ctx'], returns: 'scalar', types: TC, movesPacket: true, burnsFuel: true },
  skb_get_tunnel_key: { id: 20, args: ['ctx', 'out', 'size', 'scalar'], returns: 'scalar', types: TC_LWT_XMIT },
  skb_set_tunnel_key: { id: 21, args: ['ctx', 'mem', 'size', 'scalar'], returns: 'scalar', types: TC_LWT_XMIT },
  redirect: { id: 23, args: ['scalar', 'scalar'], returns: 'scalar', neverTraps: true },
  get_route_realm: { id: 24, args: ['ctx'], returns: 'scalar', types: TC_LWT },
  perf_event_output: {
    id: 25,
    args: ['ctx', 'map', 'scalar', 'mem', 'size'],
    returns: 'scalar',
    burnsFuel: true,
  },
  skb_load_bytes: {
    id: 26,
    args: ['ctx', 'scalar', 'out', 'size'],
    returns: 'scalar',
    types: SKB,
    burnsFuel: true,
  },
  csum_diff: { id: 28, args: ['mem', 'size', 'mem', 'size', 'scalar'], returns: 'scalar', burnsFuel: true },
  skb_get_tunnel_opt: { id: 29, args: ['ctx', 'out', 'size'], returns: 'scalar', types: TC_LWT_XMIT },
  skb_set_tunnel_opt: { id: 30, args: ['ctx', 'mem', 'size'], returns: 'scalar', types: TC_LWT_XMIT },
  skb_change_proto: {
    id: 31,
    args: ['ctx', 'scalar', 'scalar'],
    returns: 'scalar',
    types: TC,
    movesPacket: true,
    burnsFuel: true,
  },
  skb_change_type: { id: 32, args: ['ctx', 'scalar'], returns: 'scalar', types: TC },
  get_hash_recalc: { id: 34, args: ['ctx'], returns: 'scalar', types: TC_LWT },
  skb_change_tail: {
    id: 38,
    args: ['ctx', 'scalar', 'scalar'],
    returns: 'scalar',
    types: TC_LWT_XMIT,
    movesPacket: true,
    burnsFuel: true,
  },
  skb_pull_data: { id: 39, args: ['ctx', 'scalar'], returns: 'scalar', types: TC_LWT, movesPacket: true },
  csum_update: { id: 40, args: ['ctx', 'scalar'], returns: 'scalar', types: TC_LWT_XMIT },
  set_hash_invalid: { id: 41, args: ['ctx'], returns: 'scalar', types: TC_LWT_XMIT },
  get_numa_node_id: { id: 42, args: [], returns: 'scalar', neverTraps: true },
  skb_change_head: {
    id: 43,
    args: ['ctx', 'scalar', 'scalar'],
    returns: 'scalar',
    types: TC_LWT_XMIT,
    movesPacket: true,
    burnsFuel: true,
  },
  xdp_adjust_head: { id: 44, args: ['ctx', 'scalar'], returns: 'scalar', types: XDP, movesPacket: true },
  get_socket_cookie: { id: 46, args: ['ctx'], returns: 'scalar', types: SKB_FILTERS },
  get_socket_uid: { id: 47, args: ['ctx'], returns: 'scalar', types: SKB_FILTERS },
  set_hash: { id: 48, args: ['ctx', 'scalar'], returns: 'scalar', types: TC },
  skb_adjust_room: {
    id: 50,
    args: ['ctx', 'scalar', 'scalar', 'scalar'],
    returns: 'scalar',
    types: TC,
    movesPacket: true,
    burnsFuel: true,
  },
  redirect_map: { id: 51, args: ['map', 'scalar', 'scalar'], returns: 'scalar', types: XDP },
  xdp_adjust_meta: { id: 54, args: ['ctx', 'scalar'], returns: 'scalar', types: XDP, movesPacket: true },
  xdp_adjust_tail: {
    id: 65,
    args: ['ctx', 'scalar'],
    returns: 'scalar',
    types: XDP,
    movesPacket: true,
    burnsFuel: true,
  },
  skb_load_bytes_relative: {
    id: 68,
    args: ['ctx', 'scalar', 'out', 'size', 'scalar'],
    returns: 'scalar',
    types: SKB_FILTERS,
    burnsFuel: true,
  },
  fib_lookup: { id: 69, args: ['ctx', 'out', 'size', 'scalar'], returns: 'scalar', types: XDP_TC, burnsFuel: true },
  sk_lookup_tcp: { id: 84, args: ['ctx', 'mem', 'size', 'scalar', 'scalar'], returns: 'scalar', types: LOOKUPS },
  sk_lookup_udp: { id: 85, args: ['ctx', 'mem', 'size', 'scalar', 'scalar'], returns: 'scalar', types: LOOKUPS },
  sk_release: { id: 86, args: ['any'], returns: 'scalar', types: LOOKUPS },
  map_push_elem: { id: 87, args: ['map', 'map_value', 'scalar'], returns: 'scalar', burnsFuel: true },
  map_pop_elem: { id: 88, args: ['map', 'map_value'], returns: 'scalar', burnsFuel: true },
  map_peek_elem: { id: 89, args: ['map', 'map_value'], returns: 'scalar', burnsFuel: true },
  spin_lock: { id: 93, args: ['any'], returns: 'scalar', burnsFuel: true },
  spin_unlock: { id: 94, args: ['any'], returns: 'scalar' },
  sk_fullsock: { id: 95, args: ['any'], returns: 'scalar', types: ['tc', 'cgroup_skb'] },
  tcp_sock: { id: 96, args: ['any'], returns: 'scalar', types: ['tc', 'cgroup_skb'] },
  skb_ecn_set_ce: { id: 97, args: ['ctx'], returns: 'scalar', types: ['tc', 'cgroup_skb'] },
  get_listener_sock: { id: 98, args: ['any'], returns: 'scalar', types: ['tc', 'cgroup_skb'] },
  skc_lookup_tcp: { id: 99, args: ['ctx', 'mem', 'size', 'scalar', 'scalar'], returns: 'scalar', types: LOOKUPS },
  strtol: { id: 105, args: ['mem', 'size', 'scalar', 'out'], returns: 'scalar', burnsFuel: true },
  strtoul: { id: 106, args: ['mem', 'size', 'scalar', 'out'], returns: 'scalar', burnsFuel: true },
  probe_read_kernel: { id: 113, args: ['out', 'size', 'any'], returns: 'scalar', burnsFuel: true },
  jiffies64: { id: 118, args: [], returns: 'scalar', neverTraps: true },
  get_netns_cookie: { id: 122, args: ['ctx'], returns: 'scalar', types: ['tc', 'cgroup_skb'] },
  ktime_get_boot_ns: { id: 125, args: [], returns: 'scalar', neverTraps: true },
  ringbuf_output: { id: 130, args: ['map', 'mem', 'size', 'scalar'], returns: 'scalar', burnsFuel: true },
  ringbuf_reserve: { id: 131, args: ['map', 'size', 'scalar'], returns: 'map_value_or_null', burnsFuel: true },
  ringbuf_submit: { id: 132, args: ['any', 'scalar'], returns: 'scalar' },
  ringbuf_discard: { id: 133, args: ['any', 'scalar'], returns: 'scalar' },
  ringbuf_query: { id: 134, args: ['map', 'scalar'], returns: 'scalar' },
  csum_level: { id: 135, args: ['ctx', 'scalar'], returns: 'scalar', types: TC_LWT_XMIT },
  redirect_neigh: { id: 152, args: ['scalar', 'mem', 'size', 'scalar'], returns: 'scalar', types: TC },
  redirect_peer: { id: 155, args: ['scalar', 'scalar'], returns: 'scalar', types: TC, neverTraps: true },
  ktime_get_coarse_ns: { id: 160, args: [], returns: 'scalar', neverTraps: true },
  check_mtu: {
    id: 163,
    args: ['ctx', 'scalar', 'out', 'scalar', 'scalar'],
    returns: 'scalar',
    types: XDP_TC,
    burnsFuel: true,
  },
  for_each_map_elem: {
    id: 164,
    args: ['map', 'callback', 'any', 'scalar'],
    returns: 'scalar',
    callsBack: true,
    burnsFuel: true,
  },
  snprintf: { id: 165, args: ['out', 'size', 'string', 'mem', 'size'], returns: 'scalar', burnsFuel: true },
  timer_init: { id: 169, args: ['any', 'map', 'scalar'], returns: 'scalar' },
  timer_set_callback: { id: 170, args: ['any', 'callback'], returns: 'scalar' },
  timer_start: { id: 171, args: ['any', 'scalar', 'scalar'], returns: 'scalar' },
  timer_cancel: { id: 172, args: ['any'], returns: 'scalar' },
  trace_vprintk: { id: 177, args: ['mem', 'size', 'mem', 'size'], returns: 'scalar', burnsFuel: true },
  loop: { id: 181, args: ['scalar', 'callback', 'any', 'scalar'], returns: 'scalar', callsBack: true },
  strncmp: { id: 182, args: ['mem', 'size', 'string'], returns: 'scalar', burnsFuel: true },
  xdp_get_buff_len: { id: 188, args: ['ctx'], returns: 'scalar', types: XDP },
  xdp_load_bytes: { id: 189, args: ['ctx', 'scalar', 'out', 'size'], returns: 'scalar', types: XDP, burnsFuel: true },
  xdp_store_bytes: { id: 190, args: ['ctx', 'scalar', 'mem', 'size'], returns: 'scalar', types: XDP, burnsFuel: true },
  skb_set_tstamp: { id: 192, args: ['ctx', 'scalar', 'scalar'], returns: 'scalar', types: TC },
  map_lookup_percpu_elem: { id: 195, args: ['map', 'map_key', 'scalar'], returns: 'map_value_or_null' },
} as const satisfies Record<string, HelperRow>;

export type HelperName = keyof typeof HELPERS;

/** Numbers from here on are helpers that the embedder gave. */
export const CUSTOM_HELPER_BASE = 0x10000;

const BY_ID: ReadonlyMap<number, HelperName> = new Map(
  Object.entries(HELPERS).map(([name, { id }]) => [id, name as HelperName]),
);

/** The name of a helper's number, or undefined. */
export function helperName(id: number): HelperName | undefined {
  return BY_ID.get(id);
}

/** The row of a helper. */
export function helperRow(name: HelperName): HelperRow {
  return HELPERS[name];
}
