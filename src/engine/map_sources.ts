/** Streams over the maps of the Wasm engine: which rings they read, and what they make of the records. */
import type { WasmMap } from '../runtime/maps.js';
import { BeeswaxError } from '../util/errors.js';
import { MapStream } from './map_stream.js';
import type { PerfEvent, PerfOptions } from './types.js';

/** Bytes of a CPU's ring unless said: what perf tools take. */
const DEFAULT_PERF_BYTES = 64 * 1024;

/** The records of a ring buffer. @throws BeeswaxError BEESWAX_E_MAP_KIND for another map. */
export function ringbufStream(map: WasmMap): MapStream<Uint8Array> {
  const reader = map.ring();
  const stream = new MapStream<Uint8Array>({
    isOpen: () => map.isOpen,
    next: () => reader.next(),
    lost: () => reader.lost,
    wait: (resolve) => map.host.wakeups.wait([reader.ring], resolve),
    close: () => map.streams.remove(stream),
  });
  return map.streams.add(stream);
}

/**
 * The events of a perf_event_array, of all CPUs in turns. Programs' writes fail with -ENOENT while nobody reads.
 *
 * @throws BeeswaxError BEESWAX_E_MAP_KIND for another map, BEESWAX_E_MAP_OPERATION (EBUSY while there is another
 * reader, ENOMEM).
 */
export function perfStream(map: WasmMap, { bytesPerCpu = DEFAULT_PERF_BYTES }: PerfOptions): MapStream<PerfEvent> {
  const size = 2 ** Math.ceil(Math.log2(Math.max(bytesPerCpu, 64)));
  if (!(size <= 2 ** 30))
    throw new BeeswaxError('BEESWAX_E_VALUE_RANGE', {
      path: 'bytesPerCpu',
      value: BigInt(Math.trunc(bytesPerCpu) || 0),
      least: 1n,
      most: 2n ** 30n,
    });
  const readers = map.openPerf(size);
  let cpu = 0;
  const stream = new MapStream<PerfEvent>({
    isOpen: () => map.isOpen,
    next() {
      for (let tried = 0; tried < readers.length; tried++) {
        cpu = (cpu + 1) % readers.length;
        const data = readers[cpu]?.next();
        if (data !== undefined) return { cpu, data };
      }
      return undefined;
    },
    lost: () => readers.reduce((sum, { lost }) => sum + lost, 0n),
    wait: (resolve) =>
      map.host.wakeups.wait(
        readers.map(({ ring }) => ring),
        resolve,
      ),
    close() {
      map.streams.remove(stream);
      map.closePerf(readers);
    },
  });
  return map.streams.add(stream);
}
