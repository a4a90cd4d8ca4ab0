/** Packs `union bpf_attr`: numbers and pointers at the offsets of `uapi.ts`, in memory that the kernel may read and write. */
import type { SystemPort } from './ffi/port.js';
import { stableBytes } from './ffi/port.js';
import { type AttrLayout, BPF_ATTR, type BpfCommand, type FieldType, NAME_LENGTH } from './uapi.js';

type FieldValue<T extends FieldType> = T extends 'u32'
  ? number
  : T extends 'u64'
    ? bigint
    : T extends 'ptr'
      ? Uint8Array
      : string;
type Fields<C extends BpfCommand> = (typeof BPF_ATTR)[C];
export type AttrValues<C extends BpfCommand> = {
  [F in keyof Fields<C>]?: Fields<C>[F] extends readonly [number, infer T extends FieldType] ? FieldValue<T> : never;
};

const SIZE = { u32: 4, u64: 8, ptr: 8, name: NAME_LENGTH } as const satisfies Record<FieldType, number>;

/**
 * The attributes of one command. Bytes given as pointers stay referenced as long as this object is, so their
 * addresses hold.
 */
export class Attr<C extends BpfCommand> {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #layout: AttrLayout;
  readonly #pointees = new Map<string, Uint8Array>();

  constructor(
    private readonly port: SystemPort,
    readonly command: C,
    values: AttrValues<C>,
  ) {
    this.#layout = BPF_ATTR[command];
    const end = Math.max(...Object.values(this.#layout).map(([offset, type]) => offset + SIZE[type]));
    this.bytes = stableBytes(end);
    this.#view = new DataView(this.bytes.buffer);
    this.set(values);
  }

  /** Changes the members given, leaves the others. Bytes must come from `stableBytes` or `stableCopy`. */
  set(values: AttrValues<C>): this {
    for (const [name, value] of Object.entries(values as Record<string, number | bigint | Uint8Array | string>)) {
      const [offset] = this.#layout[name] as readonly [number, FieldType];
      if (typeof value === 'number') this.#view.setUint32(offset, value, true);
      else if (typeof value === 'bigint') this.#view.setBigUint64(offset, value, true);
      else if (typeof value === 'string') this.bytes.set(kernelName(value), offset);
      else {
        this.#pointees.set(name, value);
        this.#view.setBigUint64(offset, value.length === 0 ? 0n : this.port.addressOf(value), true);
      }
    }
    return this;
  }

  /** Reads a u32 member: what the kernel wrote there. */
  u32(name: keyof Fields<C> & string): number {
    const [offset] = this.#layout[name] as readonly [number, FieldType];
    return this.#view.getUint32(offset, true);
  }
}

/** A name as the kernel takes it: letters, digits, '_' and '.', 15 bytes and a NUL. */
function kernelName(name: string): Uint8Array {
  const out = new Uint8Array(NAME_LENGTH);
  const text = name.replaceAll(/[^A-Za-z0-9_.]/g, '_').slice(0, NAME_LENGTH - 1);
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i);
  return out;
}
