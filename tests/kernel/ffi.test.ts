/** The system call port and the packing of bpf(2)'s attributes; the latter needs no kernel. */
import { expect, it } from 'vitest';
import { Attr } from '../../src/kernel/attr.js';
import { openKoffi } from '../../src/kernel/ffi/koffi.js';
import { type SystemPort, stableBytes, stableCopy } from '../../src/kernel/ffi/port.js';
import { Kernel } from '../../src/kernel/index.js';
import { syscallNumbers } from '../../src/kernel/syscalls.js';
import { describeNeeding } from '../support/have.js';

const fakePort: SystemPort = { syscall: () => 0, addressOf: (bytes) => BigInt(bytes.length) << 32n };

it('packs members at the offsets of linux/bpf.h, names cut to 15 bytes', () => {
  const attr = new Attr(fakePort, 'MAP_CREATE', {
    map_type: 1,
    key_size: 4,
    max_entries: 7,
    map_name: 'a map/with a long name',
  });
  const view = new DataView(attr.bytes.buffer);
  expect([0, 4, 8, 12].map((at) => view.getUint32(at, true))).toEqual([1, 4, 0, 7]);
  expect(new TextDecoder().decode(attr.bytes.subarray(28, 44))).toBe('a_map_with_a_lo\0');
});

it('writes pointers as 64-bit addresses, an empty one as null', () => {
  const attr = new Attr(fakePort, 'MAP_LOOKUP_ELEM', {
    map_fd: 3,
    key: stableBytes(5),
    value: stableBytes(0),
    flags: 1n,
  });
  const view = new DataView(attr.bytes.buffer);
  expect(view.getBigUint64(8, true)).toBe(5n << 32n);
  expect(view.getBigUint64(16, true)).toBe(0n);
  expect(view.getBigUint64(24, true)).toBe(1n);
  expect(attr.u32('map_fd')).toBe(3);
});

it('copies bytes and pads them with zeros', () => {
  expect([...stableCopy(Uint8Array.of(1, 2), 4)]).toEqual([1, 2, 0, 0]);
});

it('knows no numbers for a machine that it was not told of', () => {
  expect(syscallNumbers('x64')?.bpf).toBe(321);
  expect(syscallNumbers('s390x')).toBeUndefined();
  expect(syscallNumbers('toString')).toBeUndefined();
});

describeNeeding(['kernelBpf'], 'system calls', () => {
  it('returns the negated errno', async () => {
    const port = await openKoffi();
    const { close } = syscallNumbers(process.arch)!;
    expect(port.syscall(close, 0x7fffffff)).toBe(-9);
  });

  it('keeps a thread on a CPU and lets it go', async () => {
    const kernel = await Kernel.open();
    const release = kernel.pin(0);
    release();
    expect(() => kernel.pin(1023)).toThrow(expect.objectContaining({ code: 'BEESWAX_E_KERNEL_PIN' }));
  });
});
