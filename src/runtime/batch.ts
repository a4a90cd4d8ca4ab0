/**
 * A batch of packets in the umem with their descriptors: filled once, run by the batch loop inside Wasm, read in place.
 * What a context field means is not known here; lengths are checked by the hook that adds.
 */
import { Arena, Descriptor, Frame, Redirect, SkbFrame } from '../abi/layout.js';
import { type ContextFields, contextSize, readContext, writeContext } from '../model/context.js';
import type { ContextValues, PacketInput, RedirectTarget } from '../model/frame.js';
import { BeeswaxError } from '../util/errors.js';
import type { Runtime } from './runtime.js';

const DEFAULT_CAPACITY = 256;
/** The longest packet that a frame takes: 64 KiB as the kernel's GRO and GSO make them. */
export const MAX_PACKET_LENGTH = 65535;
/** linux/filter.h: metadata and struct xdp_frame share the headroom. */
const MAX_META_LENGTH = Frame.HEADROOM - Frame.RESERVED;

/** What may be said of a packet beside its bytes. */
export type PacketContext = Omit<PacketInput, 'data'>;

/** What a hook asks of its packets' frames. */
export interface PacketShape {
  /** Shortest packet in bytes. */
  readonly minimumLength: number;
  /** Helpers grow packets beyond a page. */
  readonly grows: boolean;
  /** The context record that passes in and out beside each packet. */
  readonly context?: ContextFields;
}

const ANY_SHAPE: PacketShape = { minimumLength: 0, grows: false };
const NO_CONTEXT: PacketContext = {};
/** What BPF_PROG_TEST_RUN says when the caller does not: the loopback device. */
const DEFAULT_IFINDEX = 1;

export class PacketBatch {
  readonly capacity: number;
  /** Address of the descriptors, for the batch loop. */
  readonly descriptors: number;
  #count = 0;
  #next: number;
  readonly #runtime: Runtime;
  readonly #frames: number;
  readonly #framesEnd: number;
  readonly #words: Uint32Array;
  /** Where the packets' context records lie, and how long each is; 0 where the hook has none. */
  readonly #contexts: number;
  readonly #contextSize: number;

  constructor(
    runtime: Runtime,
    capacity = DEFAULT_CAPACITY,
    readonly shape: PacketShape = ANY_SHAPE,
  ) {
    this.#runtime = runtime;
    this.capacity = capacity;
    // Room for one packet of the greatest length, however small the batch.
    const size = Math.max(capacity * Frame.STRIDE, frameSize(MAX_PACKET_LENGTH, false));
    this.descriptors = runtime.allocate(Arena.HEAP, capacity * Descriptor.SIZE, 64, 'packet descriptors');
    this.#contextSize = shape.context === undefined ? 0 : contextSize(shape.context);
    this.#contexts =
      this.#contextSize === 0 ? 0 : runtime.allocate(Arena.HEAP, capacity * this.#contextSize, 64, 'packet contexts');
    this.#frames = runtime.umem.take(size);
    this.#framesEnd = this.#frames + size;
    this.#next = this.#frames;
    this.#words = new Uint32Array(runtime.memory.memory.buffer);
  }

  get count(): number {
    return this.#count;
  }

  /** Empties the batch for the next packets. */
  clear(): void {
    this.#count = 0;
    this.#next = this.#frames;
  }

