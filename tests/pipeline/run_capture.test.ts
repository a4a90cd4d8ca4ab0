/** The way of packets from a capture through a program to sinks, with a program that we script. */
import { describe, expect, it } from 'vitest';
import type { LoadedProgram } from '../../src/engine/types.js';
import type { PacketInput, RunResult } from '../../src/model/frame.js';
import { type CaptureRecord, PcapngEncoder, readCapture } from '../../src/packet/index.js';
import { CaptureFileSink } from '../../src/pipeline/capture_sink.js';
import { runCapture } from '../../src/pipeline/run_capture.js';
import type { ByteSink, CaptureSink } from '../../src/pipeline/sink.js';
import { Tally } from '../../src/pipeline/tally.js';
import { BeeswaxError } from '../../src/util/errors.js';

const bytesOf = (packet: Uint8Array | PacketInput): Uint8Array => (packet instanceof Uint8Array ? packet : packet.data);

/** Returns the first byte, drops two bytes of the front; 99 traps. */
function scripted(seen: PacketInput[] = []): LoadedProgram {
  const run = (packet: Uint8Array | PacketInput): RunResult => {
    if (!(packet instanceof Uint8Array)) seen.push(packet);
    const [retval = 0] = bytesOf(packet);
    const trap = { code: 'BEESWAX_E_TRAP_READ', program: 'main', pc: 4, value: 1n };
    return {
      retval,
      action: `V${retval}`,
      packet: bytesOf(packet).slice(2),
      metaLength: 0,
      ...(retval === 99 ? { trap } : {}),
    };
  };
  return {
    name: 'main',
    type: 'xdp',
    runBatch: (packets: readonly PacketInput[]) => packets.map(run),
  } as unknown as LoadedProgram;
}

function memorySink(): ByteSink & { all(): Uint8Array; closed: boolean } {
  const chunks: Uint8Array[] = [];
  return {
    closed: false,
    async write(bytes) {
      chunks.push(bytes.slice());
    },
    async close() {
      this.closed = true;
    },
    all: () => new Uint8Array(Buffer.concat(chunks)),
  };
}

function captureOf(first: readonly number[], length = 20): Uint8Array {
  const encoder = new PcapngEncoder();
  encoder.addInterface({ name: 'eth0' });
  first.forEach((byte, index) => {
    encoder.addPacket({
      data: new Uint8Array(length).fill(byte, 0, 1),
      timestamp: BigInt(index),
      comments: [`was ${index}`],
    });
  });
  return encoder.take();
}

/** Records which calls a sink gets, in order. */
function recorder(): CaptureSink & { calls: string[] } {
  const calls: string[] = [];
  return {
    calls,
    record: ({ kind }) => void calls.push(kind),
    packet: (_packet, index, result) => void calls.push(`packet ${index} ${result?.action ?? 'not run'}`),
    drain: async () => void calls.push('drain'),
    finish: async () => void calls.push('finish'),
  };
}

