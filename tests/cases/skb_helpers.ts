/** Helpers of programs with struct __sk_buff (net/core/filter.c) that read and write bytes, sums, fields and tunnel keys. */
import { SKB_ROOM } from './skb_room.js';
import { ARP, type Call, calls, field, IPV4, IPV6, spliced, ZEROS } from './skb_support.js';
import type { Case } from './types.js';

/** Copies bytes of the packet to the stack and shows the first four as the first word of cb. */
const load = (
  name: string,
  offset: string,
  size: number,
  r0: number,
  word: number,
  more: Partial<Case> = {},
): Case => ({
  name: `load_bytes: ${name}`,
  type: 'tc',
  packet: IPV4,
  asm: `
    r6 = r1
    r1 = -1
    *(u64 *)(r10 - 8) = r1
    r1 = r6
    r2 = ${offset}
    r3 = r10
    r3 += -8
    r4 = ${size}
    call skb_load_bytes
    r2 = *(u32 *)(r10 - 8)
    *(u32 *)(r6 + 48) = r2
    exit`,
  ...more,
  want: { r0: r0 >>> 0, context: { cb: [word >>> 0, 0, 0, 0, 0] } },
});

const relative = (
  name: string,
  offset: number,
  start: number,
  r0: number,
  word: number,
  more: Partial<Case> = {},
): Case => {
  const { asm } = load(name, String(offset), 4, r0, word);
  return load(name, '0', 4, r0, word, {
    name: `load_bytes_relative: ${name}`,
    asm: asm.replace('call skb_load_bytes', `r5 = ${start}\ncall skb_load_bytes_relative`),
    ...more,
  });
};

const BYTES: readonly Case[] = [
  load('four', '14', 4, 0, 0x24000045),
  load('the last', '46', 4, 0, 0x68676665),
  load('past the end gives zeros', '47', 4, -14, 0),
  load('far past', '0x7fffffff', 4, -14, 0),
  load('negative', '-1', 4, -14, 0),
  load('of a socket filter, from the network header', '0', 4, 0, 0x24000045, { type: 'socket_filter' }),
  relative('the MAC header', 12, 0, 0, 0x00450008),
  relative('the network header', 0, 1, 0, 0x24000045),
  relative('an unknown header', 0, 2, -14, 0),
  relative('an offset above 65535', 65536, 0, -14, 0),
  relative('past the end', 33, 1, -14, 0),
  relative('the MAC header of a socket filter', 12, 0, 0, 0x00450008, { type: 'socket_filter' }),
  relative('the network header of a socket filter', 0, 1, 0, 0x24000045, { type: 'socket_filter' }),
  ...(
    [
      ['four', 14, 4, 0, 0, spliced(IPV4, 14, 4, 'a0a1a2a3')],
      ['the last', 46, 4, 0, 0, spliced(IPV4, 46, 4, 'a0a1a2a3')],
      ['past the end', 47, 4, 0, -14, IPV4],
      ['with flags', 14, 4, 3, 0, spliced(IPV4, 14, 4, 'a0a1a2a3')],
      ['with unknown flags', 14, 4, 4, -22, IPV4],
      ['negative', -4, 4, 0, -14, IPV4],
    ] as const
  ).map(
    ([name, offset, size, flags, r0, packet]): Case => ({
      name: `store_bytes: ${name}`,
      type: 'tc',
      packet: IPV4,
      asm: `
        r6 = r1
        r1 = 0xa3a2a1a0 ll
        *(u64 *)(r10 - 8) = r1
        r1 = r6
        r2 = ${offset}
        r3 = r10
        r3 += -8
        r4 = ${size}
        r5 = ${flags}
        call skb_store_bytes
        exit`,
      want: { r0: r0 >>> 0, packet },
    }),
  ),
  calls('pull_data: all', [['skb_pull_data', 0]], 0, IPV4, IPV4),
  calls('pull_data: what there is', [['skb_pull_data', 50]], 0, IPV4, IPV4),
  calls('pull_data: more', [['skb_pull_data', 51]], -12, IPV4, IPV4),
];

const sum = (name: string, call: Call, r0: number, packet = IPV4, at = 0, bytes = ''): Case =>
  calls(
    `${call[0]}: ${name}`,
    [call],
    r0,
    packet,
    bytes === '' ? packet : spliced(packet, at, bytes.length / 2, bytes),
  );

