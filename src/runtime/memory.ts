/**
 * The linear memory of an engine: how big it is, where its areas lie (drawn in `abi/layout.ts`), and the views that
 * TypeScript reads and writes it through. Created at its full size: untouched pages cost nothing.
 */
import { Header, Layout } from '../abi/layout.js';
import type { MemoryBounds } from '../analysis/addressed.js';
import { BeeswaxError } from '../util/errors.js';

const MIB = 2 ** 20;
const DEFAULT_SIZE = 1024 * MIB;
const SMALLEST_SIZE = 32 * MIB;
const LARGEST_SIZE = 4096 * MIB;

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: MIB, g: 2 ** 30 };

/**
 * Reads a memory size: bytes, or text with a unit (`'512MiB'`, `'2G'`).
 *
 * @throws BeeswaxError BEESWAX_E_MEMORY_SIZE for anything else, and outside of 32 MiB to 4 GiB.
 */
export function memorySize(size: number | string | undefined): number {
  if (size === undefined) return DEFAULT_SIZE;
  const text = /^\s*([\d.]+)\s*(?:([kmg])i?b?)?\s*$/i.exec(String(size));
  const bytes = text === null ? Number.NaN : Number(text[1]) * (UNITS[(text[2] ?? '').toLowerCase()] ?? Number.NaN);
  if (!(bytes >= SMALLEST_SIZE && bytes <= LARGEST_SIZE))
    throw new BeeswaxError('BEESWAX_E_MEMORY_SIZE', { size: String(size) });
  return Math.floor(bytes / Layout.PAGE) * Layout.PAGE;
}

/** Divides a memory of `size` bytes: 3/8 runtime heap, 1/32 frozen values, 1/16 packets, the rest map values. */
export function divideMemory(size: number): MemoryBounds {
  const page = (bytes: number): number => Math.floor(bytes / Layout.PAGE) * Layout.PAGE;
  const roBase = page(size * (3 / 8));
  return {
    roBase,
    rwBase: roBase + page(size / 32),
    userEnd: size - page(size / 16),
    umemEnd: size,
    pages: size / Layout.PAGE,
  };
}

export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  readonly bounds: MemoryBounds;
  readonly u8: Uint8Array<ArrayBufferLike>;
  readonly view: DataView<ArrayBufferLike>;

  /** @throws BeeswaxError BEESWAX_E_NO_MEMORY when the host refuses a memory of this size. */
  constructor(size: number, settings: { workers: number; fuel: bigint; hostRandom: boolean }) {
    this.bounds = divideMemory(size);
    const { pages } = this.bounds;
    try {
      this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    } catch (cause) {
      throw new BeeswaxError('BEESWAX_E_NO_MEMORY', { mebibytes: size / MIB }, { cause });
    }
    this.u8 = new Uint8Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.#header(Header.RO_BASE, this.bounds.roBase);
    this.#header(Header.RW_BASE, this.bounds.rwBase);
    this.#header(Header.USER_END, this.bounds.userEnd);
    this.#header(Header.UMEM_END, this.bounds.umemEnd);
    this.#header(Header.WORKER_COUNT, settings.workers);
    this.#header(Header.HOST_RANDOM, settings.hostRandom ? 1 : 0);
    this.view.setBigInt64(Layout.HEADER + Header.FUEL, settings.fuel, true);
  }

  #header(field: Header, value: number): void {
    this.view.setUint32(Layout.HEADER + field, value, true);
  }

  getU32(address: number): number {
    return this.view.getUint32(address, true);
  }

  setU32(address: number, value: number): void {
    this.view.setUint32(address, value, true);
  }

  /** A copy of bytes, in memory of its own. */
  copy(address: number, length: number): Uint8Array {
    return this.u8.slice(address, address + length);
  }
}
