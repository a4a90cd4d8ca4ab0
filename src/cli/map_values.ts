/** Bytes of maps as values: of per-CPU maps one a CPU. */
import { MAP_TYPES, type MapTypeRow } from '../abi/map_types.js';
import { decodeValue } from '../elf/index.js';
import type { EngineMap } from '../engine/types.js';

/** Per-CPU values lie so many bytes apart, or a multiple of it. */
const CPU_ALIGN = 8;

export const isPerCpu = ({ type }: EngineMap): boolean => (MAP_TYPES[type] as MapTypeRow).perCpu === true;

/** The bytes of each CPU's value. */
export function perCpuValues({ raw }: EngineMap, value: Uint8Array): Uint8Array[] {
  const { valueSize } = raw;
  const stride = Math.ceil(valueSize / CPU_ALIGN) * CPU_ALIGN;
  return Array.from({ length: Math.floor(value.length / stride) }, (_, cpu) =>
    value.subarray(cpu * stride, cpu * stride + valueSize),
  );
}

export function decodeMapKey({ spec }: EngineMap, key: Uint8Array): unknown {
  return decodeValue(spec.keyShape, key);
}

/** A value; of a per-CPU map the array of all CPUs' values. */
export function decodeMapValue(map: EngineMap, value: Uint8Array): unknown {
  const { valueShape } = map.spec;
  if (!isPerCpu(map)) return decodeValue(valueShape, value);
  return perCpuValues(map, value).map((each) => decodeValue(valueShape, each));
}
