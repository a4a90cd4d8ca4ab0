/** Helpers that make room in a packet or take it away (net/core/filter.c): tail, head, room, protocol, VLAN tags. */
import { ARP, calls, field, IPV4, IPV6, spliced, TAGGED, ZEROS } from './skb_support.js';
import type { Case } from './types.js';

const TAIL: readonly Case[] = [
  calls('tail: shorter', [['skb_change_tail', 40, 0]], 0, IPV4, spliced(IPV4, 40, 10)),
  calls('tail: as short as can be', [['skb_change_tail', 14, 0]], 0, IPV4, spliced(IPV4, 14, 36)),
  calls('tail: too short', [['skb_change_tail', 13, 0]], -22, IPV4, IPV4),
  calls('tail: longer by zeros', [['skb_change_tail', 60, 0]], 0, IPV4, `${IPV4}${ZEROS(10)}`),
  calls(
    'tail: in and out again gives zeros',
    [
      ['skb_change_tail', 40, 0],
      ['skb_change_tail', 50, 0],
    ],
    0,
    IPV4,
    `${spliced(IPV4, 40, 10)}${ZEROS(10)}`,
  ),
  calls('tail: the longest', [['skb_change_tail', 16064, 0]], 0, IPV4, `${IPV4}${ZEROS(16014)}`),
  calls('tail: too long', [['skb_change_tail', 16065, 0]], -22, IPV4, IPV4),
  calls('tail: no flags', [['skb_change_tail', 40, 1]], -22, IPV4, IPV4),
  field('tail: len follows', [['skb_change_tail', 40, 0]], 0, 40),
];

const HEAD: readonly Case[] = [
  calls('head: zeros in front', [['skb_change_head', 14, 0]], 0, IPV4, `${ZEROS(14)}${IPV4}`),
  calls('head: more than the headroom', [['skb_change_head', 4000, 0]], 0, IPV4, `${ZEROS(4000)}${IPV4}`),
  calls('head: the longest', [['skb_change_head', 16014, 0]], 0, IPV4, `${ZEROS(16014)}${IPV4}`),
  calls('head: too long', [['skb_change_head', 16015, 0]], -22, IPV4, IPV4),
  calls('head: negative', [['skb_change_head', -1, 0]], -22, IPV4, IPV4),
  calls('head: no flags', [['skb_change_head', 4, 1]], -22, IPV4, IPV4),
  calls('head: nothing', [['skb_change_head', 0, 0]], 0, IPV4, IPV4),
  calls(
    'head and tail, again and again',
    [
      ['skb_change_head', 8000, 0],
      ['skb_change_tail', 8050, 0],
      ['skb_change_tail', 16064, 0],
      ['skb_change_tail', 8064, 0],
      ['skb_change_head', 8000, 0],
    ],
    0,
    IPV4,
    `${ZEROS(16000)}${IPV4}${ZEROS(14)}`,
  ),
];

const ROOM_MAC = 1;
const ROOM_NET = 0;

