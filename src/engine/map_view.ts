/**
 * The values of an array map in place: what programs write is seen here at once, and the other way round, as a process
 * sees an array that it has mapped (BPF_F_MMAPABLE) or the variables of its skeleton.
 */
import { decodeValue, encodeValue } from '../elf/shape_codec.js';
import type { MapSpec, Shape } from '../model/map_spec.js';
import { BeeswaxError } from '../util/errors.js';
import { didYouMean } from '../util/nearest.js';

/** Arrays over integers and floats of a size. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

const ARRAYS = {
  unsigned: { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array },
  signed: { 1: Int8Array, 2: Int16Array, 4: Int32Array, 8: BigInt64Array },
  float: { 4: Float32Array, 8: Float64Array },
} as const;

interface Place {
  readonly at: number;
  readonly shape: Shape;
}

export class MapView {
  constructor(
    private readonly spec: MapSpec,
    /** All values, `stride` bytes from one to the next. Not a copy. */
    readonly bytes: Uint8Array,
    readonly stride: number,
  ) {}

  /**
   * A variable of a data section, or a field of an element's struct; all of the element without a name.
   *
   * @param index the element
   * @throws BeeswaxError BEESWAX_E_VALUE_FIELD, BEESWAX_E_VALUE_RANGE.
   */
  get(name?: string, index = 0): unknown {
    const { at, shape } = this.#place(name, index);
    return decodeValue(shape, this.bytes.slice(at, at + shape.size));
  }

  /** Sets what `get` gives. @throws BeeswaxError as `get`, and when the value does not have the form. */
  set(name: string | undefined, value: unknown, index = 0): void {
    const { at, shape } = this.#place(name, index);
    this.bytes.set(encodeValue(shape, value, `${this.spec.name}.${name ?? 'value'}`), at);
  }

  /**
   * A typed array over a number or an array of numbers, in place: `view.numbers('hits')[0]`, `Atomics.add(…)`.
   *
   * @throws BeeswaxError as `get`; BEESWAX_E_VALUE_SHAPE for what is no such thing, or does not lie at a multiple of
   * its size.
   */
  numbers(name?: string, index = 0): NumberArray {
    const { at, shape } = this.#place(name, index);
    const [of, length] = shape.kind === 'array' ? [shape.of, shape.length] : [shape, 1];
    const kind = of.kind === 'float' ? 'float' : 'signed' in of && of.signed ? 'signed' : 'unsigned';
    const isNumber = of.kind === 'int' || of.kind === 'enum' || of.kind === 'pointer' || of.kind === 'float';
    const Numbers = isNumber ? (ARRAYS[kind] as Readonly<Record<number, NumberArrayConstructor>>)[of.size] : undefined;
    const start = this.bytes.byteOffset + at;
    if (Numbers === undefined || start % of.size !== 0)
      throw new BeeswaxError('BEESWAX_E_VALUE_SHAPE', {
        path: `${this.spec.name}.${name ?? 'value'}`,
        wanted: 'a number or an array of numbers, at a multiple of their size',
        got: `${shape.kind} at ${at}`,
      });
    return new Numbers(this.bytes.buffer, start, length);
  }

  #place(name: string | undefined, index: number): Place {
    const elements = Math.floor(this.bytes.length / this.stride);
    if (!Number.isInteger(index) || index < 0 || index >= elements)
      throw new BeeswaxError('BEESWAX_E_VALUE_RANGE', {
        path: `${this.spec.name}.key`,
        value: BigInt(Math.trunc(index) || 0),
        least: 0n,
        most: BigInt(elements - 1),
      });
    const base = index * this.stride;
    const { valueShape } = this.spec;
    if (name === undefined) return { at: base, shape: valueShape };
    const fields = valueShape.kind === 'struct' || valueShape.kind === 'union' ? valueShape.fields : [];
    const field = fields.find((one) => one.name === name && one.bitSize === undefined);
    if (field !== undefined) return { at: base + field.bitOffset / 8, shape: field.shape };
    const names = fields.map((one) => one.name).filter((one) => one !== '');
    const near = didYouMean(name, names);
    throw new BeeswaxError(
      'BEESWAX_E_VALUE_FIELD',
      { path: this.spec.name, field: name, fields: names },
      near === undefined ? undefined : { suggestion: near },
    );
  }
}

type NumberArrayConstructor = new (buffer: ArrayBufferLike, at: number, length: number) => NumberArray;