  /**
   * Adds a packet; false when the batch is full and must be run first.
   *
   * @throws BeeswaxError BEESWAX_E_PACKET_LENGTH, BEESWAX_E_META_LENGTH, BEESWAX_E_CONTEXT_FIELD,
   * BEESWAX_E_CONTEXT_VALUE.
   */
  add(data: Uint8Array, context: PacketContext = NO_CONTEXT): boolean {
    const { length } = data;
    const minimum = this.shape.minimumLength;
    if (length < minimum || length > MAX_PACKET_LENGTH)
      throw new BeeswaxError('BEESWAX_E_PACKET_LENGTH', { length, minimum, maximum: MAX_PACKET_LENGTH });
    const size = frameSize(length, this.shape.grows);
    if (this.#count === this.capacity || this.#next + size > this.#framesEnd) return false;
    const meta = context.meta;
    const metaLength = meta === undefined ? 0 : meta.length;
    if (metaLength > MAX_META_LENGTH || metaLength % 4 !== 0)
      throw new BeeswaxError('BEESWAX_E_META_LENGTH', { length: metaLength });

    const frame = this.#next;
    const start = frame + Frame.HEADROOM;
    const { u8 } = this.#runtime.memory;
    u8.set(data, start);
    if (meta !== undefined) u8.set(meta, start - metaLength);
    const words = this.#words;
    const at = (this.descriptors + this.#count * Descriptor.SIZE) >>> 2;
    words[at + Descriptor.FRAME_START / 4] = frame;
    words[at + Descriptor.FRAME_END / 4] = frame + size;
    words[at + Descriptor.DATA_META / 4] = start - metaLength;
    words[at + Descriptor.DATA / 4] = start;
    words[at + Descriptor.DATA_END / 4] = start + length;
    words[at + Descriptor.INGRESS_IFINDEX / 4] = context.ingressIfindex ?? DEFAULT_IFINDEX;
    words[at + Descriptor.RX_QUEUE_INDEX / 4] = context.rxQueueIndex ?? 0;
    words[at + Descriptor.EGRESS_IFINDEX / 4] = context.egressIfindex ?? 0;
    words[at + Descriptor.CONTEXT / 4] = this.#placeContext(context);
    this.#count++;
    this.#next = frame + size;
    return true;
  }

  /** r0 of packet `index`, unsigned 32 bit; 0 after a trap. */
  retval(index: number): number {
    return this.#word(index, Descriptor.RETVAL);
  }

  /** r0 of packet `index` whole, unsigned 64 bit; 0 after a trap. */
  r0(index: number): bigint {
    return this.#runtime.memory.view.getBigUint64(this.descriptors + index * Descriptor.SIZE + Descriptor.R0, true);
  }

  /** The trap of packet `index` (`Trap`), 0 for none. */
  trapCode(index: number): number {
    return this.#word(index, Descriptor.TRAP_CODE);
  }

  /** Where and why packet `index` trapped. */
  trap(index: number): { code: number; program: number; pc: number; value: bigint } {
    return {
      code: this.trapCode(index),
      program: this.#word(index, Descriptor.TRAP_PROGRAM),
      pc: this.#word(index, Descriptor.TRAP_PC),
      value: this.#runtime.memory.view.getBigUint64(
        this.descriptors + index * Descriptor.SIZE + Descriptor.TRAP_VALUE,
        true,
      ),
    };
  }

  /** Bytes of metadata in front of packet `index` after the run. */
  metaLength(index: number): number {
    return this.#word(index, Descriptor.DATA) - this.#word(index, Descriptor.DATA_META);
  }

  /** A copy of packet `index` after the run: [data_meta, data_end). */
  packet(index: number): Uint8Array {
    return this.#runtime.memory.copy(
      this.#word(index, Descriptor.DATA_META),
      this.#word(index, Descriptor.DATA_END) - this.#word(index, Descriptor.DATA_META),
    );
  }

  /** The bytes of packet `index` in place, [data, data_end): valid until the batch is cleared. */
  dataView(index: number): Uint8Array {
    return this.#runtime.memory.u8.subarray(this.#word(index, Descriptor.DATA), this.#word(index, Descriptor.DATA_END));
  }

  /** Where a redirect helper of packet `index`'s run pointed. */
  redirect(index: number): RedirectTarget | undefined {
    const key = this.#word(index, Descriptor.REDIRECT_KEY);
    const flags = BigInt(this.#word(index, Descriptor.REDIRECT_FLAGS));
    switch (this.#word(index, Descriptor.REDIRECT_KIND)) {
      case Redirect.IFINDEX:
        return { kind: 'ifindex', ifindex: key, flags };
      case Redirect.MAP:
        return { kind: 'map', map: this.#runtime.mapName(this.#word(index, Descriptor.REDIRECT_MAP)), key, flags };
      default:
        return undefined;
    }
  }

  /** The fields of packet `index`'s context that pass out, after the run; undefined where the hook has none. */
  context(index: number): ContextValues | undefined {
    const fields = this.shape.context;
    return fields === undefined
      ? undefined
      : readContext(fields, this.#runtime.memory.view, this.#word(index, Descriptor.CONTEXT));
  }

  /** Gives frames and descriptors back. */
  close(): void {
    if (this.#contexts !== 0) this.#runtime.free(Arena.HEAP, this.#contexts, this.capacity * this.#contextSize);
    this.#runtime.free(Arena.HEAP, this.descriptors, this.capacity * Descriptor.SIZE);
    this.#runtime.umem.give(this.#frames, this.#framesEnd - this.#frames);
  }

  /** Writes the context record of the next packet; its address, 0 where the hook has none. */
  #placeContext({ context, ingressIfindex }: PacketContext): number {
    const fields = this.shape.context;
    if (fields === undefined) {
      if (context !== undefined && Object.keys(context).length > 0)
        writeContext({}, context, this.#runtime.memory.view, 0);
      return 0;
    }
    const { u8, view } = this.#runtime.memory;
    const at = this.#contexts + this.#count * this.#contextSize;
    u8.fill(0, at, at + this.#contextSize);
    // What came in at an interface is of this interface.
    if (ingressIfindex !== undefined)
      writeContext(fields, { ingress_ifindex: ingressIfindex, ifindex: ingressIfindex }, view, at);
    if (context !== undefined) writeContext(fields, context, view, at);
    return at;
  }

  #word(index: number, field: Descriptor): number {
    return this.#words[(this.descriptors + index * Descriptor.SIZE + field) >>> 2] as number;
  }
}

/** Bytes of the frame that a packet of this length lies in: whole pages, as the kernel has it for small packets. */
function frameSize(length: number, grows: boolean): number {
  const longest = grows ? Math.max(length, SkbFrame.MAX_LENGTH) : length;
  return Math.ceil((Frame.HEADROOM + longest + Frame.TAILROOM) / Frame.STRIDE) * Frame.STRIDE;
}
