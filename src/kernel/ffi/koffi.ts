/** The foreign function interface through koffi, an optional dependency that serves Node, Bun and Deno alike. */
import { BeeswaxError } from '../../util/errors.js';
import type { SystemPort } from './port.js';

/** The little of koffi's interface that is used here. */
interface Koffi {
  load(library: null): {
    func(name: string, result: string, parameters: readonly string[]): (...args: unknown[]) => number | bigint;
  };
  errno(): number;
  address(bytes: Uint8Array): bigint;
}

/** syscall(2) takes a number and up to six machine words. */
const MAX_ARGUMENTS = 6;

/**
 * Loads koffi and binds syscall(2) of the C library that the process already runs on.
 * @throws BeeswaxError BEESWAX_E_FFI_MISSING when the package is not installed or does not load here.
 */
export async function openKoffi(): Promise<SystemPort> {
  try {
    const module = (await import('koffi')) as unknown as { default: Koffi };
    return bind(module.default);
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new BeeswaxError('BEESWAX_E_FFI_MISSING', { package: 'koffi', reason }, { cause });
  }
}

function bind(koffi: Koffi): SystemPort {
  const words = Array.from({ length: MAX_ARGUMENTS }, () => 'uint64_t');
  const call = koffi.load(null).func('syscall', 'int64_t', ['int64_t', ...words]);
  return {
    syscall(number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0) {
      const result = Number(call(number, a, b, c, d, e, f));
      return result === -1 ? -koffi.errno() : result;
    },
    addressOf: (bytes) => koffi.address(bytes),
  };
}
