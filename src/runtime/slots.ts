/** Who owns which entry of the function table and which program record: numbers handed out and taken back. */
import { Layout, SlotKind } from '../abi/layout.js';
import { BeeswaxError } from '../util/errors.js';
import type { EngineMemory } from './memory.js';

/** Numbers from `first` up, the lowest released one first. */
class Numbers {
  #next: number;
  readonly #free: number[] = [];

  constructor(
    first: number,
    readonly limit: number,
    readonly what: string,
  ) {
    this.#next = first;
  }

  take(): number {
    const number = this.#free.pop() ?? this.#next;
    if (number >= this.limit) throw new BeeswaxError('BEESWAX_E_TOO_MANY', { what: this.what, limit: this.limit });
    if (number === this.#next) this.#next++;
    return number;
  }

  give(number: number): void {
    this.#free.push(number);
  }
}

const TABLE_START = 2 * Layout.FIRST_SLOT;
const TABLE_STEP = 1024;

/** The function table that all Wasm modules of a worker share; slot 0 stays empty, the first ones are the runtime's. */
export class Slots {
  readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: TABLE_START });
  readonly #numbers = new Numbers(Layout.FIRST_SLOT, Layout.SLOT_KINDS_SIZE, 'programs and callbacks');
  readonly #memory: EngineMemory;

  constructor(memory: EngineMemory) {
    this.#memory = memory;
  }

  /** A slot for what the kind says. @throws BeeswaxError BEESWAX_E_TOO_MANY. */
  reserve(kind: 'program' | 'function'): number {
    const slot = this.#numbers.take();
    if (slot >= this.table.length) this.table.grow(TABLE_STEP);
    this.#memory.u8[Layout.SLOT_KINDS + slot] = kind === 'program' ? SlotKind.PROGRAM : SlotKind.FUNCTION;
    return slot;
  }

  set(slot: number, code: CallableFunction): void {
    this.table.set(slot, code);
  }

  release(slot: number): void {
    this.#memory.u8[Layout.SLOT_KINDS + slot] = SlotKind.EMPTY;
    this.table.set(slot, null);
    this.#numbers.give(slot);
  }
}

/** Program records in use, and the names that messages call them by. */
export class ProgramRecords {
  readonly #numbers = new Numbers(0, Layout.MAX_PROGRAMS, 'programs');
  readonly #names = new Map<number, string>();

  reserve(name: string): number {
    const index = this.#numbers.take();
    this.#names.set(index, name);
    return index;
  }

  name(index: number): string {
    return this.#names.get(index) ?? `#${index}`;
  }

  release(index: number): void {
    this.#names.delete(index);
    this.#numbers.give(index);
  }
}
