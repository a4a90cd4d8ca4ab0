/** System call numbers of the machines that run Linux and one of our JavaScript runtimes (asm/unistd_64.h, asm-generic/unistd.h). */

export interface SyscallNumbers {
  readonly close: number;
  readonly sched_setaffinity: number;
  readonly sched_getaffinity: number;
  readonly bpf: number;
}

const GENERIC: SyscallNumbers = { close: 57, sched_setaffinity: 122, sched_getaffinity: 123, bpf: 280 };

/** By `process.arch`; big-endian machines are left out, as the structures of `uapi.ts` are little-endian. */
const BY_ARCH: Readonly<Record<string, SyscallNumbers>> = {
  x64: { close: 3, sched_setaffinity: 203, sched_getaffinity: 204, bpf: 321 },
  arm64: GENERIC,
  riscv64: GENERIC,
  loong64: GENERIC,
};

/** The numbers for a machine, or undefined for one that is not known. */
export function syscallNumbers(arch: string): SyscallNumbers | undefined {
  return Object.hasOwn(BY_ARCH, arch) ? BY_ARCH[arch] : undefined;
}
