/** What `load` was given, as an object: files are read with the options of the load. */
import { type CoreSource, type ElfObject, type KconfigValue, readElfObject } from '../elf/index.js';
import type { LoadOptions } from './types.js';

/** The kernel that an engine runs programs in, for what neither the load nor the object says. */
export interface RunningKernel {
  readonly types: CoreSource;
  readonly config: Readonly<Record<string, KconfigValue>>;
}

/** @throws BeeswaxError as `readElfObject`. */
export function readLoaded(object: Uint8Array | ElfObject, options: LoadOptions, kernel?: RunningKernel): ElfObject {
  if (object instanceof Uint8Array) {
    const btf = options.btf ?? kernel?.types;
    return readElfObject(object, {
      ...(options.file === undefined ? {} : { file: options.file }),
      ...(options.type === undefined ? {} : { defaultType: options.type }),
      ...(btf === undefined ? {} : { btf }),
      kconfig: { ...kernel?.config, ...options.kconfig },
    });
  }
  const { core } = object;
  if (core === undefined || core.hasTarget || kernel === undefined) return object;
  return { ...object, core: core.against(kernel.types) };
}
