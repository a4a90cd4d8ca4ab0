/** Packets and program parts of the cases about struct __sk_buff. */
import { bytes, type Case, hex } from './types.js';

/** 00:…:00 ← 02:…:02, IPv4, UDP 10.0.0.1:4660 → 10.0.0.2:53, "abcd" and four more bytes. */
export const IPV4 = `
  000000000000 020202020202 0800
  45000024 00010000 40110000 0a000001 0a000002
  1234 0035 0010 beef 6162636465666768`;

/** The same over IPv6. */
export const IPV6 = `
  000000000000 020202020202 86dd
  60000000 0010 11 40 20010db8000000000000000000000001 20010db8000000000000000000000002
  1234 0035 0010 beef 6162636465666768`;

/** IPv4 in a VLAN 0x2064, its tag in the bytes. */
export const TAGGED = `
  000000000000 020202020202 8100 2064 0800
  45000024 00010000 40110000 0a000001 0a000002
  1234 0035 0010 beef 6162636465666768`;

/** ARP, as far as helpers look. */
export const ARP = `ffffffffffff 020202020202 0806 ${'00'.repeat(28)}`;

/** A packet with some of its bytes replaced, cut out (no replacement) or put in. */
export function spliced(packet: string, at: number, remove: number, insert = ''): string {
  const all = bytes(packet);
  return hex(all.subarray(0, at)) + insert.replace(/\s+/g, '') + hex(all.subarray(at + remove));
}

/** A helper and its arguments behind the context. */
export type Call = readonly [helper: string, ...args: readonly (number | string)[]];

/** Calls helpers with the context and constants one after the other; r0 is what the last returned. */
export const calls = (
  name: string,
  steps: readonly Call[],
  r0: number,
  packet: string,
  want: string,
  more: Partial<Case> = {},
): Case => ({
  name,
  type: 'tc',
  packet,
  asm: `r6 = r1
    ${steps.map(([helper, ...args]) => [`r1 = r6`, ...args.map((arg, i) => `r${i + 2} = ${arg}`), `call ${helper}`].join('\n')).join('\n')}
    exit`,
  ...more,
  want: { r0: r0 >>> 0, packet: want },
});

/** The same, and then r0 is a field of the context. */
export const field = (name: string, steps: readonly Call[], offset: number, r0: number, packet = IPV4): Case => {
  const { asm } = calls(name, steps, 0, packet, packet);
  return {
    name,
    type: 'tc',
    packet,
    asm: asm.replace(/exit\s*$/, `r0 = *(u32 *)(r6 + ${offset})\nexit`),
    want: { r0 },
  };
};

export const ZEROS = (count: number): string => '00'.repeat(count);
