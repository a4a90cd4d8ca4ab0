/** Boundary values with the names that cases are called by. */

export interface Value {
  readonly name: string;
  /** Unsigned 64 bit. */
  readonly value: bigint;
}

/** Exponents around which widths and signs change. */
const EDGES = [7, 8, 15, 16, 31, 32, 63] as const;

function named(entries: readonly (readonly [name: string, value: bigint])[], bits: number): Value[] {
  const seen = new Set<bigint>();
  const values: Value[] = [];
  for (const [name, raw] of entries) {
    const value = BigInt.asUintN(bits, raw);
    if (seen.has(value)) continue;
    seen.add(value);
    values.push({ name, value });
  }
  return values;
}

const around = (edges: readonly number[]): [string, bigint][] =>
  edges.flatMap((edge): [string, bigint][] => {
    const power = 1n << BigInt(edge);
    return [
      [`2^${edge}`, power],
      [`2^${edge}-1`, power - 1n],
      [`2^${edge}+1`, power + 1n],
      [`-2^${edge}`, -power],
      [`-2^${edge}-1`, -power - 1n],
    ];
  });

const SMALL: [string, bigint][] = [
  ['0', 0n],
  ['1', 1n],
  ['2', 2n],
  ['-1', -1n],
  ['-2', -2n],
];

const PATTERNS: [string, bigint][] = [
  ['0x123456789abcdef', 0x0123_4567_89ab_cdefn],
  ['0xfedcba9876543210', 0xfedc_ba98_7654_3210n],
  ['0x8000000080000000', 0x8000_0000_8000_0000n],
  ['0x7fffffff80000000', 0x7fff_ffff_8000_0000n],
  ['0x80ff7f0180ff7f01', 0x80ff_7f01_80ff_7f01n],
];

/** Register values. */
export const VALUES: readonly Value[] = named([...SMALL, ...around(EDGES), ...PATTERNS], 64);

/** A few of them, where every value would be too much. */
export const FEW: readonly Value[] = named(
  [
    ['0', 0n],
    ['1', 1n],
    ['-1', -1n],
    ['2^31', 1n << 31n],
    ['2^31-1', (1n << 31n) - 1n],
    ['2^32+1', (1n << 32n) + 1n],
    ['-2^31', -(1n << 31n)],
    ['2^63', 1n << 63n],
    ['2^63-1', (1n << 63n) - 1n],
    ['0xfedcba9876543210', 0xfedc_ba98_7654_3210n],
  ],
  64,
);

/** Immediates: the 32 bits of the field, as signed numbers. */
export const IMMEDIATES: readonly { readonly name: string; readonly value: number }[] = named(
  [...SMALL, ...around([7, 8, 15, 16]), ['2^31-1', 0x7fff_ffffn], ['-2^31', -0x8000_0000n], ['-2^31+1', -0x7fff_ffffn]],
  32,
).map(({ name, value }) => ({ name, value: Number(BigInt.asIntN(32, value)) }));

/** Shift counts: all within 64 bit, and what lies past the widths. */
export const SHIFT_COUNTS: readonly number[] = [
  ...Array.from({ length: 67 }, (_, count) => count),
  95,
  96,
  127,
  128,
  255,
  256,
  0x7fff_ffff,
  -1,
  -31,
  -32,
  -0x8000_0000,
];
