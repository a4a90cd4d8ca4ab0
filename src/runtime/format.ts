/**
 * Text as bpf_trace_printk and bpf_snprintf make it: the conversions of bpf_bprintf_prepare (kernel/bpf/helpers.c)
 * with the layout of bstr_printf (lib/vsprintf.c). Two departures, as a pointer here is no secret: `%p` and `%pK`
 * print the address unhashed, and no address has a symbol.
 */
import { ERRNO } from '../abi/errno.js';
import { decimal, type Layout, pad, padText, pointerText } from './format_number.js';

/** Bytes of a program's memory, or undefined where it may not read. */
export type ReadBytes = (address: bigint, size: number) => Uint8Array | undefined;

/** kernel/bpf/helpers.c MAX_BPRINTF_BIN_ARGS: what all arguments of a call take together, strings with their NUL. */
const MAX_ARGUMENT_BYTES = 512;
/** lib/vsprintf.c FIELD_WIDTH_MAX. */
const MAX_WIDTH = (1 << 23) - 1;

const PERCENT = 0x25;
const code = (character: string): number => character.charCodeAt(0);

const isSpace = (c: number): boolean => c === 0x20 || (c >= 9 && c <= 13);
const isAlnum = (c: number): boolean => /[0-9A-Za-z]/.test(String.fromCharCode(c));
const isPunct = (c: number): boolean => c > 0x20 && c < 0x7f && !isAlnum(c);
/** What may follow a conversion that could go on with a letter. */
const endsConversion = (c: number): boolean => c === 0 || isSpace(c) || isPunct(c);

/** One call's state: the format being read, the arguments taken so far, the text made. */
class Formatter {
  readonly out: number[] = [];
  #at = 0;
  #next = 0;
  #used = 0;

  constructor(
    readonly format: Uint8Array,
    readonly args: readonly bigint[],
    readonly read: ReadBytes,
  ) {}

  /** 0, or a positive errno. */
  run(): number {
    while (this.#at < this.format.length) {
      const c = this.#peek(0);
      if (c < 0x80 && !isSpace(c) && (c < 0x20 || c === 0x7f)) return ERRNO.EINVAL;
      this.#at++;
      if (c !== PERCENT) this.out.push(c);
      else if (this.#peek(0) === PERCENT) {
        this.out.push(PERCENT);
        this.#at++;
      } else {
        const failed = this.#conversion();
        if (failed !== 0) return failed;
      }
    }
    return 0;
  }

  /** The character `ahead` of the current one; 0 at the end, as the format ends with a NUL. */
  #peek(ahead: number): number {
    return this.format[this.#at + ahead] ?? 0;
  }

  #conversion(): number {
    const value = this.args[this.#next++];
    if (value === undefined || this.#peek(0) >= 0x80) return ERRNO.EINVAL;
    const layout = this.#layout();
    const c = this.#peek(0);
    if (c === code('p')) return this.#pointer(layout, value);
    if (c === code('s')) return this.#string(layout, value, 1);
    if (c === code('c')) return this.#character(layout, value);
    return this.#integer(layout, value);
  }

  /** Flags and width. */
  #layout(): Layout {
    let left = false;
    let zero = false;
    let sign: Layout['sign'] = '';
    for (; ; this.#at++) {
      const c = this.#peek(0);
      if (c === code('-')) left = true;
      else if (c === code('0')) zero = true;
      else if (c === code('+')) sign = '+';
      else if (c === code(' ')) sign = sign === '+' ? '+' : ' ';
      else break;
    }
    let width: number | undefined;
    for (let c = this.#peek(0); c >= code('0') && c <= code('9'); c = this.#peek(0)) {
      width = Math.min((width ?? 0) * 10 + c - code('0'), MAX_WIDTH);
      this.#at++;
    }
    return { left, zero, sign, width };
  }

  /** Takes room among the arguments, numbers at multiples of 4. */
  #take(size: number, aligned: boolean): boolean {
    if (aligned) this.#used = (this.#used + 3) & ~3;
    if (this.#used + size > MAX_ARGUMENT_BYTES) return false;
    this.#used += size;
    return true;
  }

