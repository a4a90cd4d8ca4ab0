/** Times of captures: ticks of a resolution that each interface declares, and nanoseconds since 1970. */

export interface TimestampResolution {
  /** pcapng's if_tsresol octet: 10^-n, or 2^-(n & 0x7f) with the top bit set. */
  readonly octet: number;
  readonly ticksPerSecond: bigint;
  /** pcapng's if_tsoffset: seconds to add to every time. */
  readonly offsetSeconds: bigint;
}

const NANOSECONDS = 1_000_000_000n;

/** The resolution that an if_tsresol octet (6, microseconds, where the option is missing) and an offset give. */
export function resolutionOf(octet: number, offsetSeconds = 0n): TimestampResolution {
  const exponent = BigInt(octet & 0x7f);
  const ticksPerSecond = octet & 0x80 ? 2n ** exponent : 10n ** exponent;
  return { octet, ticksPerSecond, offsetSeconds };
}

export const MICROSECOND_RESOLUTION: TimestampResolution = Object.freeze(resolutionOf(6));
export const NANOSECOND_RESOLUTION: TimestampResolution = Object.freeze(resolutionOf(9));

export const ticksOf = (high: number, low: number): bigint => (BigInt(high) << 32n) | BigInt(low);

/** Ticks to nanoseconds since 1970, rounded down where the resolution is finer. */
export function toNanoseconds(ticks: bigint, resolution: TimestampResolution): bigint {
  return (ticks * NANOSECONDS) / resolution.ticksPerSecond + resolution.offsetSeconds * NANOSECONDS;
}

/** Nanoseconds since 1970 to ticks, rounded to the nearest where the resolution is coarser. */
export function fromNanoseconds(nanoseconds: bigint, resolution: TimestampResolution): bigint {
  const scaled = (nanoseconds - resolution.offsetSeconds * NANOSECONDS) * resolution.ticksPerSecond;
  const shifted = scaled + NANOSECONDS / 2n;
  // BigInt division rounds towards zero; times before 1970 are to be rounded like others.
  return shifted < 0n ? (shifted + 1n) / NANOSECONDS - 1n : shifted / NANOSECONDS;
}
