/** The JSON documents of the command line: bigints as numbers where these are exact, bytes as hex. */
import { toHex } from '../util/hex.js';

/** A value as JSON text with a line break at its end; bigints past 2^53 become decimal text. */
export function jsonText(value: unknown, indent = 2): string {
  return `${JSON.stringify(value, replace, indent)}\n`;
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (value instanceof Uint8Array) return toHex(value);
  if (value instanceof Map) return Object.fromEntries(value);
  return value;
}
