/** Text of bpf_snprintf and bpf_trace_printk: formats, arguments and what comes of them (kernel/bpf/helpers.c, lib/vsprintf.c). */
import type { Case } from './types.js';
import { hex } from './types.js';

/** Bytes of the frame and of the buffer that is printed into. */
const ROOM = 64;
const FORMAT_ROOM = 64;
const DATA_ROOM = 64;

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const zeroPadded = (text: string, length: number): string => hex(latin1(text)).padEnd(2 * length, '0');

/** An argument: a number, or text that stands in a map, by its offset there. */
type Arg = bigint | { readonly data: number };

/**
 * bpf_snprintf into `size` bytes; the packet afterwards is the buffer, which held zeros.
 *
 * @param text what is printed, or a negative errno
 * @param data what stands in the map that `{ data }` arguments point into
 */
function snprintf(format: string, args: readonly Arg[], text: string | number, data = '', size = ROOM): Case {
  const set = args.map((arg, index) => {
    const load = typeof arg === 'bigint' ? `0x${BigInt.asUintN(64, arg).toString(16)}` : `&value(.data, ${arg.data})`;
    return `r1 = ${load} ll\n*(u64 *)(r10 - ${ROOM + 96 - 8 * index}) = r1`;
  });
  const words = Array.from({ length: ROOM / 8 }, (_, index) => 8 * index);
  const printed = typeof text === 'string' ? text.slice(0, Math.max(size - 1, 0)) : '';
  return {
    name: `snprintf ${JSON.stringify(format)}${size === ROOM ? '' : ` into ${size} bytes`}`,
    type: 'xdp',
    packet: 'ff'.repeat(ROOM),
    asm: `.license GPL
      .map .rodata, array, 4, ${FORMAT_ROOM}, 1, BPF_F_RDONLY_PROG
      .map .data, array, 4, ${DATA_ROOM}, 1
      r9 = r1
      ${words.map((at) => `*(u64 *)(r10 - ${ROOM - at}) = 0`).join('\n')}
      ${set.join('\n')}
      r1 = r10
      r1 += -${ROOM}
      r2 = ${size}
      r3 = &value(.rodata, 0) ll
      r4 = r10
      r4 += -${ROOM + 96}
      r5 = ${8 * args.length}
      call snprintf
      r8 = r0
      r6 = *(u32 *)(r9 + 0)
      r7 = *(u32 *)(r9 + 4)
      r1 = r6
      r1 += ${ROOM}
      if r1 > r7 goto out
      ${words.map((at) => `r1 = *(u64 *)(r10 - ${ROOM - at})\n*(u64 *)(r6 + ${at}) = r1`).join('\n')}
    out:
      r0 = r8
      exit`,
    elements: {
      '.rodata': [['00000000', zeroPadded(format, FORMAT_ROOM)]],
      '.data': [['00000000', zeroPadded(data, DATA_ROOM)]],
    },
    ...(typeof text === 'number' ? { notKernel: 'a constant format is checked when the program is loaded' } : {}),
    want: {
      r0: typeof text === 'number' ? text >>> 0 : text.length + 1,
      packet: zeroPadded(printed, ROOM),
    },
  };
}

const MINUS_ONE = 0xffff_ffff_ffff_ffffn;

/** 2001:db8::1 */
const IPV6 = `${'\u0020\u0001\u000d\u00b8'.padEnd(15, '\0')}\u0001`;

