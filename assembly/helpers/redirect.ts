/**
 * bpf_redirect and bpf_redirect_map (net/core/filter.c, linux/filter.h __bpf_xdp_redirect_map): they only note the
 * target; whoever takes the verdict sends the packet there.
 */
import { Redirect, Trap, Worker } from "../../src/abi/layout";
import { MapType, ProgramType } from "../generated/abi";
import { entry_exists } from "../maps/index";
import { helper_trap } from "../trap";
import { WORKER } from "../worker";
import { map_type, may_read_or_none } from "./arguments";

/** The kernel's own flags of a noted redirect (net/core/filter.c). */
const BPF_F_NEIGH: u32 = 1 << 16;
const BPF_F_PEER: u32 = 1 << 17;
const BPF_F_NEXTHOP: u32 = 1 << 18;
/** sizeof(struct bpf_redir_neigh). */
const NEIGH_SIZE: u32 = 20;

const XDP_ABORTED: u64 = 0;
const XDP_REDIRECT: u64 = 4;
const TC_ACT_SHOT: u64 = 2;
const TC_ACT_REDIRECT: u64 = 7;

/** linux/bpf.h: the only flag that tc programs may give. */
const BPF_F_INGRESS: u64 = 1;
/** The low two bits of redirect_map's flags are the verdict of a miss. */
const ACTION_MASK: u64 = 3;
const BPF_F_BROADCAST: u64 = 1 << 3;
const BPF_F_EXCLUDE_INGRESS: u64 = 1 << 4;

function note(kind: Redirect, key: u32, map: u32, flags: u32): void {
  store<u32>(WORKER, kind, Worker.REDIRECT_KIND);
  store<u32>(WORKER, key, Worker.REDIRECT_KEY);
  store<u32>(WORKER, map, Worker.REDIRECT_MAP);
  store<u32>(WORKER, flags, Worker.REDIRECT_FLAGS);
}

export function helper_redirect(ifindex: u64, flags: u64): u64 {
  const xdp = load<u32>(WORKER, Worker.HOOK) == ProgramType.xdp;
  if ((flags & ~(xdp ? 0 : BPF_F_INGRESS)) != 0) return xdp ? XDP_ABORTED : TC_ACT_SHOT;
  note(Redirect.IFINDEX, <u32>ifindex, 0, <u32>flags);
  return xdp ? XDP_REDIRECT : TC_ACT_REDIRECT;
}

/** To the device at the other end of a pair (net/core/filter.c bpf_redirect_peer). */
export function helper_redirect_peer(ifindex: u64, flags: u64): u64 {
  if (flags != 0) return TC_ACT_SHOT;
  note(Redirect.IFINDEX, <u32>ifindex, 0, BPF_F_PEER);
  return TC_ACT_REDIRECT;
}

/** To a device, with the Ethernet header that the neighbour table gives; `params` may name the next hop. */
export function helper_redirect_neigh(ifindex: u64, params: u64, size: u64, flags: u64): u64 {
  if (!may_read_or_none(params, <u32>size)) return 0;
  if ((<u32>size != 0 && <u32>size < NEIGH_SIZE) || flags != 0) return TC_ACT_SHOT;
  note(Redirect.IFINDEX, <u32>ifindex, 0, <u32>size == 0 ? BPF_F_NEIGH : BPF_F_NEIGH | BPF_F_NEXTHOP);
  return TC_ACT_REDIRECT;
}

/** Whether the map has something to send to at `key`. */
function has_target(map: u32, key: u32): bool {
  const at = WORKER + Worker.SCRATCH;
  store<u32>(at, key);
  return entry_exists(map, <u32>at);
}

export function helper_redirect_map(map: u64, key: u64, flags: u64): u64 {
  const type = map_type(map);
  let allowed = ACTION_MASK;
  if (type == MapType.devmap || type == MapType.devmap_hash) allowed |= BPF_F_BROADCAST | BPF_F_EXCLUDE_INGRESS;
  else if (type != MapType.cpumap && type != MapType.xskmap) return helper_trap(Trap.HELPER_MAP, map);
  if ((flags & ~allowed) != 0) return XDP_ABORTED;
  if ((flags & BPF_F_BROADCAST) == 0 && !has_target(<u32>map, <u32>key)) {
    note(Redirect.NONE, 0, 0, 0);
    return flags & ACTION_MASK;
  }
  note(Redirect.MAP, <u32>key, <u32>map, (flags & BPF_F_BROADCAST) != 0 ? <u32>flags : 0);
  return XDP_REDIRECT;
}