const ROOM: readonly Case[] = [
  calls(
    'room: behind the MAC header',
    [['skb_adjust_room', 20, ROOM_MAC, 0]],
    0,
    IPV4,
    spliced(IPV4, 14, 0, ZEROS(20)),
  ),
  calls('room: behind the IPv4 header', [['skb_adjust_room', 8, ROOM_NET, 0]], 0, IPV4, spliced(IPV4, 34, 0, ZEROS(8))),
  calls('room: behind the IPv6 header', [['skb_adjust_room', 8, ROOM_NET, 0]], 0, IPV6, spliced(IPV6, 54, 0, ZEROS(8))),
  calls('room: less behind the MAC header', [['skb_adjust_room', -8, ROOM_MAC, 0]], 0, IPV4, spliced(IPV4, 14, 8)),
  calls('room: less behind the IPv4 header', [['skb_adjust_room', -8, ROOM_NET, 0]], 0, IPV4, spliced(IPV4, 34, 8)),
  calls('room: the network header stays whole', [['skb_adjust_room', -17, ROOM_MAC, 0]], -524, IPV4, IPV4),
  calls('room: as little as can be', [['skb_adjust_room', -16, ROOM_MAC, 0]], 0, IPV4, spliced(IPV4, 14, 16)),
  calls('room: all', [['skb_adjust_room', -36, ROOM_MAC, 0]], -524, IPV4, IPV4),
  calls('room: more than 4095', [['skb_adjust_room', 4096, ROOM_MAC, 0]], -14, IPV4, IPV4),
  calls('room: 4095', [['skb_adjust_room', 4095, ROOM_MAC, 0]], 0, IPV4, spliced(IPV4, 14, 0, ZEROS(4095))),
  calls('room: only IP', [['skb_adjust_room', 4, ROOM_MAC, 0]], -524, ARP, ARP),
  calls('room: an unknown mode', [['skb_adjust_room', 4, 2, 0]], -524, IPV4, IPV4),
  calls('room: an unknown flag', [['skb_adjust_room', 4, ROOM_MAC, 1 << 16]], -22, IPV4, IPV4),
  calls('room: IPv4 and IPv6 at once', [['skb_adjust_room', 20, ROOM_MAC, 6]], -22, IPV4, IPV4),
  calls('room: GRE and UDP at once', [['skb_adjust_room', 40, ROOM_MAC, 2 | 8 | 16]], -22, IPV4, IPV4),
  calls('room: an inner Ethernet header that is none', [['skb_adjust_room', 40, ROOM_MAC, 2 | 64]], -22, IPV4, IPV4),
  calls(
    'room: an inner Ethernet header that does not fit',
    [['skb_adjust_room', 40, ROOM_MAC, '0x2900000000000002 ll']],
    -22,
    IPV4,
    IPV4,
  ),
  calls(
    'room: an inner Ethernet header',
    [['skb_adjust_room', 50, ROOM_MAC, '0x0e00000000000052 ll']],
    0,
    IPV4,
    spliced(IPV4, 14, 0, ZEROS(50)),
  ),
  field('room: IPv6 around IPv4 changes the protocol', [['skb_adjust_room', 40, ROOM_MAC, 4]], 16, 0xdd86),
  field('room: IPv4 around IPv4 does not', [['skb_adjust_room', 20, ROOM_MAC, 2]], 16, 0x0008),
  field('room: IPv4 around IPv6', [['skb_adjust_room', 20, ROOM_MAC, 2]], 16, 0x0008, IPV6),
  calls(
    'room: one tunnel at a time',
    [
      ['skb_adjust_room', 20, ROOM_MAC, 2],
      ['skb_adjust_room', 20, ROOM_MAC, 2],
    ],
    -114,
    IPV4,
    spliced(IPV4, 14, 0, ZEROS(20)),
  ),
  calls(
    'room: behind the outer header, then',
    [
      ['skb_adjust_room', 20, ROOM_MAC, 2],
      ['skb_adjust_room', 8, ROOM_NET, 0],
    ],
    0,
    IPV4,
    spliced(IPV4, 14, 0, ZEROS(28)),
  ),
  calls(
    'room: the tail of a tunnel stays',
    [
      ['skb_adjust_room', 28, ROOM_MAC, 2 | 16],
      ['skb_change_tail', 60, 0],
    ],
    -524,
    IPV4,
    spliced(IPV4, 14, 0, ZEROS(28)),
  ),
  calls('room: decapsulation only shrinks', [['skb_adjust_room', 20, ROOM_MAC, 128]], -22, IPV4, IPV4),
  calls('room: decapsulation to both', [['skb_adjust_room', -8, ROOM_MAC, 384]], -22, IPV4, IPV4),
  calls('room: to IPv6 that has no place', [['skb_adjust_room', -8, ROOM_MAC, 256]], -524, IPV4, IPV4),
  field('room: to IPv4 changes the protocol', [['skb_adjust_room', -20, ROOM_MAC, 128]], 16, 0x0008, IPV6),
  calls('room: encapsulation does not shrink', [['skb_adjust_room', -8, ROOM_MAC, 2]], -22, IPV4, IPV4),
  calls('room: not of what is several packets', [['skb_adjust_room', 8, ROOM_MAC, 0]], -524, IPV4, IPV4, {
    context: { gso_size: 10, gso_segs: 2 },
  }),
  calls(
    'room: after more head, behind what is now the MAC header',
    [
      ['skb_change_head', 4, 0],
      ['skb_adjust_room', 8, ROOM_MAC, 0],
    ],
    0,
    IPV4,
    `${ZEROS(4)}${spliced(IPV4, 14, 0, ZEROS(8))}`,
  ),
];

