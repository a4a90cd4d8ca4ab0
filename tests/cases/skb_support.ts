/** Packets and program parts of the cases about struct __sk_buff. */
import { bytes, hex } from './types.js';

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
