/** Forms of values that people write as text: bytes in hex, IPv4 and IPv6 addresses, numbers. No shapes here. */
import { fromHex } from '../util/hex.js';

/** Bytes in memory order, if the text is exactly `size` of them in hex. */
export function wholeHex(text: string, size: number): Uint8Array | undefined {
  // Separators and a prefix are at most twice the digits: longer texts need no look.
  if (text.length < size * 2 || text.length > size * 4 + 2) return undefined;
  const bytes = fromHex(text);
  return bytes?.length === size ? bytes : undefined;
}

/** '203.0.113.7' as its four bytes in network order, or undefined. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  const bytes = match?.slice(1).map(Number);
  return bytes?.every((byte) => byte <= 255) === true ? Uint8Array.from(bytes) : undefined;
}

/** '2001:db8::1' or '::ffff:203.0.113.7' as its sixteen bytes in network order (RFC 4291 section 2.2), or undefined. */
export function parseIpv6(text: string): Uint8Array | undefined {
  if (text.length > 45 || !text.includes(':')) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const parts = halves.map(hextets);
  const [head, tail] = parts;
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const used = head.length + (tail?.length ?? 0);
  if (halves.length === 2 ? used > 14 : used !== 16) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  if (tail !== undefined) bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** One side of `::` as bytes. */
function hextets(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const words = text.split(':');
  for (const [index, word] of words.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(word)) {
      const value = Number.parseInt(word, 16);
      bytes.push(value >> 8, value & 0xff);
      continue;
    }
    const last = index === words.length - 1 ? parseIpv4(word) : undefined;
    if (last === undefined) return undefined;
    bytes.push(...last);
  }
  return bytes;
}

/** A decimal number, or a hexadecimal one behind `0x`, or undefined. */
export function parseInteger(text: string): bigint | undefined {
  if (text.length > 64) return undefined;
  const match = /^(-?)(\d+|0x[0-9a-f]+)$/i.exec(text.trim());
  if (match === null) return undefined;
  const magnitude = BigInt((match[2] as string).replace(/^0+(?=\d)/, ''));
  return match[1] === '-' ? -magnitude : magnitude;
}