  #integer(layout: Layout, value: bigint): number {
    let bits = 32;
    for (let longs = 0; longs < 2 && this.#peek(0) === code('l'); longs++) {
      bits = 64;
      this.#at++;
    }
    const conversion = String.fromCharCode(this.#peek(0));
    this.#at++;
    if (!'diuxX'.includes(conversion) || conversion === '\0') return ERRNO.EINVAL;
    if (!this.#take(bits / 8, true)) return ERRNO.ENOSPC;
    const signed = conversion === 'd' || conversion === 'i';
    if (signed) this.#push(decimal(BigInt.asIntN(bits, value), layout));
    else {
      const digits = BigInt.asUintN(bits, value).toString(conversion === 'u' ? 10 : 16);
      this.#push(pad(conversion === 'X' ? digits.toUpperCase() : digits, '', layout));
    }
    return 0;
  }

  #character(layout: Layout, value: bigint): number {
    this.#at++;
    if (!this.#take(1, false)) return ERRNO.ENOSPC;
    this.#push(padText(String.fromCharCode(Number(value & 0xffn)), layout));
    return 0;
  }

  /** `%s`, `%pks`, `%pus`: `length` characters of conversion. */
  #string(layout: Layout, address: bigint, length: number): number {
    this.#at += length;
    if (!endsConversion(this.#peek(0))) return ERRNO.EINVAL;
    const room = MAX_ARGUMENT_BYTES - this.#used;
    if (room === 0) return ERRNO.ENOSPC;
    const bytes = this.#readString(address, room);
    this.#take(Math.min(bytes.length + 1, room), false);
    this.#push(padText(String.fromCharCode(...bytes), layout));
    return 0;
  }

  /** Up to the NUL, cut to `room` with one; nothing where it may not be read. */
  #readString(address: bigint, room: number): number[] {
    const bytes: number[] = [];
    while (bytes.length < room) {
      const byte = this.read(BigInt.asUintN(64, address + BigInt(bytes.length)), 1)?.[0];
      if (byte === undefined) return [];
      if (byte === 0) return bytes;
      bytes.push(byte);
    }
    return bytes.slice(0, room - 1);
  }

  #pointer(layout: Layout, value: bigint): number {
    this.#at++;
    const kind = this.#peek(0);
    if (endsConversion(kind)) return this.#address(pointerText(value, layout));
    if ((kind === code('k') || kind === code('u')) && this.#peek(1) === code('s'))
      return this.#string(layout, value, 2);
    if (kind === code('K') || kind === code('x')) return this.#address(pointerText(value, layout));
    const symbol = `0x${BigInt.asUintN(64, value).toString(16)}`;
    if (kind === code('s') || kind === code('S')) return this.#address(padText(symbol, layout));
    if (kind === code('B')) return this.#formatted(symbol, 1);
    const version = this.#peek(1);
    if ((kind !== code('i') && kind !== code('I')) || (version !== code('4') && version !== code('6')))
      return ERRNO.EINVAL;
    const size = version === code('4') ? 4 : 16;
    if (MAX_ARGUMENT_BYTES - this.#used < size) return ERRNO.ENOSPC;
    const bytes = this.read(BigInt.asUintN(64, value), size) ?? new Uint8Array(size);
    return this.#formatted(ipText(bytes, kind === code('I')), 2);
  }

  #address(text: string): number {
    if (!this.#take(8, true)) return ERRNO.ENOSPC;
    this.#push(text);
    this.#skipLetters();
    return 0;
  }

  /** Text made before the layout is looked at, which then does not count. */
  #formatted(text: string, length: number): number {
    this.#at += length;
    this.#take(Math.min(text.length + 1, MAX_ARGUMENT_BYTES - this.#used), false);
    this.#push(text);
    this.#skipLetters();
    return 0;
  }

  /** bstr_printf swallows letters and digits right after a pointer's conversion. */
  #skipLetters(): void {
    while (isAlnum(this.#peek(0))) this.#at++;
  }

  #push(text: string): void {
    for (let index = 0; index < text.length; index++) this.out.push(text.charCodeAt(index));
  }
}

/** `%pI4` 1.2.3.4, `%pi4` 001.002.003.004, `%pI6` with colons, `%pi6` without. */
function ipText(bytes: Uint8Array, plain: boolean): string {
  if (bytes.length === 4) return Array.from(bytes, (byte) => String(byte).padStart(plain ? 1 : 3, '0')).join('.');
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return plain ? (hex.match(/.{4}/g) ?? []).join(':') : hex;
}

/**
 * Formats as the kernel does. `format` is without its NUL; there are as many arguments as the helper was given, used
 * or not.
 *
 * @returns the bytes of the text, or a negative errno: −EINVAL for what is no conversion or has no argument, −ENOSPC
 * when the arguments' strings are too long.
 */
export function formatText(format: Uint8Array, args: readonly bigint[], read: ReadBytes): Uint8Array | number {
  const formatter = new Formatter(format, args, read);
  const failed = formatter.run();
  return failed === 0 ? Uint8Array.from(formatter.out) : -failed;
}
