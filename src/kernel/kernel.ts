/**
 * The running Linux kernel, as seen through bpf(2): opens the foreign function interface, makes the calls, names what
 * went wrong. Knows nothing of objects or packets.
 */
import { readFileSync } from 'node:fs';
import { errnoName } from '../abi/errno.js';
import { type CoreTarget, readCoreTarget } from '../elf/index.js';
import { BeeswaxError } from '../util/errors.js';
import { Attr, type AttrValues } from './attr.js';
import { type KernelConfig, readKernelConfig } from './config.js';
import { openKoffi } from './ffi/koffi.js';
import { type SystemPort, stableBytes } from './ffi/port.js';
import { type SyscallNumbers, syscallNumbers } from './syscalls.js';
import { BPF_CMD, type BpfCommand } from './uapi.js';

/** Bytes of a CPU mask: 1,024 CPUs, as glibc's cpu_set_t. */
const CPU_MASK_BYTES = 128;
/** Where the kernel shows its types. */
const KERNEL_TYPES = '/sys/kernel/btf/vmlinux';

export class Kernel {
  /** What system calls in flight point to: referenced here, memory stays where it is until the call is over. */
  readonly #inFlight = new Set<unknown>();
  #types: CoreTarget | undefined;
  #config: KernelConfig | undefined;

  private constructor(
    readonly port: SystemPort,
    private readonly numbers: SyscallNumbers,
    /** Number of CPUs that a per-CPU value has a slot for (/sys/devices/system/cpu/possible). */
    readonly cpus: number,
  ) {}

  /**
   * Opens the kernel that this process runs on.
   * @throws BeeswaxError BEESWAX_E_KERNEL_UNAVAILABLE when this is no Linux or no machine that is known,
   * BEESWAX_E_FFI_MISSING without koffi, BEESWAX_E_KERNEL_PERMISSION when bpf(2) is not allowed.
   */
  static async open(): Promise<Kernel> {
    const { platform, arch } = process;
    const numbers = platform === 'linux' ? syscallNumbers(arch) : undefined;
    if (!numbers) throw new BeeswaxError('BEESWAX_E_KERNEL_UNAVAILABLE', { platform, arch });
    const kernel = new Kernel(await openKoffi(), numbers, possibleCpus());
    kernel.#probe();
    return kernel;
  }

  /** Asks for the smallest thing there is, so that a missing right shows before any work. */
  #probe(): void {
    const fd = this.call(
      this.attr('MAP_CREATE', { map_type: 2, key_size: 4, value_size: 4, max_entries: 1, map_name: 'probe' }),
    );
    if (fd < 0) throw new BeeswaxError('BEESWAX_E_KERNEL_PERMISSION', { errno: errnoName(-fd) });
    this.close(fd);
  }

  /** Types of this kernel, from /sys/kernel/btf/vmlinux: read when first asked for, as there are over 100,000. */
  get types(): CoreTarget {
    this.#types ??= readTypes();
    return this.#types;
  }

  /** How this kernel was configured: read when first asked for. */
  get config(): KernelConfig {
    this.#config ??= readKernelConfig();
    return this.#config;
  }

  /** Attributes for a command, to be passed to `call`, once or many times. */
  attr<C extends BpfCommand>(command: C, values: AttrValues<C>): Attr<C> {
    return new Attr(this.port, command, values);
  }

  /** bpf(2): its result (a file descriptor, or 0), or the negated errno. */
  call<C extends BpfCommand>(attr: Attr<C>): number {
    const { bytes } = attr;
    this.#inFlight.add(attr);
    const result = this.port.syscall(this.numbers.bpf, BPF_CMD[attr.command], this.port.addressOf(bytes), bytes.length);
    this.#inFlight.delete(attr);
    return result;
  }

  /** close(2). */
  close(fd: number): void {
    this.port.syscall(this.numbers.close, fd);
  }

  /**
   * Keeps the calling thread on one CPU, so that all runs see the same per-CPU values.
   * @returns a function that lets it run where it ran before.
   */
  pin(cpu = 0): () => void {
    const before = stableBytes(CPU_MASK_BYTES);
    const only = stableBytes(CPU_MASK_BYTES);
    only[cpu >> 3] = 1 << (cpu & 7);
    const { sched_getaffinity, sched_setaffinity } = this.numbers;
    this.#affinity(sched_getaffinity, before);
    const result = this.#affinity(sched_setaffinity, only);
    if (result < 0) throw new BeeswaxError('BEESWAX_E_KERNEL_PIN', { cpu, errno: errnoName(-result) });
    return () => void this.#affinity(sched_setaffinity, before);
  }

  /** sched_getaffinity(2) or sched_setaffinity(2) of the calling thread. */
  #affinity(number: number, mask: Uint8Array): number {
    this.#inFlight.add(mask);
    const result = this.port.syscall(number, 0, mask.length, this.port.addressOf(mask));
    this.#inFlight.delete(mask);
    return result;
  }
}

function readTypes(): CoreTarget {
  try {
    return readCoreTarget(readFileSync(KERNEL_TYPES), 'the running kernel');
  } catch (cause) {
    if (cause instanceof BeeswaxError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new BeeswaxError('BEESWAX_E_FILE', { path: KERNEL_TYPES, operation: 'read', reason }, { cause });
  }
}

/** Number of CPUs that could ever come online: the kernel sizes per-CPU values by it, whatever runs now. */
function possibleCpus(): number {
  let text: string;
  try {
    text = readFileSync('/sys/devices/system/cpu/possible', 'utf8');
  } catch (cause) {
    throw new BeeswaxError(
      'BEESWAX_E_KERNEL_UNAVAILABLE',
      { platform: 'linux without /sys', arch: process.arch },
      { cause },
    );
  }
  let count = 0;
  for (const range of text.trim().split(',')) {
    const [first = '0', last = first] = range.split('-');
    count += Number(last) - Number(first) + 1;
  }
  return count;
}
