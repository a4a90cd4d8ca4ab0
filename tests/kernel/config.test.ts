/** The running kernel's configuration, as programs ask for it. */
import { expect, test } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import { KernelEngine } from '../../src/engine/kernel_engine.js';
import { kernelVersion, parseKernelConfig, readKernelConfig } from '../../src/kernel/config.js';
import { fixtureBytes } from '../elf/support.js';
import { describeNeeding } from '../support/have.js';

test('lines of a configuration', () => {
  const text = [
    '# CONFIG_OFF is not set',
    'CONFIG_HZ=250',
    'CONFIG_BPF=y',
    'CONFIG_TUN=m',
    'CONFIG_BASE=0xffffffff80000000',
    'CONFIG_NAME="a \\"b\\""',
    '',
  ].join('\n');
  expect(parseKernelConfig(text)).toEqual({
    CONFIG_HZ: 250n,
    CONFIG_BPF: 'y',
    CONFIG_TUN: 'm',
    CONFIG_BASE: 0xffff_ffff_8000_0000n,
    CONFIG_NAME: 'a "b"',
  });
});

test('versions', () => {
  expect(kernelVersion('6.12.107+deb12-amd64')).toBe(0x060c6b);
  expect(kernelVersion('5.15.300')).toBe(0x050fff);
  expect(kernelVersion('7.0-rc1')).toBe(0x070000);
});

test('a value given at load', async () => {
  const engine = await Engine.create({ engine: 'interp' });
  const load = (kconfig?: Record<string, number>) =>
    engine.load(fixtureBytes('externs.o'), kconfig === undefined ? {} : { kconfig });
  const failed = async (options?: Record<string, number>) =>
    (await load(options)).failures.map(({ program, error }) => `${program} ${error.code}`);
  expect(await failed()).toContain('needs_hz BEESWAX_E_KCONFIG');
  expect(await failed({ CONFIG_HZ: 1000 })).not.toContain('needs_hz BEESWAX_E_KCONFIG');
  engine.close();
});

describeNeeding(['kernelBpf'], "the kernel's own configuration", () => {
  test('is what its programs read', async () => {
    const engine = await KernelEngine.create();
    const object = await engine.load(fixtureBytes('externs.o'));
    const { LINUX_KERNEL_VERSION, CONFIG_HZ } = readKernelConfig();
    expect(object.map('.kconfig').get(0)).toMatchObject({ LINUX_KERNEL_VERSION });
    const isRefused = object.failures.some(({ error }) => error.code === 'BEESWAX_E_KCONFIG');
    expect(isRefused).toBe(CONFIG_HZ === undefined);
    engine.close();
  });
});
