/** Bytes as hexadecimal text and back: two digits a byte, in memory order. */

/** ASCII of the two digits of each byte, the first in the low half: a little-endian pair. */
const PAIRS = Uint16Array.from({ length: 256 }, (_, byte) => {
  const digits = byte.toString(16).padStart(2, '0');
  return digits.charCodeAt(0) | (digits.charCodeAt(1) << 8);
});

const ascii = new TextDecoder();

/** Lower-case digits without separators. */
export function toHex(bytes: Uint8Array): string {
  const digits = new Uint8Array(bytes.length * 2);
  writeHex(bytes, digits, 0);
  return ascii.decode(digits);
}

/** Writes the digits of bytes as ASCII; returns where they end. */
export function writeHex(bytes: Uint8Array, into: Uint8Array, at: number): number {
  for (let i = 0; i < bytes.length; i++) {
    const pair = PAIRS[bytes[i] as number] as number;
    into[at++] = pair;
    into[at++] = pair >> 8;
  }
  return at;
}

/**
 * Reads digits of either case; spaces, line breaks, colons and one leading `0x` are passed over.
 *
 * @returns undefined when the text holds anything else, or half a byte.
 */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.trim().replace(/^0x/i, '').replace(/[\s:]/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
