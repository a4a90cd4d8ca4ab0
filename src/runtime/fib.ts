/**
 * bpf_fib_lookup (net/core/filter.c bpf_ipv4_fib_lookup, bpf_ipv6_fib_lookup) on a network that the user gives: reads
 * and fills struct bpf_fib_lookup.
 *
 *   0 family, l4_protocol  2 sport, dport  6 tot_len or mtu  8 ifindex  12 tos, flowinfo or metric
 *   16 source  32 destination  48 VLAN or table  52 source MAC  58 destination MAC (or mark at 52)
 */
import { ERRNO } from '../abi/errno.js';
import type { Interface, Network, Route } from './network.js';

/** sizeof(struct bpf_fib_lookup). */
export const FIB_SIZE = 64;

const AT = { family: 0, length: 6, ifindex: 8, metric: 12, source: 16, destination: 32, table: 48, macs: 52 } as const;
const AF_INET = 2;
const AF_INET6 = 10;

/** Flags: BPF_FIB_LOOKUP_*. */
const DIRECT = 1;
const OUTPUT = 2;
const SKIP_NEIGHBOUR = 4;
const TABLE = 8;
const SOURCE = 16;

/** Results: BPF_FIB_LKUP_RET_*. */
const RET = {
  success: 0,
  blackhole: 1,
  unreachable: 2,
  prohibit: 3,
  notForwarded: 4,
  forwardingOff: 5,
  noNeighbour: 7,
  tooLong: 8,
  noSource: 9,
} as const;

/**
 * Looks up where the packet that `params` describes goes, and writes it there.
 * @param ownLength length of the packet above the link layer, for programs that give none; undefined for XDP, whose
 * given length of 0 fits everywhere.
 * @returns a `RET`, or a negative errno.
 */
export function fibLookup(network: Network, params: Uint8Array, flags: number, ownLength: number | undefined): number {
  const view = new DataView(params.buffer, params.byteOffset, FIB_SIZE);
  const family = view.getUint8(AT.family);
  if (family !== AF_INET && family !== AF_INET6) return -ERRNO.EAFNOSUPPORT;
  const size = family === AF_INET ? 4 : 16;
  const destination = params.slice(AT.destination, AT.destination + size);
  if (family === AF_INET6 && (isStrict(destination) || isStrict(params.subarray(AT.source, AT.source + 16))))
    return RET.notForwarded;
  const from = view.getUint32(AT.ifindex, true);
  const device = network.interface(from);
  if (device === undefined) return -ERRNO.ENODEV;
  if (!device.forwarding) return RET.forwardingOff;

  const ofTable = (flags & (DIRECT | TABLE)) === (DIRECT | TABLE);
  const table = ofTable ? view.getUint32(AT.table, true) : undefined;
  if (ofTable) view.setUint32(AT.table, 0, true);
  const route = network.route(destination, (flags & OUTPUT) === 0 ? undefined : from, table);
  if (route === undefined || route.type === 'local') return RET.notForwarded;
  if (route.type !== 'unicast') return RET[route.type];
  const out = network.interface(route.ifindex);
  if (out === undefined) return RET.notForwarded;
  return forward(network, view, params, { route, out, destination, size, flags, ownLength });
}

interface Hop {
  readonly route: Route;
  readonly out: Interface;
  readonly destination: Uint8Array;
  readonly size: number;
  readonly flags: number;
  readonly ownLength: number | undefined;
}

/** Fills in the next hop of a route that there is. */
function forward(network: Network, view: DataView, params: Uint8Array, hop: Hop): number {
  const { route, out, destination, size, flags, ownLength } = hop;
  const given = view.getUint16(AT.length, true);
  const checks = ownLength === undefined || given !== 0;
  const mtu = route.mtu ?? out.mtu;
  if (checks && given > mtu) {
    view.setUint16(AT.length, mtu, true);
    return RET.tooLong;
  }
  view.setUint32(AT.metric, route.metric, true);
  view.setUint32(AT.ifindex, route.ifindex, true);
  if ((flags & SOURCE) !== 0) {
    if (route.source === undefined) return RET.noSource;
    params.set(route.source, AT.source);
  }
  const next = route.gateway ?? destination;
  // An IPv4 packet may have an IPv6 next hop.
  if (next.length !== size) view.setUint8(AT.family, next.length === 4 ? AF_INET : AF_INET6);
  params.set(next, AT.destination);
  if ((flags & SKIP_NEIGHBOUR) === 0) {
    const mac = network.neighbour(route.ifindex, next);
    if (mac === undefined) return RET.noNeighbour;
    params.set(out.mac, AT.macs);
    params.set(mac, AT.macs + 6);
  }
  view.setUint32(AT.table, 0, true);
  if (checks) {
    view.setUint16(AT.length, mtu, true);
    return RET.success;
  }
  view.setUint16(AT.length, out.mtu, true);
  return ownLength > out.mtu ? RET.tooLong : RET.success;
}

/** Multicast and link-local addresses are never forwarded (net/ip6_route.h rt6_need_strict). */
function isStrict(address: Uint8Array): boolean {
  const [first = 0, second = 0] = address;
  if (first === 0xff || (first === 0xfe && (second & 0xc0) === 0x80)) return true;
  return address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