const NO_SUM = spliced(IPV4, 40, 2, '0000');
const PSEUDO = 16;
const MANGLED = 32;

const SUMS: readonly Case[] = [
  sum('four bytes', ['l3_csum_replace', 24, 0x0100000a, '0x0200000b ll', 4], 0, IPV4, 24, 'fefe'),
  sum('two bytes', ['l3_csum_replace', 24, 0x0140, 0x013f, 2], 0, IPV4, 24, '0100'),
  sum('by difference', ['l3_csum_replace', 24, 0, '0x12345678 ll', 0], 0, IPV4, 24, '5397'),
  sum('by difference from what', ['l3_csum_replace', 24, 1, 2, 0], -22),
  sum('three bytes', ['l3_csum_replace', 24, 1, 2, 3], -22),
  sum('unknown flags', ['l3_csum_replace', 24, 1, 2, 20], -22),
  sum('an odd offset', ['l3_csum_replace', 25, 1, 2, 4], -14),
  sum('the last bytes', ['l3_csum_replace', 48, 0, 0, 4], 0),
  sum('past the end', ['l3_csum_replace', 50, 0, 0, 4], -14),
  sum('far past the end', ['l3_csum_replace', 65536, 0, 0, 4], -14),
  sum('four bytes', ['l4_csum_replace', 40, 0x0100000a, 0x0200000a, 4 | PSEUDO], 0, IPV4, 40, 'beee'),
  sum('two bytes', ['l4_csum_replace', 40, 0x3412, 0x3512, 2], 0, IPV4, 40, 'beee'),
  sum('by difference', ['l4_csum_replace', 40, 0, 0x1111, PSEUDO], 0, IPV4, 40, 'adde'),
  sum('by difference from what', ['l4_csum_replace', 40, 1, 2, 0], -22),
  sum('three bytes', ['l4_csum_replace', 40, 1, 2, 3], -22),
  sum('unknown flags', ['l4_csum_replace', 40, 1, 2, 512], -22),
  sum('IPv6', ['l4_csum_replace', 40, 0x0100000a, 0x0200000a, 4 | PSEUDO | 128], 0, IPV4, 40, 'beee'),
  sum('no checksum stays none', ['l4_csum_replace', 40, 1, 2, 4 | MANGLED], 0, NO_SUM),
  sum('unless it must', ['l4_csum_replace', 40, 1, 2, 4 | MANGLED | 64], 0, NO_SUM, 40, 'feff'),
  sum('zero is written as ffff', ['l4_csum_replace', 40, 0, 0xefbe, 2 | MANGLED], 0, IPV4, 40, 'ffff'),
  sum('zero', ['l4_csum_replace', 40, 0, 0xefbe, 2], 0, IPV4, 40, '0000'),
  sum('only sums of the hardware', ['csum_update', 5], -524),
  sum('no level without a sum', ['csum_level', 0], -13),
  sum('an unknown operation', ['csum_level', 4], -22),
  calls(
    'csum_level: up',
    [
      ['csum_level', 1],
      ['csum_level', 1],
      ['csum_level', 0],
    ],
    1,
    IPV4,
    IPV4,
  ),
  calls(
    'csum_level: up and down',
    [
      ['csum_level', 1],
      ['csum_level', 2],
      ['csum_level', 0],
    ],
    -13,
    IPV4,
    IPV4,
  ),
  calls(
    'csum_level: at most 3',
    [...Array.from({ length: 6 }, (): Call => ['csum_level', 1]), ['csum_level', 0]],
    3,
    IPV4,
    IPV4,
  ),
  calls(
    'csum_level: reset',
    [
      ['csum_level', 1],
      ['csum_level', 3],
      ['csum_level', 0],
    ],
    -13,
    IPV4,
    IPV4,
  ),
  calls(
    'csum_level: room resets it',
    [
      ['csum_level', 1],
      ['skb_adjust_room', 4, 1, 0],
      ['csum_level', 0],
    ],
    -13,
    IPV4,
    spliced(IPV4, 14, 0, ZEROS(4)),
  ),
  calls(
    'csum_level: unless it is told not to',
    [
      ['csum_level', 1],
      ['skb_adjust_room', 4, 1, 32],
      ['csum_level', 0],
    ],
    0,
    IPV4,
    spliced(IPV4, 14, 0, ZEROS(4)),
  ),
];