describe('runCapture', () => {
  it('hands records and packets to sinks in the order of the file', async () => {
    const sink = recorder();
    const summary = await runCapture({
      program: scripted(),
      records: readCapture(captureOf([2, 1, 2])),
      sinks: [sink],
    });
    expect(summary).toMatchObject({ packets: 3, notRun: 0 });
    expect(sink.calls).toEqual([
      'section',
      'interface',
      'packet 0 V2',
      'packet 1 V1',
      'packet 2 V2',
      'drain',
      'finish',
    ]);
  });

  it('keeps the order where interfaces come between packets', async () => {
    const encoder = new PcapngEncoder();
    for (const byte of [1, 2]) {
      encoder.addInterface({});
      encoder.addPacket({ data: new Uint8Array(20).fill(byte), timestamp: 0n, interfaceId: byte - 1 });
    }
    const sink = recorder();
    await runCapture({ program: scripted(), records: readCapture(encoder.take()), sinks: [sink] });
    expect(sink.calls.slice(1, 5)).toEqual(['interface', 'packet 0 V1', 'interface', 'packet 1 V2']);
  });

  it('gives packets of impossible lengths to sinks without a result', async () => {
    const encoder = new PcapngEncoder();
    encoder.addInterface({});
    for (const length of [13, 14, 65535, 65536]) encoder.addPacket({ data: new Uint8Array(length), timestamp: 0n });
    const sink = recorder();
    const summary = await runCapture({ program: scripted(), records: readCapture(encoder.take()), sinks: [sink] });
    expect(summary).toMatchObject({ packets: 4, notRun: 2 });
    expect(sink.calls.filter((call) => call.startsWith('packet'))).toEqual([
      ...['packet 0 not run', 'packet 1 V0', 'packet 2 V0', 'packet 3 not run'],
    ]);
  });

  it('stops at the limit in the middle of a batch, and at a signal after it', async () => {
    const limited = await runCapture({
      program: scripted(),
      records: readCapture(captureOf([1, 1, 1])),
      sinks: [],
      limit: 2,
    });
    expect(limited.packets).toBe(2);
    const controller = new AbortController();
    const many = captureOf(Array.from({ length: 3000 }, () => 1));
    const stopped = await runCapture({
      program: scripted(),
      records: readCapture(many),
      sinks: [],
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(stopped.packets).toBeGreaterThan(0);
    expect(stopped.packets).toBeLessThan(3000);
  });

  it('runs what lies before damage, finishes the sinks, and reports it', async () => {
    const capture = captureOf([1, 2, 3]);
    const sink = recorder();
    const summary = await runCapture({
      program: scripted(),
      records: readCapture(capture.subarray(0, capture.length - 10)),
      sinks: [sink],
    });
    expect(summary.packets).toBe(2);
    expect(summary.damage?.code).toBe('BEESWAX_E_CAPTURE_TRUNCATED');
    expect(sink.calls.at(-1)).toBe('finish');
  });

  it('passes on what sinks and files throw', async () => {
    const failing: CaptureSink = {
      packet: () => {
        throw new BeeswaxError('BEESWAX_E_CAPTURE_WRITE', { problem: 'x' });
      },
    };
    const run = runCapture({ program: scripted(), records: readCapture(captureOf([1])), sinks: [failing] });
    await expect(run).rejects.toThrow('this cannot be written: x');
  });

  it('says in every context what it was given', async () => {
    const seen: PacketInput[] = [];
    await runCapture({
      program: scripted(seen),
      records: readCapture(captureOf([1, 2])),
      sinks: [],
      context: { ingressIfindex: 5, rxQueueIndex: 1 },
    });
    expect(seen).toMatchObject([{ ingressIfindex: 5, rxQueueIndex: 1 }, { ingressIfindex: 5 }]);
  });
});

describe('CaptureFileSink', () => {
  it('writes packets as they are after the run, and keeps the rest', async () => {
    const bytes = memorySink();
    const sink = new CaptureFileSink({
      encoder: new PcapngEncoder(),
      bytes,
      type: 'xdp',
      queue: 3,
      comment: ({ trap }) => trap?.code,
    });
    await runCapture({ program: scripted(), records: readCapture(captureOf([2, 99])), sinks: [sink] });
    expect(bytes.closed).toBe(true);

    const records: CaptureRecord[] = [];
    for await (const batch of readCapture(bytes.all())) records.push(...batch);
    const packets = records.filter((record) => record.kind === 'packet');
    expect(records.find((record) => record.kind === 'interface')).toMatchObject({ name: 'eth0' });
    expect(packets.map(({ length, originalLength, timestamp }) => [length, originalLength, timestamp])).toEqual([
      [18, 18, 0n],
      [18, 18, 1n],
    ]);
    const text = new TextDecoder();
    const options = packets.map((packet) =>
      packet.options.map(({ code, value }) => (code === 1 ? text.decode(value) : [code, ...value])),
    );
    expect(options).toEqual([
      ['was 0', [6, 3, 0, 0, 0], [7, 2, 2, 0, 0, 0, 0, 0, 0, 0]],
      ['was 1', 'BEESWAX_E_TRAP_READ', [6, 3, 0, 0, 0], [7, 2, 99, 0, 0, 0, 0, 0, 0, 0]],
    ]);
  });
});

describe('Tally', () => {
  it('counts verdicts and link types, and traps by the instruction at fault', async () => {
    const tally = new Tally();
    await runCapture({ program: scripted(), records: readCapture(captureOf([2, 99, 2, 1, 99])), sinks: [tally] });
    expect(tally.verdicts).toEqual([
      ['V2', 2],
      ['V99', 2],
      ['V1', 1],
    ]);
    expect(tally.linkTypes).toEqual([1]);
    expect(tally.traps).toMatchObject([{ info: { pc: 4, program: 'main' }, firstPacket: 1, count: 2 }]);
  });
});
