/**
 * Helpers about sockets (net/core/filter.c): there is no socket table, so lookups find none. A packet has the socket
 * of a test run, whose struct bpf_sock follows the context.
 */
import { SkbFrame, Trap } from "../../src/abi/layout";
import { context } from "../skb";
import { helper_trap } from "../trap";
import { is_context, may_read } from "./arguments";

/** The network namespace in which the machine started (net/core/net_namespace.c). */
const INITIAL_NAMESPACE: u64 = 1;
/** The only socket's number. */
const COOKIE: u64 = 1;

function lookup(ctx: u64, tuple: u64, size: u64): u64 {
  if (is_context(ctx)) may_read(tuple, <u32>size);
  return 0;
}

export function helper_sk_lookup_tcp(ctx: u64, tuple: u64, size: u64, _netns: u64, _flags: u64): u64 {
  return lookup(ctx, tuple, size);
}

export function helper_sk_lookup_udp(ctx: u64, tuple: u64, size: u64, _netns: u64, _flags: u64): u64 {
  return lookup(ctx, tuple, size);
}

export function helper_skc_lookup_tcp(ctx: u64, tuple: u64, size: u64, _netns: u64, _flags: u64): u64 {
  return lookup(ctx, tuple, size);
}

/** Whether the argument is the packet's socket; else the run has trapped. */
function is_socket(sock: u64): bool {
  if (sock == <u64>context() + SkbFrame.CONTEXT_SIZE) return true;
  helper_trap(Trap.HELPER_ARGUMENT, sock);
  return false;
}

/** Only what a lookup found may be released, and that is nothing. */
export function helper_sk_release(sock: u64): u64 {
  return helper_trap(Trap.HELPER_ARGUMENT, sock);
}

export function helper_sk_fullsock(sock: u64): u64 {
  return is_socket(sock) ? sock : 0;
}

/** The socket is none of TCP. */
export function helper_tcp_sock(sock: u64): u64 {
  is_socket(sock);
  return 0;
}

/** The socket does not listen. */
export function helper_get_listener_sock(sock: u64): u64 {
  is_socket(sock);
  return 0;
}

export function helper_get_socket_cookie(ctx: u64): u64 {
  return is_context(ctx) ? COOKIE : 0;
}

export function helper_get_netns_cookie(ctx: u64): u64 {
  return ctx == 0 || is_context(ctx) ? INITIAL_NAMESPACE : 0;
}

/** Of a socket without a file: root. */
export function helper_get_socket_uid(ctx: u64): u64 {
  is_context(ctx);
  return 0;
}

export function helper_get_cgroup_classid(ctx: u64): u64 {
  is_context(ctx);
  return 0;
}

/** There is no route yet whose realm could be told. */
export function helper_get_route_realm(ctx: u64): u64 {
  is_context(ctx);
  return 0;
}
