/**
 * Packets of a cgroup's sockets, ingress and egress: the program sees them from the network header on, and returns 1 to
 * let them through. Packets are given with their Ethernet header, and come back with one of zeros.
 */
import { Frame } from '../abi/layout.js';
import { type Hook, makeHook } from './hook.js';

export const CGROUP_SKB_HOOK: Hook = makeHook('cgroup_skb', { minimumLength: Frame.MIN_LENGTH, grows: true });
