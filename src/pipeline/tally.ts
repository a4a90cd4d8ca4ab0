/** Counts what a run of a capture came to: packets by verdict, link types, and traps by the instruction at fault. */
import type { TrapInfo } from '../model/frame.js';
import type { CaptureInterface, CapturePacket, CaptureRecord } from '../packet/index.js';
import type { CaptureSink, PacketResult } from './sink.js';

/** Traps of one reason at one instruction. */
export interface TrapCount {
  /** Of the first. */
  readonly info: TrapInfo;
  readonly firstPacket: number;
  readonly count: number;
}

export class Tally implements CaptureSink {
  readonly #verdicts = new Map<string, number>();
  readonly #traps = new Map<string, { info: TrapInfo; firstPacket: number; count: number }>();
  readonly #linkTypes = new Set<number>();

  record(record: CaptureRecord): void {
    if (record.kind === 'interface') this.#linkTypes.add((record as CaptureInterface).linkType);
  }

  packet(_packet: CapturePacket, index: number, result: PacketResult | undefined): void {
    if (result === undefined) return;
    this.#verdicts.set(result.action, (this.#verdicts.get(result.action) ?? 0) + 1);
    if (result.trap !== undefined) this.#countTrap(result.trap, index);
  }

  /** Packets by verdict, the most frequent first. */
  get verdicts(): [name: string, packets: number][] {
    return [...this.#verdicts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  }

  /** In order of the packets that met them first. */
  get traps(): readonly TrapCount[] {
    return [...this.#traps.values()];
  }

  /** LINKTYPE_ values of the capture's interfaces. */
  get linkTypes(): readonly number[] {
    return [...this.#linkTypes];
  }

  #countTrap(info: TrapInfo, index: number): void {
    const key = `${info.code} ${info.program} ${info.pc}`;
    const known = this.#traps.get(key);
    if (known === undefined) this.#traps.set(key, { info, firstPacket: index, count: 1 });
    else known.count++;
  }
}
