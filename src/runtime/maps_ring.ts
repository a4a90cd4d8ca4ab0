/** Reads the records of a ring (`assembly/maps/ring.ts`) one by one: each is copied out, and its room given back. */
import { Worker } from '../abi/layout.js';
import { Ring } from '../abi/ring_layout.js';
import type { MapHost } from './maps_transfer.js';

export class RingReader {
  constructor(
    private readonly host: MapHost,
    /** Address of the ring's state. */
    readonly ring: number,
  ) {}

  /** The next record that is committed, undefined when there is none. */
  next(): Uint8Array | undefined {
    const { memory, exports, worker } = this.host;
    const out = worker + Worker.SCRATCH;
    if (exports.ring_next(this.ring, out) === 0) return undefined;
    const record = memory.copy(memory.getU32(out), memory.getU32(out + 4));
    exports.ring_release(this.ring);
    return record;
  }

  /** Records for which the ring had no room, since it was made. */
  get lost(): bigint {
    return this.host.memory.view.getBigUint64(this.ring + Ring.LOST, true);
  }
}
