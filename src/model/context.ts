/**
 * Context records as bytes: writes the fields that a caller gives for a run, reads those that a run gives back. Which
 * fields pass is for `abi/program_types.ts`.
 */
import type { ContextField } from '../abi/program_types.js';
import { BeeswaxError } from '../util/errors.js';
import { didYouMean } from '../util/nearest.js';
import type { ContextValues } from './frame.js';

export type ContextFields = Readonly<Record<string, ContextField>>;

/** Names of the fields that a caller may give. */
export function givenFields(fields: ContextFields): string[] {
  return Object.keys(fields).filter((name) => fields[name]?.passes !== undefined);
}

/** Bytes of a context record: to the end of its last field, rounded up to 8. */
export function contextSize(fields: ContextFields): number {
  const ends = Object.values(fields).map(({ offset, size, count = 1 }) => offset + size * count);
  return Math.ceil(Math.max(0, ...ends) / 8) * 8;
}

/**
 * Writes given fields at `base`, little-endian; leaves the others.
 *
 * @throws BeeswaxError BEESWAX_E_CONTEXT_FIELD for a field that does not pass, BEESWAX_E_CONTEXT_VALUE.
 */
export function writeContext(fields: ContextFields, values: ContextValues, view: DataView, base: number): void {
  for (const [name, value] of Object.entries(values)) {
    const field = fields[name];
    if (field?.passes === undefined) {
      const known = givenFields(fields);
      const suggestion = didYouMean(name, known);
      throw new BeeswaxError(
        'BEESWAX_E_CONTEXT_FIELD',
        { name, known },
        suggestion === undefined ? {} : { suggestion },
      );
    }
    const { offset, size, count } = field;
    const elements: readonly (number | bigint)[] = typeof value === 'object' ? value : [value];
    if ((typeof value === 'object') !== (count !== undefined) || elements.length > (count ?? 1))
      throw new BeeswaxError('BEESWAX_E_CONTEXT_VALUE', {
        name,
        bits: size * 8,
        ...(count === undefined ? {} : { count }),
      });
    elements.forEach((element, index) => {
      if (!fits(element, size))
        throw new BeeswaxError('BEESWAX_E_CONTEXT_VALUE', {
          name,
          bits: size * 8,
          ...(count === undefined ? {} : { count }),
        });
      const at = base + offset + index * size;
      if (size === 8) view.setBigUint64(at, BigInt(element), true);
      else view.setUint32(at, Number(element), true);
    });
  }
}

/** Reads the fields that a run gives back. */
export function readContext(fields: ContextFields, view: DataView, base: number): ContextValues {
  const values: Record<string, number | bigint | number[]> = {};
  for (const [name, { offset, size, count, passes }] of Object.entries(fields)) {
    if (passes !== 'both') continue;
    const at = base + offset;
    if (count !== undefined)
      values[name] = Array.from({ length: count }, (_, index) => view.getUint32(at + index * size, true));
    else values[name] = size === 8 ? view.getBigUint64(at, true) : view.getUint32(at, true);
  }
  return values;
}

function fits(value: unknown, size: number): value is number | bigint {
  if (typeof value === 'bigint') return value >= 0n && value < 1n << BigInt(size * 8);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value < 2 ** (size * 8);
}
