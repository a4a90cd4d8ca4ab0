/** All hooks, by the type of their programs. */
import type { ProgramType } from '../abi/program_types.js';
import { CGROUP_SKB_HOOK } from './cgroup_skb.js';
import type { Hook } from './hook.js';
import { LWT_IN_HOOK, LWT_OUT_HOOK, LWT_XMIT_HOOK } from './lwt.js';
import { RAW_HOOK } from './raw.js';
import { SOCKET_FILTER_HOOK } from './socket_filter.js';
import { TC_HOOK } from './tc.js';
import { XDP_HOOK } from './xdp.js';

export type { Hook } from './hook.js';

const HOOKS: Partial<Record<ProgramType, Hook>> = {
  xdp: XDP_HOOK,
  raw: RAW_HOOK,
  tc: TC_HOOK,
  socket_filter: SOCKET_FILTER_HOOK,
  cgroup_skb: CGROUP_SKB_HOOK,
  lwt_in: LWT_IN_HOOK,
  lwt_out: LWT_OUT_HOOK,
  lwt_xmit: LWT_XMIT_HOOK,
};

/** The hook that runs programs of a type, undefined where there is none yet. */
export function hookOf(type: ProgramType): Hook | undefined {
  return HOOKS[type];
}
