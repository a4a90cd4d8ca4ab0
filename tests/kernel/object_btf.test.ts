/** An object's types in the kernel: it takes them, and with them what it refuses to programs without. */

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BtfWriter } from '../../src/elf/btf/write.js';
import { parseBtf, readElfObject } from '../../src/elf/index.js';
import { KernelEngine } from '../../src/engine/kernel_engine.js';
import { stableCopy } from '../../src/kernel/ffi/port.js';
import { Kernel, kernelTypesOf } from '../../src/kernel/index.js';
import { fixture, fixturePaths, xdpToolsPaths } from '../elf/support.js';
import { describeNeeding } from '../support/have.js';

const PACKET = new Uint8Array(64);

test('types that are written read as they were', () => {
  for (const path of [...fixturePaths(), ...xdpToolsPaths()]) {
    const { btf } = readElfObject(readFileSync(path));
    if (btf === undefined) continue;
    expect(parseBtf(new BtfWriter(btf.types).bytes()).types, path).toEqual(btf.types);
  }
});

describeNeeding(['kernelBpf'], 'types in the kernel', () => {
  test('it takes those of every fixture', async () => {
    const kernel = await Kernel.open();
    for (const path of [...fixturePaths(), ...xdpToolsPaths()]) {
      const types = kernelTypesOf(readElfObject(readFileSync(path)));
      if (types === undefined) continue;
      const btf = stableCopy(new BtfWriter(types).bytes());
      const fd = kernel.call(kernel.attr('BTF_LOAD', { btf, btf_size: btf.length }));
      expect(fd, path).toBeGreaterThan(0);
      kernel.close(fd);
    }
  });

  test('locks, timers, global functions, tail calls from functions, kernel functions', async () => {
    const engine = await KernelEngine.create();
    const object = await engine.load(fixture('kernel_types.o'));
    expect(object.failures.map(({ program, error }) => `${program}: ${error.message}`)).toEqual([]);
    const verdict = (program: string) => object.program(program).run(PACKET).retval;
    expect(verdict('uses_lock')).toBe(2);
    expect(object.map('locks').get(0)).toMatchObject({ count: 1 });
    expect(verdict('uses_timer')).toBe(2);
    expect(verdict('uses_hidden_function')).toBe(1);
    expect(verdict('uses_global_function')).toBe(1000);
    expect(verdict('jumps_in_function')).toBe(2);
    // Of the weak ones, those that exist with the declared prototype are there.
    expect(verdict('uses_kernel_functions')).toBe(1);
    engine.close();
  });

  test('a rejection shows the source line', async () => {
    const engine = await KernelEngine.create();
    const object = fixture('core_programs.o');
    const loaded = await engine.load(object);
    const failure = loaded.failures.find(({ program }) => program === 'err_missing_field');
    expect(failure?.error.code).toBe('BEESWAX_E_KERNEL_REJECTED');
    expect(failure?.error.notes.join('\n')).toContain('return nowhere->field;');
    engine.close();
  });
});
