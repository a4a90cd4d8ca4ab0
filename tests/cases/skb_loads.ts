/** LD_ABS and LD_IND of programs with struct __sk_buff: from the packet, its network and its MAC header. */
import { IPV4 } from './skb_support.js';
import type { Case } from './types.js';

/** linux/filter.h SKF_NET_OFF, SKF_LL_OFF. */
const NETWORK = -0x100000;
const MAC = -0x200000;

const load = (type: 'tc' | 'socket_filter', bits: 8 | 16 | 32, offset: number, r0: number): Case[] => [
  {
    name: `${type}: ${bits} bits at ${offset}`,
    type,
    packet: IPV4,
    asm: `r6 = r1\nr0 = *(u${bits} *)skb[${offset}]\nexit`,
    want: { r0 },
  },
  {
    name: `${type}: ${bits} bits at a register and ${offset}`,
    type,
    packet: IPV4,
    asm: `r6 = r1\nr7 = -3\nr0 = *(u${bits} *)skb[r7 + ${offset + 3}]\nexit`,
    want: { r0 },
  },
];

export const SKB_LOADS: readonly Case[] = [
  ...load('tc', 16, 12, 0x0800),
  ...load('tc', 32, 46, 0x65666768),
  ...load('tc', 32, 47, 0),
  ...load('tc', 8, -1, 0),
  ...load('tc', 8, NETWORK, 0x45),
  ...load('tc', 32, NETWORK + 32, 0x65666768),
  ...load('tc', 32, NETWORK + 33, 0),
  ...load('tc', 16, MAC + 12, 0x0800),
  ...load('tc', 8, MAC - 1, 0),
  ...load('socket_filter', 8, 0, 0x45),
  ...load('socket_filter', 32, 32, 0x65666768),
  ...load('socket_filter', 32, 33, 0),
  ...load('socket_filter', 8, -14, 0),
  ...load('socket_filter', 8, NETWORK, 0x45),
  ...load('socket_filter', 16, MAC + 12, 0x0800),
  ...load('socket_filter', 32, MAC + 46, 0x65666768),
  ...load('socket_filter', 32, MAC + 47, 0),
];
