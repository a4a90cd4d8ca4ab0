/**
 * How the running kernel was configured, for extern variables of `.kconfig`: from /proc/config.gz, or from the file that
 * distributions put into /boot.
 */
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { gunzipSync } from 'node:zlib';
import type { KconfigValue } from '../elf/index.js';

export type KernelConfig = Readonly<Record<string, KconfigValue>>;

/** Values by name, CONFIG_… and LINUX_KERNEL_VERSION; of a kernel that does not show them the version alone. */
export function readKernelConfig(): KernelConfig {
  const text = firstOf(
    () => gunzipSync(readFileSync('/proc/config.gz')).toString('utf8'),
    () => readFileSync(`/boot/config-${release()}`, 'utf8'),
  );
  return { LINUX_KERNEL_VERSION: kernelVersion(release()), ...parseKernelConfig(text ?? '') };
}

/** Lines `CONFIG_NAME=value`; values are y, m, a number or text in double quotes. What is not set has no line. */
export function parseKernelConfig(text: string): KernelConfig {
  const values: Record<string, KconfigValue> = {};
  for (const [, name, value] of text.matchAll(/^(CONFIG_\w+)=(.*)$/gm)) {
    if (name === undefined || value === undefined) continue;
    const quoted = /^"(.*)"$/.exec(value)?.[1];
    if (quoted !== undefined) values[name] = quoted.replaceAll(/\\(.)/g, '$1');
    else values[name] = /^-?\d+$|^0x[\da-f]+$/i.test(value) ? BigInt(value) : value;
  }
  return values;
}

/** KERNEL_VERSION of linux/version.h: a byte each, the last one at most 255. */
export function kernelVersion(text: string): number {
  const [major = 0, minor = 0, patch = 0] = (/^\d+(\.\d+){0,2}/.exec(text)?.[0] ?? '').split('.').map(Number);
  return major * 0x1_0000 + minor * 0x100 + Math.min(patch, 0xff);
}

/** What the first of these gives that does not fail. */
function firstOf(...sources: readonly (() => string)[]): string | undefined {
  for (const source of sources) {
    try {
      return source();
    } catch {
      // Not every kernel has each of the files.
    }
  }
  return undefined;
}
