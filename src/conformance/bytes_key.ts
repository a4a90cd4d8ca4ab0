/** Bytes as the key of a Map or Set. */

/** One character a byte: WHATWG's windows-1252 gives each of the 256 one of its own. */
const LATIN = new TextDecoder('latin1');

/** Equal for equal bytes only. */
export const bytesKey = (bytes: Uint8Array): string => LATIN.decode(bytes);