const FIELDS: readonly Case[] = [
  field('hash: set', [['set_hash', 77]], 68, 77),
  calls('hash: what was set is not made anew', [['set_hash', 77], ['get_hash_recalc']], 77, IPV4, IPV4),
  field('hash: invalid', [['set_hash', 77], ['set_hash_invalid']], 68, 0),
  field(
    'hash: gone with the protocol',
    [
      ['set_hash', 77],
      ['skb_change_proto', 0xdd86, 0],
    ],
    68,
    0,
  ),
  calls('tstamp: realtime', [['skb_set_tstamp', 5, 0]], 0, IPV4, IPV4),
  calls('tstamp: only of IP', [['skb_set_tstamp', 5, 0]], -95, ARP, ARP),
  calls('tstamp: a monotonic 0', [['skb_set_tstamp', 0, 1]], -22, IPV4, IPV4),
  calls('tstamp: an unknown clock', [['skb_set_tstamp', 1, 3]], -22, IPV4, IPV4),
  calls('ecn: not capable', [['skb_ecn_set_ce']], 0, IPV4, IPV4),
  ...(
    [
      ['01', '03', 'fffd'],
      ['02', '03', 'fffe'],
      ['fd', 'ff', 'fffd'],
      ['03', '03', '0000'],
    ] as const
  ).map(([tos, marked, check]) => {
    const packet = spliced(IPV4, 15, 1, tos);
    const after = spliced(spliced(IPV4, 15, 1, marked), 24, 2, check);
    return calls(`ecn: ${tos} of IPv4`, [['skb_ecn_set_ce']], 1, packet, after);
  }),
  calls('ecn: IPv6', [['skb_ecn_set_ce']], 1, spliced(IPV6, 14, 2, '6010'), spliced(IPV6, 14, 2, '6030')),
  calls('ecn: of ARP', [['skb_ecn_set_ce']], 0, ARP, ARP),
];

const REDIRECTS: readonly Case[] = [
  {
    name: 'redirect: ingress',
    type: 'tc',
    packet: IPV4,
    asm: 'r1 = 5\nr2 = 1\ncall redirect\nexit',
    want: { r0: 7, redirect: { kind: 'ifindex', key: 5 } },
  },
  {
    name: 'redirect: unknown flags',
    type: 'tc',
    packet: IPV4,
    asm: 'r1 = 5\nr2 = 2\ncall redirect\nexit',
    want: { r0: 2 },
  },
  {
    name: 'redirect_peer',
    type: 'tc',
    packet: IPV4,
    asm: 'r1 = 5\nr2 = 0\ncall redirect_peer\nexit',
    want: { r0: 7, redirect: { kind: 'ifindex', key: 5 } },
  },
  {
    name: 'redirect_peer: no flags',
    type: 'tc',
    packet: IPV4,
    asm: 'r1 = 5\nr2 = 1\ncall redirect_peer\nexit',
    want: { r0: 2 },
  },
  {
    name: 'redirect_neigh: by the routing table',
    type: 'tc',
    packet: IPV4,
    asm: 'r1 = 5\nr2 = 0\nr3 = 0\nr4 = 0\ncall redirect_neigh\nexit',
    want: { r0: 7, redirect: { kind: 'ifindex', key: 5 } },
  },
  ...([20, 19] as const).map(
    (size): Case => ({
      name: `redirect_neigh: a next hop of ${size} bytes`,
      type: 'tc',
      packet: IPV4,
      asm: `r1 = 2
        *(u64 *)(r10 - 24) = r1
        *(u64 *)(r10 - 16) = r1
        *(u64 *)(r10 - 8) = r1
        r1 = 5\nr2 = r10\nr2 += -24\nr3 = ${size}\nr4 = 0\ncall redirect_neigh\nexit`,
      want: { r0: size === 20 ? 7 : 2 },
    }),
  ),
];

/** Sets a tunnel key of bytes 0, 1, 2, …, with some of its members zero, then gets it back. */
const tunnel = (name: string, r0: number, body: string, context?: Case['want']['context']): Case => ({
  name: `tunnel: ${name}`,
  type: 'tc',
  packet: IPV4,
  asm: `
    r6 = r1
    r1 = 0x0403020100c0ffee ll
    *(u64 *)(r10 - 48) = r1
    r1 = 0x1111111122222222 ll
    *(u64 *)(r10 - 40) = r1
    r1 = 0x00004005 ll
    *(u64 *)(r10 - 32) = 0
    *(u32 *)(r10 - 32) = 0x33333333
    *(u32 *)(r10 - 28) = r1
    *(u64 *)(r10 - 24) = 0
    r1 = 0x08070605
    *(u32 *)(r10 - 20) = r1
    *(u64 *)(r10 - 16) = 0
    *(u64 *)(r10 - 8) = 0
    ${body}
    exit`,
  want: { r0: r0 >>> 0, ...(context === undefined ? {} : { context }) },
});