const PROTO: readonly Case[] = [
  calls('proto: IPv4 to IPv6', [['skb_change_proto', 0xdd86, 0]], 0, IPV4, spliced(IPV4, 14, 0, ZEROS(20))),
  calls('proto: IPv6 to IPv4', [['skb_change_proto', 8, 0]], 0, IPV6, spliced(IPV6, 14, 20)),
  field('proto: the protocol follows', [['skb_change_proto', 0xdd86, 0]], 16, 0xdd86),
  calls('proto: to what it is', [['skb_change_proto', 8, 0]], -524, IPV4, IPV4),
  calls('proto: of what is no IP', [['skb_change_proto', 8, 0]], -524, ARP, ARP),
  calls('proto: no flags', [['skb_change_proto', 0xdd86, 1]], -22, IPV4, IPV4),
  calls('type', [['skb_change_type', 3]], 0, IPV4, IPV4),
  field('type: is seen', [['skb_change_type', 3]], 4, 3),
  calls('type: not all', [['skb_change_type', 4]], -22, IPV4, IPV4),
];

/** A packet with the tag in the bytes, of which the first was the accelerated one. */
const VLAN: readonly Case[] = [
  calls('vlan_push: the tag stays beside the packet', [['skb_vlan_push', 0x0081, 5]], 0, IPV4, IPV4),
  field('vlan_push: vlan_present', [['skb_vlan_push', 0x0081, 5]], 20, 1),
  field('vlan_push: vlan_tci', [['skb_vlan_push', 0x0081, 0x6005]], 24, 0x6005),
  field('vlan_push: vlan_proto', [['skb_vlan_push', 0xa888, 5]], 28, 0xa888),
  field('vlan_push: another protocol becomes 802.1Q', [['skb_vlan_push', 8, 5]], 28, 0x0081),
  field('vlan_push: the protocol is as before', [['skb_vlan_push', 0x0081, 5]], 16, 0x0008),
  calls(
    'vlan_push: a second one puts the first into the bytes',
    [
      ['skb_vlan_push', 0x0081, 5],
      ['skb_vlan_push', 0xa888, 6],
    ],
    0,
    IPV4,
    spliced(IPV4, 12, 0, '81000005'),
  ),
  field(
    'vlan_push: then the protocol is the tag’s',
    [
      ['skb_vlan_push', 0x0081, 5],
      ['skb_vlan_push', 0xa888, 6],
    ],
    16,
    0x0081,
  ),
  field(
    'vlan_push: the second is beside',
    [
      ['skb_vlan_push', 0x0081, 5],
      ['skb_vlan_push', 0xa888, 6],
    ],
    24,
    6,
  ),
  calls('vlan_pop: nothing to pop', [['skb_vlan_pop']], 0, IPV4, IPV4),
  calls('vlan_pop: out of the bytes', [['skb_vlan_pop']], 0, TAGGED, IPV4),
  field('vlan_pop: the protocol is the inner one', [['skb_vlan_pop']], 16, 0x0008, TAGGED),
  field('vlan_pop: vlan_present is gone', [['skb_vlan_push', 0x0081, 5], ['skb_vlan_pop']], 20, 0),
  calls('vlan_pop: of two in the bytes', [['skb_vlan_pop']], 0, spliced(TAGGED, 12, 0, '88a80007'), IPV4),
  field('vlan_pop: the second goes beside', [['skb_vlan_pop']], 24, 0x2064, spliced(TAGGED, 12, 0, '88a80007')),
  calls('vlan_pop: too short', [['skb_vlan_pop']], -12, spliced(TAGGED, 17, 37), spliced(TAGGED, 17, 37)),
  calls(
    'vlan_pop: then room behind the MAC header',
    [['skb_vlan_pop'], ['skb_adjust_room', 4, ROOM_MAC, 0]],
    0,
    TAGGED,
    spliced(IPV4, 14, 0, ZEROS(4)),
  ),
];

export const SKB_ROOM: Readonly<Record<string, readonly Case[]>> = {
  'skb: tail': TAIL,
  'skb: head': HEAD,
  'skb: room': ROOM,
  'skb: protocol': PROTO,
  'skb: VLAN': VLAN,
};
