/** `beeswax test`: one packet, its forms and its document. */
import { beforeAll, describe, expect, it } from 'vitest';
import { describeNeeding } from '../support/have.js';
import { beeswax, folder, frame, JUDGE, json, pcapOf } from './support.js';

const files = folder();
const object = files.path('judge.o');

interface TestDocument {
  retval: number;
  verdict: string;
  data: string;
  nsPerRun: number;
  repeat: number;
}

const EVEN = '000102030405060708090a0b0c0d0e0f10111202';
const marked = (hex: string): string => `ee${hex.slice(2)}`;

beforeAll(() => {
  beeswax(['asm', files.write('judge.bpfasm', JUDGE), '-o', object]);
});

describe('test', () => {
  const run = (...words: string[]) => json<TestDocument>(['test', object, '--engine', 'interp', ...words]);

  it('runs 64 zero bytes when nothing is given', () => {
    const { nsPerRun, ...rest } = run();
    expect(rest).toEqual({ retval: 2, verdict: 'XDP_PASS', data: marked('0'.repeat(128)), repeat: 1 });
    expect(nsPerRun).toBeGreaterThan(0);
  });

  it.each([
    ['hex', EVEN],
    ['hex in capitals', EVEN.toUpperCase()],
    ['hex with colons', EVEN.replace(/..(?=.)/g, '$&:')],
    ['hex with spaces and line breaks', EVEN.replace(/.{8}/g, '$& ').replace(/.{18}/g, '$&\n')],
    ['hex with 0x', `0x${EVEN}`],
  ])('takes %s', (_, data) => {
    expect(run('--data', data)).toMatchObject({ retval: 2, data: marked(EVEN) });
  });

  it('takes a file of raw bytes, or the first packet of a capture', () => {
    const raw = files.write('raw.bin', frame(2));
    const capture = files.write('two.pcap', pcapOf([frame(3), frame(2)]));
    expect(run('--data', raw)).toMatchObject({ retval: 2, data: marked(EVEN) });
    expect(run('--data', capture)).toMatchObject({ retval: 1, verdict: 'XDP_DROP' });
  });

  it('repeats and times', () => {
    const { repeat, nsPerRun } = run('--repeat', '5000', '--data', EVEN);
    expect(repeat).toBe(5000);
    expect(nsPerRun).toBeGreaterThan(0);
    expect(nsPerRun).toBeLessThan(1e6);
  });

  it('fills maps first', () => {
    const maps = files.write('maps.json', '{"counts": [{"key": "02000000", "value": "2a00000000000000"}]}');
    expect(run('--data', EVEN, '--maps', maps).retval).toBe(2);
  });

  it('exits with 4 when the program trapped, with the trap in the document', () => {
    const words = ['test', object, '--engine', 'interp', '--data', EVEN.replace(/02$/, '07')];
    const { code, out } = beeswax([...words, '--json']);
    expect(code).toBe(4);
    expect(JSON.parse(out)).toMatchObject({
      retval: 0,
      verdict: 'XDP_ABORTED',
      trap: { code: 'BEESWAX_E_TRAP_READ', location: { pc: 8, line: 15 } },
    });
    const text = beeswax(words);
    expect(text.code).toBe(4);
    expect(text.err).toContain('error[BEESWAX_E_TRAP_READ]');
  });

  it('prints verdict, time and bytes for people', () => {
    const { out } = beeswax(['test', object, '--engine', 'interp', '--data', EVEN]);
    expect(out).toContain('verdict  XDP_PASS\nretval   2\n');
    expect(out).toContain('data     20 bytes\n  0000  ee 01 02 03');
  });

  it.each([
    ['abc', 'half a byte'],
    ['nowhere.bin', 'neither hex digits nor a file'],
  ])('refuses --data %s', (data, problem) => {
    const { code, err } = beeswax(['test', object, '--data', data]);
    expect(code).toBe(2);
    expect(err).toContain(problem);
  });

  it('refuses a packet shorter than the hook takes', () => {
    const { code, err } = beeswax(['test', object, '--engine', 'interp', '--data', '0011']);
    expect(code).toBe(3);
    expect(err).toContain('error[BEESWAX_E_PACKET_LENGTH]: a packet of 2 bytes cannot be run');
  });

  it('names the nearest program and map', () => {
    expect(beeswax(['test', object, '-p', 'jugde']).err).toContain('did you mean `judge`?');
    const maps = files.write('count.json', '{"conuts": [{"key": "02000000", "value": "2a00000000000000"}]}');
    expect(beeswax(['test', object, '--maps', maps]).err).toContain('did you mean `counts`?');
  });
});

/** A program that returns a field of its context, by the offset in struct xdp_md. */
const contextField = (offset: number): string => `
.section xdp
.program field xdp
field:
  r0 = *(u32 *)(r1 + ${offset})
  exit
`;

