/** Numbers and text in fields, as lib/vsprintf.c lays them out. Characters are bytes (code units below 256). */

export interface Layout {
  /** `-`: at the left of the field. */
  readonly left: boolean;
  /** `0`: numbers are filled with zeros instead of spaces. */
  readonly zero: boolean;
  /** `+` or space: what a number that is not negative begins with. */
  readonly sign: '' | '+' | ' ';
  readonly width: number | undefined;
}

/** Longer text is cut anyway, so nothing wider is made. */
const WIDEST = 4096;

const missing = (length: number, { width = 0 }: Layout): number => Math.min(Math.max(width - length, 0), WIDEST);

/** Digits with their sign in a field. */
export function pad(digits: string, sign: string, layout: Layout): string {
  const fill = missing(sign.length + digits.length, layout);
  if (layout.left) return sign + digits + ' '.repeat(fill);
  return layout.zero ? sign + '0'.repeat(fill) + digits : ' '.repeat(fill) + sign + digits;
}

/** A signed number in decimal. */
export function decimal(value: bigint, layout: Layout): string {
  return value < 0n ? pad(String(-value), '-', layout) : pad(String(value), layout.sign, layout);
}

/** Text in a field: always filled with spaces. */
export function padText(text: string, layout: Layout): string {
  const fill = ' '.repeat(missing(text.length, layout));
  return layout.left ? text + fill : fill + text;
}

/** An address: 16 digits unless a width says otherwise (lib/vsprintf.c pointer_string). */
export function pointerText(value: bigint, layout: Layout): string {
  const digits = BigInt.asUintN(64, value).toString(16);
  return pad(digits, '', layout.width === undefined ? { ...layout, width: 16, zero: true } : layout);
}