const set = (size: number, flags: number): string =>
  `r1 = r6\nr2 = r10\nr2 += -48\nr3 = ${size}\nr4 = ${flags}\ncall skb_set_tunnel_key`;
const get = (size: number, flags: number): string =>
  `r1 = r6\nr2 = r10\nr2 += -48\nr3 = ${size}\nr4 = ${flags}\ncall skb_get_tunnel_key`;
/** Shows members of the key at r10 − 48: id, remote address, TOS to ext, label, local address. */
const SHOW = [0, 4, 20, 24, 28]
  .map((at, i) => `r2 = *(u32 *)(r10 - ${48 - at})\n*(u32 *)(r6 + ${48 + 4 * i}) = r2`)
  .join('\n');

const TUNNELS: readonly Case[] = [
  tunnel('none comes in', -22, get(44, 0)),
  tunnel('a key', 0, set(44, 0)),
  tunnel('unknown flags', -22, set(44, 64)),
  tunnel('an unknown size', -22, set(40, 0)),
  ...[28, 24, 22, 8].map((size) => tunnel(`${size} bytes of a key`, 0, set(size, 0))),
  tunnel('a label is of IPv6', -22, `*(u32 *)(r10 - 24) = 5\n${set(44, 0)}`),
  tunnel('a label', 0, `*(u32 *)(r10 - 24) = 5\n${set(44, 1)}`),
  tunnel('a member without meaning', -22, `*(u16 *)(r10 - 26) = 5\n${set(44, 1)}`),
  tunnel('back again', 0, `${set(44, 0)}\n${get(44, 0)}\n${SHOW}`, {
    cb: [0xc0ffee, 0x08070605, 0x4005, 0, 0x04030201 & 0xffffffff],
  }),
  tunnel('back again with flags', 0, `${set(44, 6)}\n${get(44, 16)}\n${SHOW}`),
  tunnel('IPv6 back again', 0, `*(u32 *)(r10 - 24) = 0x123456\n${set(44, 1)}\n${get(44, 1)}\n${SHOW}`),
  tunnel('of another family', -71, `${set(44, 0)}\n${get(44, 1)}`),
  tunnel('back again by 8 bytes', 0, `${set(44, 0)}\n${get(8, 0)}\n${SHOW}`),
  tunnel('back again by 22 bytes', 0, `${set(44, 0)}\n${get(22, 0)}\n${SHOW}`),
  tunnel('options without a key', -22, 'r1 = r6\nr2 = r10\nr2 += -48\nr3 = 8\ncall skb_set_tunnel_opt'),
  tunnel('options', 0, `${set(44, 0)}\nr1 = r6\nr2 = r10\nr2 += -48\nr3 = 8\ncall skb_set_tunnel_opt`),
  tunnel('odd options', -22, `${set(44, 0)}\nr1 = r6\nr2 = r10\nr2 += -48\nr3 = 7\ncall skb_set_tunnel_opt`),
  tunnel('no options', -2, `${set(44, 0)}\nr1 = r6\nr2 = r10\nr2 += -48\nr3 = 8\ncall skb_get_tunnel_opt`),
  tunnel(
    'options back again',
    8,
    `${set(44, 0)}\nr1 = r6\nr2 = r10\nr2 += -48\nr3 = 8\ncall skb_set_tunnel_opt
     r1 = r6\nr2 = r10\nr2 += -48\nr3 = 16\ncall skb_get_tunnel_opt\n${SHOW}`,
    { cb: [0xc0ffee, 0x04030201, 0x4005, 0, 0x08070605] },
  ),
];

export const SKB_HELPERS: Readonly<Record<string, readonly Case[]>> = {
  ...SKB_ROOM,
  'skb: bytes': BYTES,
  'skb: checksums': SUMS,
  'skb: fields': FIELDS,
  'skb: redirects': REDIRECTS,
  'skb: tunnels': TUNNELS,
};
