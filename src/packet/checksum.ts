/** The internet checksum (RFC 1071) and the pseudo headers that transports sum besides (RFC 9293, RFC 8200). */

/**
 * One's-complement sum of big-endian 16-bit words, an odd last byte padded with zero; not yet folded. Exact for up to
 * 2^37 bytes.
 */
export function onesSum(bytes: Uint8Array, sum = 0): number {
  let total = sum;
  const even = bytes.length & ~1;
  for (let at = 0; at < even; at += 2) total += ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (even < bytes.length) total += (bytes[even] as number) << 8;
  return total;
}

/** A sum brought into 16 bit by adding the carries. */
export function fold(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded % 0x10000) + Math.floor(folded / 0x10000);
  return folded;
}

/** The checksum field's value for bytes in which that field is zero; 0 for bytes in which it is right. */
export const internetChecksum = (bytes: Uint8Array, sum = 0): number => ~fold(onesSum(bytes, sum)) & 0xffff;

/** The sum of a pseudo header; addresses of 4 or 16 bytes. */
export function pseudoHeaderSum(source: Uint8Array, destination: Uint8Array, protocol: number, length: number): number {
  return onesSum(source) + onesSum(destination) + protocol + (length >>> 16) + (length & 0xffff);
}
