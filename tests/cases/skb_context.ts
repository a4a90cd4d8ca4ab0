/** What struct __sk_buff shows to a program, what a caller gives in it and gets back (net/bpf/test_run.c). */
import type { ContextValues } from '../../src/model/frame.js';
import { ARP, IPV4, IPV6, TAGGED } from './skb_support.js';
import type { Case } from './types.js';

const FIELDS = {
  len: 0,
  pkt_type: 4,
  mark: 8,
  queue_mapping: 12,
  protocol: 16,
  vlan_present: 20,
  vlan_tci: 24,
  vlan_proto: 28,
  priority: 32,
  ingress_ifindex: 36,
  ifindex: 40,
  tc_index: 44,
  'cb[0]': 48,
  'cb[4]': 64,
  hash: 68,
  tc_classid: 72,
  napi_id: 84,
  wire_len: 160,
  gso_segs: 164,
  gso_size: 176,
} as const;

type Type = 'tc' | 'socket_filter' | 'cgroup_skb' | 'lwt_in' | 'lwt_out' | 'lwt_xmit';

const reads = (
  type: Type,
  field: keyof typeof FIELDS,
  r0: number,
  packet = IPV4,
  context?: ContextValues,
  name = `${type}: ${field} is ${r0}`,
): Case => ({
  name,
  type,
  packet,
  ...(context === undefined ? {} : { context }),
  // The verifier wants 0 or 1 of cgroup_skb programs.
  ...(type === 'cgroup_skb'
    ? { asm: `r2 = *(u32 *)(r1 + ${FIELDS[field]})\nr0 = 1\nif r2 == ${r0} goto +1\nr0 = 0\nexit`, want: { r0: 1 } }
    : { asm: `r0 = *(u32 *)(r1 + ${FIELDS[field]})\nexit`, want: { r0 } }),
});

const SHOWN: readonly Case[] = [
  reads('tc', 'len', 50),
  reads('tc', 'protocol', 0x0008),
  reads('tc', 'protocol', 0xdd86, IPV6),
  reads('tc', 'protocol', 0x0081, TAGGED),
  reads('tc', 'protocol', 0x0400, `${'00'.repeat(13)} 20 0303`, undefined, 'tc: a length is 802.2'),
  reads('tc', 'protocol', 0x0100, `${'00'.repeat(13)} 20 ffff`, undefined, 'tc: a length before ffff is 802.3'),
  reads('tc', 'vlan_present', 0, TAGGED),
  reads('tc', 'pkt_type', 0),
  reads('tc', 'pkt_type', 2, ARP),
  reads('tc', 'pkt_type', 2, `010203040506 ${'00'.repeat(30)}`),
  reads('tc', 'pkt_type', 3, `020203040506 ${'00'.repeat(30)}`),
  reads('tc', 'ifindex', 1),
  reads('tc', 'ingress_ifindex', 0),
  reads('tc', 'ingress_ifindex', 7, IPV4, { ingress_ifindex: 7 }),
  reads('tc', 'mark', 0xfffffffe, IPV4, { mark: 0xfffffffe }),
  reads('tc', 'priority', 9, IPV4, { priority: 9 }),
  reads('tc', 'cb[0]', 1, IPV4, { cb: [1, 2, 3, 4, 5] }),
  reads('tc', 'cb[4]', 5, IPV4, { cb: [1, 2, 3, 4, 5] }),
  reads('tc', 'wire_len', 50),
  reads('tc', 'wire_len', 1000, IPV4, { wire_len: 1000 }),
  reads('tc', 'gso_segs', 3, IPV4, { gso_segs: 3 }),
  reads('tc', 'gso_size', 8, IPV4, { gso_size: 8 }),
  ...(['queue_mapping', 'vlan_tci', 'vlan_proto', 'tc_index', 'hash', 'tc_classid', 'napi_id'] as const).map((field) =>
    reads('tc', field, 0),
  ),
  ...(['socket_filter', 'cgroup_skb', 'lwt_in', 'lwt_out', 'lwt_xmit'] as const).flatMap((type) => [
    reads(type, 'len', 36),
    reads(type, 'protocol', 0x0008),
    reads(type, 'mark', 5, IPV4, { mark: 5 }),
  ]),
  {
    name: 'tc: tstamp and hwtstamp are 64 bit',
    type: 'tc',
    packet: IPV4,
    context: { tstamp: 0x1_0000_0002n, hwtstamp: 0x3_0000_0004n },
    asm: 'r0 = *(u64 *)(r1 + 152)\nr2 = *(u64 *)(r1 + 184)\nr0 += r2\nr0 >>= 31\nexit',
    want: { r0: 8 },
  },
];

