/** Helpers that ask about interfaces, routes and sockets, and those about text, against what a machine with only a loopback says. */
import { IPV4 } from './skb_support.js';
import type { Case } from './types.js';

type Type = 'tc' | 'xdp';
const BOTH: readonly Type[] = ['xdp', 'tc'];

/** Calls fib_lookup with a struct of zeros but for some words. */
const fib = (
  type: Type,
  name: string,
  words: Readonly<Record<number, number>>,
  r0: number,
  size = 64,
  flags = 0,
): Case => ({
  name: `${type}: fib_lookup: ${name}`,
  type,
  packet: IPV4,
  asm: `
    r2 = 0
    ${[8, 16, 24, 32, 40, 48, 56, 64].map((at) => `*(u64 *)(r10 - ${at}) = r2`).join('\n')}
    ${Object.entries(words)
      .map(([at, word]) => `r2 = ${word}\n*(u32 *)(r10 - ${64 - Number(at)}) = r2`)
      .join('\n')}
    r2 = r10
    r2 += -64
    r3 = ${size}
    r4 = ${flags}
    call fib_lookup
    exit`,
  want: { r0: r0 >>> 0 },
});

const FIB: readonly Case[] = BOTH.flatMap((type) => [
  fib(type, 'forwarding is off', { 0: 2, 8: 1, 32: 0x0200000a }, 5),
  fib(type, 'forwarding is off for IPv6', { 0: 10, 8: 1, 32: 0xb80d0120 | 0, 44: 0x02000000 }, 5),
  fib(type, 'no interface', { 0: 2, 8: 4711, 32: 0x0200000a }, -19),
  fib(type, 'no family', { 8: 1 }, -97),
  fib(type, 'a short struct', { 0: 2, 8: 1 }, -22, 63),
  fib(type, 'unknown flags', { 0: 2, 8: 1 }, -22, 64, 64),
  fib(type, 'multicast is not forwarded', { 0: 10, 8: 1, 32: 0x02ff }, 4),
  fib(type, 'link-local is not forwarded', { 0: 10, 8: 1, 32: 0x80fe }, 4),
]);

/** r0 is the result, the first byte behind the Ethernet header the lowest byte of the MTU that comes back. */
const mtu = (
  type: Type,
  name: string,
  [ifindex, given, difference, flags]: readonly [number, number, number, number],
  r0: number,
): Case => ({
  name: `${type}: check_mtu: ${name}`,
  type,
  packet: IPV4,
  asm: `
    r2 = ${given}
    *(u32 *)(r10 - 4) = r2
    r2 = ${ifindex}
    r3 = r10
    r3 += -4
    r4 = ${difference}
    r5 = ${flags}
    call check_mtu
    r1 = *(u32 *)(r10 - 4)
    r1 <<= 4
    r0 += r1
    exit`,
  want: { r0: r0 >>> 0 },
});

const MTU = 65536 << 4;
const MTUS: readonly Case[] = BOTH.flatMap((type) => [
  mtu(type, 'fits', [0, 0, 0, 0], MTU),
  mtu(type, 'fits the loopback', [1, 0, 0, 0], MTU),
  mtu(type, 'as long as can be', [1, 0, 65500, 0], MTU),
  mtu(type, 'too long', [1, 0, 65501, 0], MTU + 1),
  mtu(type, 'a length of its own', [1, 65536, 0, 0], MTU),
  mtu(type, 'a length of its own, too long', [1, 65537, 0, 0], MTU + 1),
  mtu(type, 'no interface', [4711, 0, 0, 0], -19),
  mtu(type, 'unknown flags', [0, 0, 0, 2], -22),
]);

/** Looks a socket up; r0 is 1 when there is none. */
const SOCKETS: readonly Case[] = BOTH.flatMap((type) =>
  ['sk_lookup_tcp', 'sk_lookup_udp', 'skc_lookup_tcp'].map(
    (helper): Case => ({
      name: `${type}: ${helper} finds none`,
      type,
      packet: IPV4,
      asm: `
        r2 = 0
        *(u64 *)(r10 - 16) = r2
        *(u64 *)(r10 - 8) = r2
        r2 = r10
        r2 += -16
        r3 = 12
        r4 = -1
        r5 = 0
        call ${helper}
        if r0 == 0 goto +3
        r1 = r0
        call sk_release
        goto +2
        r0 = 1
        exit
        r0 = 0
        exit`,
      want: { r0: 1 },
    }),
  ),
);

/** The packet's socket: r0 is 1 where the helper gives null, else a member of struct bpf_sock or 2. */
const socket = (helper: string, member: string, r0: number): Case => ({
  name: `${helper}: ${r0}`,
  type: 'tc',
  packet: IPV4,
  asm: `
    r1 = *(u64 *)(r1 + 168)
    r0 = 3
    if r1 == 0 goto +5
    call ${helper}
    if r0 != 0 goto +2
    r0 = 1
    goto +1
    ${member}
    exit`,
  want: { r0 },
});

