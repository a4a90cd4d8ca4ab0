/** How the public suite's runner and its plugins write bytes and numbers. */

/** Bytes as that runner writes them, pairs of digits apart by two spaces: plugins were written against this form. */
export function pluginHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('  ');
}

/** r0 from a plugin's stdout: hex, with or without 0x. */
export function parseReturnValue(text: string): bigint | undefined {
  const digits = /^(?:0x)?([0-9a-f]{1,16})$/i.exec(text.trim());
  return digits === null ? undefined : BigInt(`0x${digits[1]}`);
}