export const FORMATS: readonly Case[] = [
  snprintf('plain', [], 'plain'),
  snprintf('100%%', [], '100%'),
  snprintf('tab\there', [], 'tab\there'),
  snprintf('control \x01', [], -22),
  snprintf('\u00c3\u00a4 is UTF-8', [], '\u00c3\u00a4 is UTF-8'),
  snprintf('%d %i', [MINUS_ONE, 0x1_0000_0007n], '-1 7'),
  snprintf('%u', [MINUS_ONE], '4294967295'),
  snprintf('%x %X', [0xdeadbeefn, 0xdeadbeefn], 'deadbeef DEADBEEF'),
  snprintf('%ld %li', [MINUS_ONE, 0x8000_0000_0000_0000n], '-1 -9223372036854775808'),
  snprintf('%lu', [MINUS_ONE], '18446744073709551615'),
  snprintf('%lx', [0x1234_5678_9abc_def0n], '123456789abcdef0'),
  snprintf('%lld', [MINUS_ONE], '-1'),
  snprintf('%llu %llx', [MINUS_ONE, MINUS_ONE], '18446744073709551615 ffffffffffffffff'),
  snprintf('[%5d][%-5d][%05d]', [42n, 42n, 42n], '[   42][42   ][00042]'),
  snprintf('[%5d][%-5d][%05d]', [-42n, -42n, -42n], '[  -42][-42  ][-0042]'),
  snprintf('[%+d][% d][%+5d]', [42n, 42n, 42n], '[+42][ 42][  +42]'),
  snprintf('[%+u][% x]', [42n, 42n], '[42][2a]'),
  snprintf('[%-05d]', [42n], '[42   ]'),
  snprintf('[%08x][%8x]', [0xbeefn, 0xbeefn], '[0000beef][    beef]'),
  snprintf('[%0-8x]', [0xbeefn], '[beef    ]'),
  snprintf('%c%c', [0x41n, 0x142n], 'AB'),
  snprintf('[%3c][%-3c]', [0x41n, 0x42n], '[  A][B  ]'),
  snprintf('%s', [{ data: 0 }], 'hello', 'hello'),
  snprintf('[%8s][%-8s]', [{ data: 0 }, { data: 1 }], '[   hello][ello    ]', 'hello'),
  snprintf('[%08s]', [{ data: 0 }], '[   hello]', 'hello'),
  snprintf('%s.', [0n], '.'),
  snprintf('%pks', [{ data: 0 }], 'hello', 'hello'),
  snprintf('%px', [0x1234n], '0000000000001234'),
  snprintf('[%20px]', [0x1234n], '[                1234]'),
  snprintf('[%-20px]', [0x1234n], '[1234                ]'),
  snprintf('%p.', [0n], '0000000000000000.'),
  snprintf('%ps %pS', [0x1234n, 0x1234n], '0x1234 0x1234'),
  snprintf('%pB', [0x1234n], '0x1234'),
  snprintf('%pI4 %pi4', [{ data: 0 }, { data: 0 }], '192.0.2.1 192.000.002.001', '\u00c0\u0000\u0002\u0001'),
  snprintf('%pI6', [{ data: 0 }], '2001:0db8:0000:0000:0000:0000:0000:0001', IPV6),
  snprintf('%pi6', [{ data: 0 }], '20010db8000000000000000000000001', IPV6),
  snprintf('%pI4 of nothing', [0n], '0.0.0.0 of nothing'),
  snprintf('%pI4abc.', [{ data: 0 }], '192.0.2.1.', '\u00c0\u0000\u0002\u0001'),
  snprintf('%d', [], -22),
  snprintf('%', [1n], -22),
  snprintf('%y', [1n], -22),
  snprintf('%f', [1n], -22),
  snprintf('%.3d', [1n], -22),
  snprintf('%#x', [1n], -22),
  snprintf('%hd', [1n], -22),
  snprintf('%sx', [{ data: 0 }], -22, 'a'),
  snprintf('%pI5', [{ data: 0 }], -22),
  snprintf('%pz', [{ data: 0 }], -22),
  snprintf('%llld', [1n], -22),
  snprintf('cut to the buffer %d', [123456n], 'cut to the buffer 123456', '', 8),
  snprintf('%d', [123n], '123', '', 1),
  snprintf('unused arguments', [1n, 2n], 'unused arguments'),
  snprintf('%d %d %d %d %d %d', [1n, 2n, 3n, 4n, 5n, 6n], '1 2 3 4 5 6'),
];

/** bpf_trace_printk with up to three numbers; `r0` is what it returns. */
const printk = (
  format: string,
  args: readonly bigint[],
  r0: number,
  trace: readonly string[],
  size = format.length + 1,
): Case => ({
  name: `trace_printk ${JSON.stringify(format)}`,
  type: 'xdp',
  asm: `.license GPL
    .map .rodata, array, 4, ${FORMAT_ROOM}, 1, BPF_F_RDONLY_PROG
    r1 = &value(.rodata, 0) ll
    r2 = ${size}
    ${[3, 4, 5].map((register, index) => `r${register} = 0x${(args[index] ?? 0n).toString(16)} ll`).join('\n')}
    call trace_printk
    exit`,
  elements: { '.rodata': [['00000000', zeroPadded(format, FORMAT_ROOM)]] },
  want: { r0: r0 >>> 0, trace },
});

export const PRINTK: readonly Case[] = [
  printk('hello %d %x %lu\n', [1n, 2n, 3n], 12, ['hello 1 2 3']),
  printk('no line end', [], 11, ['no line end']),
  printk('%d %d %d %d', [1n, 2n, 3n], -22, []),
  printk('not ended', [], -22, [], 9),
  // What snprintf's format is refused for at load, printk's is at run time: so the kernel can be asked.
  ...['control \x01', '%', '%y', '%f', '%.3d', '%#x', '%hd', '%sx', '%pI5', '%pz', '%llld'].map((format) =>
    printk(format, [1n], -22, []),
  ),
  {
    name: 'trace_vprintk with five arguments',
    type: 'xdp',
    asm: `.license GPL
      .map .rodata, array, 4, ${FORMAT_ROOM}, 1, BPF_F_RDONLY_PROG
      ${[1, 2, 3, 4, 5].map((value, index) => `*(u64 *)(r10 - ${40 - 8 * index}) = ${value}`).join('\n')}
      r1 = &value(.rodata, 0) ll
      r2 = 15
      r3 = r10
      r3 += -40
      r4 = 40
      call trace_vprintk
      exit`,
    elements: { '.rodata': [['00000000', zeroPadded('%d %d %d %d %d', FORMAT_ROOM)]] },
    want: { r0: 9, trace: ['1 2 3 4 5'] },
  },
  {
    name: 'trace_vprintk with a size that is no multiple of 8',
    type: 'xdp',
    asm: `.license GPL
      .map .rodata, array, 4, ${FORMAT_ROOM}, 1, BPF_F_RDONLY_PROG
      *(u64 *)(r10 - 8) = 1
      r1 = &value(.rodata, 0) ll
      r2 = 3
      r3 = r10
      r3 += -8
      r4 = 5
      call trace_vprintk
      exit`,
    elements: { '.rodata': [['00000000', zeroPadded('%d', FORMAT_ROOM)]] },
    want: { r0: -22 >>> 0, trace: [] },
  },
];
