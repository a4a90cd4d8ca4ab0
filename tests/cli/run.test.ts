/** `beeswax run`: verdicts, outputs, reports, damage, streams. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding } from '../support/have.js';
import { beeswax, folder, frame, JUDGE, json, MAIN, pcapOf } from './support.js';

const files = folder();
const object = files.path('judge.o');
const LAST = [0, 1, 2, 3, 5, 8];
const capture = files.write('in.pcap', pcapOf(LAST.map(frame)));
const trapping = files.write('trap.pcap', pcapOf([7, 2, 7].map(frame)));

interface RunDocument {
  packets: number;
  verdicts: Record<string, number>;
  seconds: number;
  packetsPerSecond: number;
  traps: { code: string; pc: number; count: number; firstPacket: number; location: { file: string; line: number } }[];
  maps: Record<string, { key: unknown; before: unknown; after: unknown }[]>;
  engine: string;
}

beforeAll(() => {
  const { code, err } = beeswax(['asm', files.write('judge.bpfasm', JUDGE), '-o', object]);
  if (code !== 0) throw new Error(err);
});

describe.each(['interp', 'jit'])('run --engine %s', (engine) => {
  const run = (...words: string[]) => beeswax(['run', object, '--engine', engine, ...words]);

  it('counts verdicts and shows changed maps', () => {
    const { code, out, err } = run('-i', capture);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^judge: 6 packets in .* packets\/s \((interp|jit)\)\n/);
    expect(out).toContain('  XDP_DROP  3  50.0 %\n  XDP_PASS  3  50.0 %\n');
    expect(out).toContain('counts (array): 4 entries changed\n');
  });

  it('prints one JSON document', () => {
    const document = json<RunDocument>(['run', object, '--engine', engine, '-i', capture]);
    expect(document).toMatchObject({ packets: 6, verdicts: { XDP_PASS: 3, XDP_DROP: 3 }, traps: [], engine });
    expect(document.packetsPerSecond).toBeGreaterThan(0);
    expect(document.maps.counts).toHaveLength(4);
  });

  it('writes verdicts, a line a packet', () => {
    const { code } = run('-i', capture, '--verdicts', files.path('v.jsonl'), '-q');
    expect(code).toBe(0);
    const lines = files
      .read('v.jsonl')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(6);
    expect(lines[1]).toEqual({
      packet: 1,
      retval: 1,
      verdict: 'XDP_DROP',
      data: `ee${'0102030405060708090a0b0c0d0e0f101112'}01`,
    });
    expect(lines.map(({ retval }) => retval)).toEqual([2, 1, 2, 1, 1, 2]);
  });

  it('dumps maps in a form that --maps reads, shaped and raw', () => {
    run('-i', capture, '-q', '--dump-maps', files.path('once.json'), '--raw');
    const once = JSON.parse(files.read('once.json'));
    expect(once.counts).toEqual([
      { key: '00000000', value: '0200000000000000' },
      { key: '01000000', value: '0200000000000000' },
      { key: '02000000', value: '0100000000000000' },
      { key: '03000000', value: '0100000000000000' },
    ]);
    run('-i', capture, '-q', '--maps', files.path('once.json'), '--dump-maps', files.path('twice.json'));
    run('-i', capture, '-q', '--maps', files.path('twice.json'), '--dump-maps', files.path('thrice.json'), '--raw');
    expect(JSON.parse(files.read('thrice.json')).counts[0]).toEqual({ key: '00000000', value: '0600000000000000' });
  });

  it('counts traps, shows the first with its source line, goes on, exits with 0', () => {
    const { code, out } = run('-i', trapping);
    expect(code).toBe(0);
    expect(out).toContain('XDP_ABORTED  2');
    expect(out).toContain('2 packets trapped, the first was packet 0:\nwarning[BEESWAX_E_TRAP_READ]: ');
    expect(out).toMatch(/--> .*judge\.bpfasm:15 {3}r0 = \*\(u8 \*\)\(r7 \+ 0x4000\)\n {6}insn 8/);
    const { traps } = json<RunDocument>(['run', object, '--engine', engine, '-i', trapping]);
    expect(traps).toMatchObject([
      { code: 'BEESWAX_E_TRAP_READ', pc: 8, count: 2, firstPacket: 0, location: { line: 15 } },
    ]);
  });

  it('stops at --limit', () => {
    expect(json<RunDocument>(['run', object, '--engine', engine, '-i', capture, '--limit', '2']).packets).toBe(2);
  });
});

describe('run on damaged captures', () => {
  const bytes = pcapOf(LAST.map(frame));

  it('runs what lies before a cut, completes its outputs, then says where; exit 3', () => {
    const cut = files.write('cut.pcap', bytes.subarray(0, bytes.length - 5));
    const { code, out, err } = beeswax([
      'run',
      object,
      '-i',
      cut,
      '--verdicts',
      files.path('cut.jsonl'),
      '-o',
      files.path('cut.pcapng'),
    ]);
    expect(code).toBe(3);
    expect(out).toContain('5 packets');
    expect(err).toContain(
      `error[BEESWAX_E_CAPTURE_TRUNCATED]: the capture ends inside a packet record at byte ${24 + 5 * 36}`,
    );
    expect(err).toContain(`--> ${cut}`);
    expect(files.read('cut.jsonl').trimEnd().split('\n')).toHaveLength(5);
    expect(json<RunDocument>(['run', object, '-i', files.path('cut.pcapng')]).packets).toBe(5);
  });

  it('carries the error in the JSON document', () => {
    const cut = files.write('cut.pcap', bytes.subarray(0, bytes.length - 5));
    const { code, out } = beeswax(['run', object, '-i', cut, '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ packets: 5, error: { code: 'BEESWAX_E_CAPTURE_TRUNCATED' } });
  });

  it('refuses what is no capture', () => {
    const { code, out, err } = beeswax(['run', object, '-i', object]);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('error[BEESWAX_E_CAPTURE_FORMAT]: this is no capture: it starts with the bytes 7f 45 4c 46');
  });

  it('names files that are not there', () => {
    expect(beeswax(['run', object, '-i', '/nowhere/x.pcap'])).toMatchObject({ code: 3, out: '' });
    expect(beeswax(['run', '/nowhere/x.o', '-i', capture]).err).toContain(
      'cannot read /nowhere/x.o: there is no such file',
    );
    expect(beeswax(['run', object, '-i', capture, '-o', '/nowhere/x.pcap']).err).toContain(
      'cannot write /nowhere/x.pcap',
    );
    expect(beeswax(['run', object, '-i', files.path('.')]).err).toContain('it is a directory');
  });

  it('passes packets by that the hook cannot take', () => {
    const short = files.write('short.pcap', pcapOf([frame(1), new Uint8Array(10), frame(2)]));
    const { code, out } = beeswax(['run', object, '-i', short, '--verdicts', '-']);
    expect(code).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ packet, verdict, error }) => [packet, verdict ?? error])).toEqual([
      [0, 'XDP_DROP'],
      [1, 'BEESWAX_E_PACKET_LENGTH'],
      [2, 'XDP_PASS'],
    ]);
    expect(json<RunDocument & { notRun: number }>(['run', object, '-i', short])).toMatchObject({
      packets: 3,
      notRun: 1,
    });
  });
});

describe('run on streams', () => {
  it('reads stdin and writes a capture to stdout, with the report on stderr', () => {
    const done = spawnSync(process.execPath, [MAIN, 'run', object, '-i', '-', '-o', '-'], {
      input: readFileSync(capture),
    });
    expect(done.status).toBe(0);
    expect(done.stderr.toString()).toContain('judge: 6 packets');
    const judged = files.write('piped.pcapng', done.stdout);
    expect(json<RunDocument>(['run', object, '-i', judged]).packets).toBe(6);
  });

  it('refuses two documents on stdout, and to overwrite its input', () => {
    expect(beeswax(['run', object, '-i', capture, '-o', '-', '--json'])).toMatchObject({ code: 2 });
    const { code, err } = beeswax(['run', object, '-i', capture, '-o', capture]);
    expect(code).toBe(2);
    expect(err).toContain('is the input; it would be overwritten');
  });

  it('is quiet when its reader goes away', () => {
    const many = files.write(
      'many.pcap',
      pcapOf(Array.from({ length: 20_000 }, (_, index) => frame((index * 8) & 0xff))),
    );
    const shell = `"${process.execPath}" "${MAIN}" run "${object}" -i "${many}" --verdicts - | head -n 1`;
    const done = spawnSync('sh', ['-c', shell], { encoding: 'utf8' });
    expect(done.stdout).toMatch(/^\{"packet":0,.*\}\n$/);
    expect(done.stderr).not.toContain('EPIPE');
  });

  it('writes pcap where the name says so', () => {
    beeswax(['run', object, '-i', capture, '-o', files.path('out.pcap'), '-q']);
    const bytes = readFileSync(files.path('out.pcap'));
    expect(bytes.readUInt32LE(0).toString(16)).toMatch(/a1b2(c3d4|3c4d)/);
    expect(bytes.length).toBe(24 + 6 * 36);
  });
});

describeNeeding(['tshark'], 'pcapng output as Wireshark reads it', () => {
  it('finds drops by their verdict, and the trap by its comment', () => {
    beeswax([
      'run',
      object,
      '-i',
      files.write('mix.pcap', pcapOf([1, 2, 7, 3].map(frame))),
      '-o',
      files.path('mix.pcapng'),
      '-q',
    ]);
    const tshark = (...words: string[]): string =>
      spawnSync('tshark', ['-r', files.path('mix.pcapng'), ...words], { encoding: 'utf8' }).stdout;
    expect(tshark('-Y', 'frame.verdict.ebpf_xdp == 1', '-T', 'fields', '-e', 'frame.number')).toBe('1\n4\n');
    expect(tshark('-Y', 'frame.comment contains "0x4000"', '-T', 'fields', '-e', 'frame.number')).toBe('3\n');
  });
});

describeNeeding(['kernelBpf'], 'run --engine kernel', () => {
  it('gives the verdicts, bytes and maps that the other engines give', () => {
    const good = files.write(
      'good.bpfasm',
      JUDGE.replace('  if r6 != 7 goto count\n  r0 = *(u8 *)(r7 + 0x4000)\n', ''),
    );
    beeswax(['asm', good, '-o', files.path('good.o')]);
    const answers = ['kernel', 'interp', 'jit'].map((engine) => {
      const { code, err } = beeswax([
        ...['run', files.path('good.o'), '-i', capture, '--engine', engine, '-q', '--raw'],
        ...['--verdicts', files.path(`${engine}.jsonl`), '--dump-maps', files.path(`${engine}.json`)],
      ]);
      expect(code, err).toBe(0);
      return files.read(`${engine}.jsonl`) + files.read(`${engine}.json`);
    });
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).toBe(answers[0]);
  });
});

describe('run, interrupted', () => {
  it('stops waiting for more packets, completes its outputs, reports, and exits with 130', async () => {
    const child = spawn(process.execPath, [
      MAIN,
      'run',
      object,
      '-i',
      '-',
      '--engine',
      'interp',
      '--verdicts',
      files.path('int.jsonl'),
    ]);
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin.on('error', () => undefined);
    child.stdin.write(readFileSync(capture));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(out).toContain('judge: 6 packets');
    expect(files.read('int.jsonl').trimEnd().split('\n')).toHaveLength(6);
  });
});