describe('test --ctx', () => {
  const retval = (offset: number, context: string, data?: string): number => {
    const name = `field${offset}`;
    beeswax(['asm', files.write(`${name}.bpfasm`, contextField(offset)), '-o', files.path(`${name}.o`)]);
    const words = ['test', files.path(`${name}.o`), '--engine', 'interp', '--ctx', context];
    return json<TestDocument>(data === undefined ? words : [...words, '--data', data]).retval;
  };

  it('sets fields by their UAPI names', () => {
    expect(retval(12, '{}')).toBe(1);
    expect(retval(12, '{"ingress_ifindex": 7}')).toBe(7);
    expect(retval(16, '{"rx_queue_index": 3}')).toBe(3);
    expect(retval(20, '{"egress_ifindex": 9}')).toBe(9);
  });

  it('takes the first bytes as metadata, as BPF_PROG_TEST_RUN does', () => {
    beeswax(['asm', files.write('meta.bpfasm', META), '-o', files.path('meta.o')]);
    const words = ['test', files.path('meta.o'), '--engine', 'interp', '--ctx', '{"data": 4, "data_end": 24}'];
    const data = `aabbccdd${EVEN}`;
    expect(json([...words, '--data', data])).toMatchObject({ retval: 4, data, metaLength: 4 });
  });

  it.each([
    ['{"ingress_ifndex": 1}', 2, 'did you mean `ingress_ifindex`?'],
    ['{"ingress_ifindex": -1}', 2, 'a whole number that fits 32 bits'],
    ['{"data": 65}', 2, 'the packet has 64 bytes'],
    ['{"data_meta": 4}', 2, 'can only be 0'],
    ['[1]', 2, 'no JSON object'],
    ['{"ingress_ifindex"', 3, 'this is no JSON'],
  ])('refuses %s', (context, exit, text) => {
    const { code, err } = beeswax(['test', object, '--engine', 'interp', '--ctx', context]);
    expect(code).toBe(exit);
    expect(err).toContain(text);
  });
});

const META = `
.section xdp
.program meta xdp
meta:
  r2 = *(u32 *)(r1 + 0x0)
  r3 = *(u32 *)(r1 + 0x8)
  r2 -= r3
  r0 = r2
  exit
`;

describe('--maps files', () => {
  it.each([
    ['{"counts": [}', 'this is no JSON'],
    ['[]', 'the document is no object of maps'],
    ['{"counts": {}}', 'what stands at counts is no array'],
    ['{"counts": [{"key": 1}]}', 'counts[0] is no object with "key" and "value"'],
  ])('refuses %s', (text, problem) => {
    const path = files.write('bad.json', text);
    const { code, err } = beeswax(['test', object, '--maps', path]);
    expect(code).toBe(3);
    expect(err).toContain(problem);
    expect(err).toContain(path);
  });
});

describeNeeding(['kernelBpf'], 'test --engine kernel', () => {
  it('reports the same shape', () => {
    const document = json<TestDocument>(['test', files.path('field12.o'), '--engine', 'kernel', '--repeat', '100']);
    expect(document).toMatchObject({ retval: 1, verdict: 'XDP_DROP', data: '0'.repeat(128), repeat: 100 });
  });

  it("shows the verifier's reason, exit 3", () => {
    const { code, err } = beeswax(['test', object, '--engine', 'kernel']);
    expect(code).toBe(3);
    expect(err).toContain('error[BEESWAX_E_KERNEL_REJECTED]: the kernel rejects judge (EACCES)');
  });
});

describe('test --ctx of tc', () => {
  const MARK = `
.section tc
.program mark tc
  r2 = *(u32 *)(r1 + 8)
  r2 += 1
  *(u32 *)(r1 + 8) = r2
  r0 = *(u32 *)(r1 + 52)
  exit
`;

  it('gives fields of struct __sk_buff, and shows what they became', () => {
    beeswax(['asm', files.write('mark.bpfasm', MARK), '-o', files.path('mark.o')]);
    const context = '{"mark": 41, "cb": [1, 2], "tstamp": "18446744073709551615"}';
    expect(json(['test', files.path('mark.o'), '--engine', 'interp', '--ctx', context])).toMatchObject({
      retval: 2,
      verdict: 'TC_ACT_SHOT',
      context: { mark: 42, cb: [1, 2, 0, 0, 0], tstamp: '18446744073709551615', ifindex: 1 },
    });
  });

  it.each([
    ['{"marc": 1}', 'did you mean `mark`?'],
    ['{"protocol": 8}', 'no field protocol'],
    ['{"cb": 8}', 'an array of at most 5'],
    ['{"mark": "x"}', 'a whole number of 32 bits'],
  ])('refuses %s', (context, text) => {
    beeswax(['asm', files.write('mark.bpfasm', MARK), '-o', files.path('mark.o')]);
    const { code, err } = beeswax(['test', files.path('mark.o'), '--engine', 'interp', '--ctx', context]);
    expect(code).toBe(2);
    expect(err).toContain(text);
  });
});
