/**
 * The options of pcapng blocks: a list of (code, length, value padded to 32 bit), ended by code 0 or by the block
 * (draft-ietf-opsawg-pcapng, section 3.5).
 */
import type { CaptureOption } from './capture.js';

/** Option codes that this library reads or writes; every other one is kept as it is. */
export const OPTION = Object.freeze({
  END: 0,
  COMMENT: 1,
  SHB_HARDWARE: 2,
  SHB_OS: 3,
  SHB_USERAPPL: 4,
  IF_NAME: 2,
  IF_DESCRIPTION: 3,
  IF_SPEED: 8,
  IF_TSRESOL: 9,
  IF_FCSLEN: 13,
  IF_TSOFFSET: 14,
  EPB_FLAGS: 2,
  EPB_DROPCOUNT: 4,
  EPB_PACKETID: 5,
  EPB_QUEUE: 6,
  EPB_VERDICT: 7,
});

const padded = (length: number): number => (length + 3) & ~3;

/**
 * What is wrong with an option area, or undefined.
 *
 * @param end where the area ends; `start` and `end` are offsets in the view.
 */
export function optionDamage(view: DataView, start: number, end: number, little: boolean): string | undefined {
  let at = start;
  while (at < end) {
    if (end - at < 4) return `${end - at} bytes are left for an option, which has 4 at least`;
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === OPTION.END) return undefined;
    if (at + 4 + padded(length) > end) {
      return `option ${code} claims ${length} bytes, but its block has ${end - at - 4} left`;
    }
    at += 4 + padded(length);
  }
  return undefined;
}

/** The options of an area, without the end mark. The area must be free of damage, or is read up to it. */
export function readOptions(area: Uint8Array, little: boolean): CaptureOption[] {
  const view = new DataView(area.buffer, area.byteOffset, area.byteLength);
  const options: CaptureOption[] = [];
  let at = 0;
  while (at + 4 <= area.length) {
    const code = view.getUint16(at, little);
    const length = view.getUint16(at + 2, little);
    if (code === OPTION.END || at + 4 + length > area.length) break;
    options.push({ code, value: area.subarray(at + 4, at + 4 + length) });
    at += 4 + padded(length);
  }
  return options;
}

/** Bytes that options take, with their end mark; no option takes none. */
export function optionsSize(options: readonly CaptureOption[]): number {
  if (options.length === 0) return 0;
  let size = 4;
  for (const { value } of options) size += 4 + padded(value.length);
  return size;
}

/** Writes options with their end mark into zeroed bytes; returns where they end. */
export function writeOptions(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  options: readonly CaptureOption[],
  little: boolean,
): number {
  if (options.length === 0) return start;
  let at = start;
  for (const { code, value } of options) {
    view.setUint16(at, code, little);
    view.setUint16(at + 2, value.length, little);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  return at + 4;
}

const text = new TextEncoder();

/** UTF-8 of a text, cut at a character's start so that it fits a 16-bit length. */
export function textValue(value: string): Uint8Array {
  const bytes = text.encode(value);
  if (bytes.length <= 0xffff) return bytes;
  let end = 0xffff;
  while (end > 0 && ((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

export function uint64Value(value: bigint, little: boolean): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), little);
  return bytes;
}

const decoder = new TextDecoder();

/** The value of the first option with that code, as text (a trailing NUL, which some writers add, is dropped). */
export function textOption(options: readonly CaptureOption[], code: number): string | undefined {
  const option = options.find((candidate) => candidate.code === code);
  return option && decoder.decode(option.value).replace(/\0+$/, '');
}

/** The value of the first option with that code and exactly 8 bytes, unsigned. */
export function uint64Option(options: readonly CaptureOption[], code: number, little: boolean): bigint | undefined {
  const value = options.find((candidate) => candidate.code === code && candidate.value.length === 8)?.value;
  return value && new DataView(value.buffer, value.byteOffset, 8).getBigUint64(0, little);
}

/** The value of the first option with that code and exactly one byte. */
export function uint8Option(options: readonly CaptureOption[], code: number): number | undefined {
  return options.find((candidate) => candidate.code === code && candidate.value.length === 1)?.value[0];
}
