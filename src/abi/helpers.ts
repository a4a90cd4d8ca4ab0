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

export const HELPERS = {
  map_lookup_elem: { id: 1, args: ['map', 'map_key'], returns: 'map_value_or_null' },
  map_update_elem: { id: 2, args: ['map', 'map_key', 'map_value', 'scalar'], returns: 'scalar', burnsFuel: true },
  map_delete_elem: { id: 3, args: ['map', 'map_key'], returns: 'scalar' },
  ktime_get_ns: { id: 5, args: [], returns: 'scalar', neverTraps: true },
  trace_printk: { id: 6, args: ['mem', 'size', 'scalar', 'scalar', 'scalar'], returns: 'scalar', burnsFuel: true },
  get_prandom_u32: { id: 7, args: [], returns: 'scalar', neverTraps: true },
  get_smp_processor_id: { id: 8, args: [], returns: 'scalar', neverTraps: true },
  tail_call: { id: 12, args: ['ctx', 'map', 'scalar'], returns: 'scalar', tailCall: true },
  redirect: { id: 23, args: ['scalar', 'scalar'], returns: 'scalar', neverTraps: true },
  perf_event_output: { id: 25, args: ['ctx', 'map', 'scalar', 'mem', 'size'], returns: 'scalar' },
  csum_diff: { id: 28, args: ['mem', 'size', 'mem', 'size', 'scalar'], returns: 'scalar', burnsFuel: true },
  get_numa_node_id: { id: 42, args: [], returns: 'scalar', neverTraps: true },
  xdp_adjust_head: { id: 44, args: ['ctx', 'scalar'], returns: 'scalar', types: XDP, movesPacket: true },
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
  jiffies64: { id: 118, args: [], returns: 'scalar', neverTraps: true },
  ktime_get_boot_ns: { id: 125, args: [], returns: 'scalar', neverTraps: true },
  ktime_get_coarse_ns: { id: 160, args: [], returns: 'scalar', neverTraps: true },
  snprintf: { id: 165, args: ['out', 'size', 'string', 'mem', 'size'], returns: 'scalar', burnsFuel: true },
  trace_vprintk: { id: 177, args: ['mem', 'size', 'mem', 'size'], returns: 'scalar', burnsFuel: true },
  loop: { id: 181, args: ['scalar', 'callback', 'any', 'scalar'], returns: 'scalar', callsBack: true },
  strncmp: { id: 182, args: ['mem', 'size', 'string'], returns: 'scalar', burnsFuel: true },
  xdp_get_buff_len: { id: 188, args: ['ctx'], returns: 'scalar', types: XDP },
  xdp_load_bytes: { id: 189, args: ['ctx', 'scalar', 'out', 'size'], returns: 'scalar', types: XDP, burnsFuel: true },
  xdp_store_bytes: { id: 190, args: ['ctx', 'scalar', 'mem', 'size'], returns: 'scalar', types: XDP, burnsFuel: true },
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