const PASSED: readonly Case[] = [
  {
    name: 'what a program writes comes back',
    type: 'tc',
    packet: IPV4,
    asm: `
      r2 = 17
      *(u32 *)(r1 + 8) = r2
      r2 = 18
      *(u32 *)(r1 + 32) = r2
      r2 = 19
      *(u32 *)(r1 + 56) = r2
      r2 = 20 ll
      *(u64 *)(r1 + 152) = r2
      r0 = 0
      exit`,
    want: {
      r0: 0,
      context: {
        mark: 17,
        priority: 18,
        cb: [0, 0, 19, 0, 0],
        tstamp: 20n,
        ifindex: 1,
        ingress_ifindex: 0,
        wire_len: 50,
        gso_segs: 0,
        hwtstamp: 0n,
      },
    },
  },
  {
    name: 'what it leaves comes back, too',
    type: 'tc',
    packet: IPV4,
    context: { mark: 1, priority: 2, cb: [3, 4], tstamp: 5n, wire_len: 60, gso_segs: 6, gso_size: 7, hwtstamp: 8n },
    asm: 'r0 = -1\nexit',
    want: {
      r0: 0xffffffff,
      packet: IPV4,
      context: { mark: 1, priority: 2, cb: [3, 4, 0, 0, 0], tstamp: 5n, wire_len: 60, gso_segs: 6, hwtstamp: 8n },
    },
  },
];

/** Packets of hooks that see no Ethernet header come back with one of zeros. */
const STRIPPED: readonly Case[] = (['socket_filter', 'cgroup_skb', 'lwt_in', 'lwt_out', 'lwt_xmit'] as const).map(
  (type) => ({
    name: `${type}: the Ethernet header comes back as zeros`,
    type,
    packet: IPV4,
    asm: 'r0 = 1\nexit',
    want: { r0: 1, packet: '00'.repeat(14) + IPV4.replace(/\s+/g, '').slice(28) },
  }),
);

/** Direct access: the first byte, or 255 where there is none. */
const direct = (type: Type, r0: number): Case => ({
  name: `${type}: the first byte`,
  type,
  packet: IPV4,
  asm: `
    r2 = *(u32 *)(r1 + 76)
    r3 = *(u32 *)(r1 + 80)
    r4 = r2
    r4 += 1
    r0 = 255
    if r4 > r3 goto +1
    r0 = *(u8 *)(r2 + 0)
    exit`,
  want: { r0 },
});

const DIRECT: readonly Case[] = [
  direct('tc', 0),
  direct('lwt_in', 0x45),
  direct('lwt_out', 0x45),
  direct('lwt_xmit', 0x45),
  {
    ...direct('cgroup_skb', 1),
    asm: direct('cgroup_skb', 0).asm.replace('exit', 'if r0 == 0x45 goto +2\nr0 = 0\nexit\nr0 = 1\nexit'),
  },
];

/** Fields of the socket that a test run gives the packet. */
const socket = (name: string, packet: string, offset: number, r0: number): Case => ({
  name: `the socket's ${name} is ${r0}`,
  type: 'tc',
  packet,
  asm: `r2 = *(u64 *)(r1 + 168)\nr0 = -1\nif r2 == 0 goto +1\nr0 = *(u32 *)(r2 + ${offset})\nexit`,
  want: { r0 },
});

const SOCKET: readonly Case[] = [
  socket('family', IPV4, 4, 2),
  socket('family', IPV6, 4, 10),
  socket('family', ARP, 4, 0),
];

export const SKB_CONTEXT: readonly Case[] = [...SHOWN, ...PASSED, ...STRIPPED, ...DIRECT, ...SOCKET];