const OWN: readonly Case[] = [
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 4)', 2),
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 8)', 0),
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 12)', 0),
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 24)', 0x0100000a),
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 52)', 0x0200000a),
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 44)', 0),
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 72)', 7),
  socket('sk_fullsock', 'r0 = *(u32 *)(r0 + 76)', 0xffffffff),
  socket('tcp_sock', 'r0 = 2', 1),
  socket('get_listener_sock', 'r0 = 2', 1),
  ...(['get_socket_uid', 'get_cgroup_classid', 'get_route_realm'] as const).map(
    (helper): Case => ({
      name: helper,
      type: 'tc',
      packet: IPV4,
      asm: `call ${helper}\nexit`,
      want: { r0: 0 },
    }),
  ),
  {
    name: 'get_socket_cookie is not 0',
    type: 'tc',
    packet: IPV4,
    asm: 'call get_socket_cookie\nr1 = r0\nr0 = 1\nif r1 != 0 goto +1\nr0 = 0\nexit',
    want: { r0: 1 },
  },
];

/** Clones to an interface; the packet itself goes on. */
const clone = (name: string, ifindex: number, flags: number, r0: number, more: Partial<Case> = {}): Case => ({
  name: `clone_redirect: ${name}`,
  type: 'tc',
  packet: IPV4,
  asm: `r2 = ${ifindex}\nr3 = ${flags}\ncall clone_redirect\nexit`,
  ...more,
  want: { r0: r0 >>> 0, packet: IPV4 },
});

const CLONES: readonly Case[] = [
  clone('to the loopback', 1, 1, 0),
  clone('to no interface', 4711, 0, -22),
  clone('with unknown flags', 1, 2, -22),
  clone('of what is several packets', 1, 0, -74, { context: { gso_size: 5 } }),
];

/** Reads a number from text; r0 is what the helper gives, or the number where that is what counts. */
const number = (helper: 'strtol' | 'strtoul', text: string, base: number, r0: number, value = 0): Case[] => {
  const bytes = Array.from({ length: 32 }, (_, i) => (i < text.length ? text.charCodeAt(i) : 0));
  const words = Array.from({ length: 8 }, (_, i) => new DataView(Uint8Array.from(bytes).buffer).getInt32(4 * i, true));
  const asm = `
    ${words.map((word, i) => `r1 = ${word}\n*(u32 *)(r10 - ${40 - 4 * i}) = r1`).join('\n')}
    r1 = 0
    *(u64 *)(r10 - 8) = r1
    r1 = r10
    r1 += -40
    r2 = ${text.length}
    r3 = ${base}
    r4 = r10
    r4 += -8
    call ${helper}`;
  const name = `${helper} of ${JSON.stringify(text)} to base ${base}`;
  return [
    { name, type: 'tc', packet: IPV4, asm: `${asm}\nexit`, want: { r0: r0 >>> 0 } },
    {
      name: `${name}: the number`,
      type: 'tc',
      packet: IPV4,
      asm: `${asm}\nr0 = *(u32 *)(r10 - 8)\nexit`,
      want: { r0: value >>> 0 },
    },
  ];
};

const NUMBERS: readonly Case[] = [
  ...number('strtol', '42', 0, 2, 42),
  ...number('strtol', '-42x', 10, 3, -42),
  ...number('strtol', ' \t7 ', 10, 3, 7),
  ...number('strtol', '0x1f', 0, 4, 31),
  ...number('strtol', '0x1f', 16, 4, 31),
  ...number('strtol', '1f', 16, 2, 31),
  ...number('strtol', '017', 0, 3, 15),
  ...number('strtol', '0x', 0, 1, 0),
  ...number('strtol', '0x', 16, -22),
  ...number('strtol', '08', 0, 1, 0),
  ...number('strtol', '9', 8, -22),
  ...number('strtol', '5', 7, -22),
  ...number('strtol', '-', 0, -22),
  ...number('strtol', 'x', 0, -22),
  ...number('strtol', '9223372036854775807', 10, 19, -1),
  ...number('strtol', '9223372036854775808', 10, -34),
  ...number('strtol', '-9223372036854775808', 10, 20, 0),
  ...number('strtol', '99999999999999999999', 10, -34),
  ...number('strtoul', '18446744073709551615', 10, 20, -1),
  ...number('strtoul', '18446744073709551616', 10, -34),
  ...number('strtoul', '-1', 10, -22),
  ...number('strtoul', '+1', 10, -22),
  ...number('strtoul', '0X1F', 0, 4, 31),
];

export const NETWORK: Readonly<Record<string, readonly Case[]>> = {
  'network: routes': FIB,
  'network: MTUs': MTUS,
  'network: sockets': [...SOCKETS, ...OWN],
  'network: clones': CLONES,
  'text: numbers': NUMBERS,
};
