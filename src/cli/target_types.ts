/** `--btf`: the types of the kernel that an object's CO-RE relocations ask. */
import { type CoreTarget, readCoreTarget } from '../elf/index.js';
import { isBeeswaxError } from '../util/errors.js';
import type { Options } from './options.js';
import type { Terminal } from './terminal.js';

/** The word for the machine's own kernel, and where that shows its types. */
const OWN_KERNEL = 'kernel';
const OWN_TYPES = '/sys/kernel/btf/vmlinux';

/**
 * The option as an entry of what objects are read with; nothing without it.
 *
 * @throws BeeswaxError for a file that cannot be read, or holds no types.
 */
export async function targetTypes({ btf }: Options, terminal: Terminal): Promise<{ btf?: CoreTarget }> {
  if (btf === undefined) return {};
  const path = btf === OWN_KERNEL ? OWN_TYPES : btf;
  const bytes = await terminal.read(path);
  try {
    return { btf: readCoreTarget(bytes, path) };
  } catch (thrown) {
    throw isBeeswaxError(thrown) ? thrown.at({ file: path }) : thrown;
  }
}
