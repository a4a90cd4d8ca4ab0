/** Fields read wrongly: what each change makes of a number, for the engines that have instructions as data. */
import type { Effect, Field, FieldChange } from './fault.js';

export type Fields = Readonly<Record<Field, number>>;

/** Two's complement numbers of the width that the field has. */
const NUMBERS: Readonly<Record<Exclude<FieldChange, 'neighbour' | 'other'>, (value: number) => number>> = {
  zero: () => 0,
  'plus one': (value) => value + 1,
  'minus one': (value) => value - 1,
  negated: (value) => -value,
  unsigned: (value) => value & 0xffff,
  low16: (value) => (value << 16) >> 16,
};

/** The fields as the fault has them. Numbers may leave the range of their field, as in an engine that decodes. */
export function changedFields(fields: Fields, changes: Effect['fields'] = {}): Fields {
  const result = { ...fields };
  for (const [name, change] of Object.entries(changes)) {
    const field = name as Field;
    if (change === 'neighbour') result[field] = fields[field] ^ 1;
    else if (change === 'other') result[field] = field === 'src' ? fields.dst : fields.src;
    else result[field] = NUMBERS[change](fields[field]);
  }
  return result;
}
