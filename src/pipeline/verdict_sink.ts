/**
 * Writes one JSON object a packet, a line each: number, return value, verdict, and the bytes after the run. Lines are
 * put together as bytes, since text of this size is most of a run's time.
 */
import type { CapturePacket } from '../packet/index.js';
import { writeHex } from '../util/hex.js';
import type { ByteSink, CaptureSink, PacketResult } from './sink.js';

/** Bytes that are worth a write. */
const CHUNK = 256 * 1024;
/** More than all of a line but the packet takes. */
const LINE_ROOM = 4096;

export class VerdictLinesSink implements CaptureSink {
  readonly #encoder = new TextEncoder();
  #buffer = new Uint8Array(CHUNK + LINE_ROOM);
  #length = 0;

  constructor(private readonly bytes: ByteSink) {}

  packet(_packet: CapturePacket, index: number, result: PacketResult | undefined): void {
    if (result === undefined) {
      this.#text(`{"packet":${index},"error":"BEESWAX_E_PACKET_LENGTH"}\n`);
      return;
    }
    this.#text(`{"packet":${index},"retval":${result.retval},"verdict":"${result.action}","data":"`);
    this.#reserve(result.packet.length * 2);
    this.#length = writeHex(result.packet, this.#buffer, this.#length);
    this.#text(`"${furtherFields(result)}}\n`);
  }

  async drain(): Promise<void> {
    if (this.#length >= CHUNK) await this.#flush();
  }

  async finish(): Promise<void> {
    if (this.#length > 0) await this.#flush();
    await this.bytes.close();
  }

  #text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#encoder.encodeInto(text, this.#buffer.subarray(this.#length)).written;
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#buffer.length) return;
    const larger = new Uint8Array(Math.max(this.#buffer.length * 2, this.#length + size));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }

  /** A sink resolves when it is done with the bytes, so that they may be written over then. */
  async #flush(): Promise<void> {
    const filled = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    await this.bytes.write(filled);
  }
}

/** What most packets do not have. */
function furtherFields({ metaLength, redirect, trap }: PacketResult): string {
  let fields = metaLength === 0 ? '' : `,"metaLength":${metaLength}`;
  if (redirect !== undefined) fields += `,"redirect":${JSON.stringify({ ...redirect, flags: Number(redirect.flags) })}`;
  if (trap !== undefined) {
    fields += `,"trap":${JSON.stringify({ code: trap.code, program: trap.program, pc: trap.pc })}`;
  }
  return fields;
}
