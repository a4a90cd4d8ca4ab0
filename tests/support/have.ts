/** What this machine has beyond Node: tests that compare with a tool or the kernel ask here, and say why they skip. */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe } from 'vitest';
import { Kernel } from '../../src/kernel/index.js';
import { isBeeswaxError } from '../../src/util/errors.js';

/** The versions that the tests' expectations were written against. */
export const TOOLS = {
  clang: 'clang-19',
  llvmMc: 'llvm-mc-19',
  llvmObjdump: 'llvm-objdump-19',
  bpfGcc: 'bpf-gcc',
  bpftool: 'bpftool',
  tshark: 'tshark',
  chromium: 'chromium',
} as const;

/** Debian keeps some tools where only root's PATH looks. */
const EXTRA_PATHS = ['/usr/sbin', '/sbin'];

function onPath(tool: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_PATHS];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

async function kernelAnswers(): Promise<boolean> {
  try {
    await Kernel.open();
    return true;
  } catch (thrown) {
    if (isBeeswaxError(thrown)) return false;
    throw thrown;
  }
}

export const have = {
  cc: onPath('cc'),
  dpdk: onPath('cc') && onPath('pkg-config') && existsSync('/usr/include/dpdk/rte_bpf.h'),
  clang: onPath(TOOLS.clang),
  llvm: onPath(TOOLS.llvmMc) && onPath(TOOLS.llvmObjdump),
  bpfGcc: onPath(TOOLS.bpfGcc),
  bpftool: onPath(TOOLS.bpftool),
  libbpf: onPath('cc') && existsSync('/usr/include/bpf/libbpf.h'),
  root: process.geteuid?.() === 0,
  kernelBpf: await kernelAnswers(),
  tshark: onPath(TOOLS.tshark),
  chromium: onPath(TOOLS.chromium),
  deno: process.env.BEESWAX_DENO !== undefined || onPath('deno'),
  bun: process.env.BEESWAX_BUN !== undefined || onPath('bun'),
  node26: process.env.BEESWAX_NODE26 !== undefined,
} as const;

export type Need = keyof typeof have;

const ENABLED_BY = {
  cc: 'a C compiler as cc on PATH (Debian: apt install gcc)',
  dpdk: 'DPDK, pkg-config and a C compiler (Debian: apt install libdpdk-dev pkg-config gcc)',
  clang: `${TOOLS.clang} on PATH (Debian: apt install clang-19)`,
  llvm: `${TOOLS.llvmMc} and ${TOOLS.llvmObjdump} on PATH (Debian: apt install llvm-19)`,
  bpfGcc: `${TOOLS.bpfGcc} on PATH (Debian: apt install gcc-bpf)`,
  bpftool: 'bpftool on PATH (Debian: apt install bpftool)',
  libbpf: 'a C compiler and the headers of libbpf (Debian: apt install gcc libbpf-dev)',
  root: 'root',
  kernelBpf: 'Linux with bpf(2) allowed (root, or CAP_BPF and CAP_NET_ADMIN) and the package koffi',
  tshark: 'tshark on PATH (Debian: apt install tshark)',
  chromium: 'chromium on PATH (Debian: apt install chromium)',
  deno: 'deno on PATH, or its path in BEESWAX_DENO (npm i deno)',
  bun: 'bun on PATH, or its path in BEESWAX_BUN (npm i bun)',
  node26: 'the path of Node 26 in BEESWAX_NODE26 (npm i node@26)',
} as const satisfies Record<Need, string>;

/** `describe` for tests that need something of the machine: without it they skip, and a line says what is missing. */
export function describeNeeding(needs: readonly Need[], name: string, body: () => void): void {
  const missing = needs.filter((need) => !have[need]);
  if (missing.length > 0) console.warn(`skipped: ${name}: needs ${missing.map((need) => ENABLED_BY[need]).join('; ')}`);
  describe.skipIf(missing.length > 0)(name, body);
}
