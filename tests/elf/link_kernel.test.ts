/**
 * Objects loaded twice into the running kernel, once by libbpf (bpftool) and once as this loader links them: the
 * instructions that the kernel ends with must be the same, map for map and function for function.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { linkProgram, readElfObject } from '../../src/elf/index.js';
import { Kernel, KernelObject } from '../../src/kernel/index.js';
import { describeNeeding, TOOLS } from '../support/have.js';
import { fixturePath, xdpToolsPaths } from './support.js';

const BPF_FS = '/sys/fs/bpf';
/** Its names may hold no dot. */
const PINS = `${BPF_FS}/beeswax-elf-${process.pid}`;

function bpftool(...args: string[]): string {
  return execFileSync(TOOLS.bpftool, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/**
 * The instructions of a program in the kernel, without what differs from load to load: map ids become their order of
 * appearance, addresses and programs' tags go.
 */
function translated(...which: string[]): string[] {
  const maps = new Map<string, number>();
  const dump = JSON.parse(bpftool('prog', 'dump', 'xlated', ...which, '-j')) as unknown;
  return insnsOf(dump).map((text) =>
    text
      .replace(/map\[id:(\d+)\]/, (_, id: string) => {
        if (!maps.has(id)) maps.set(id, maps.size);
        return `map[${maps.get(id)}]`;
      })
      .replace(/#bpf_prog_\w+|#0x[0-9a-f]+/, ''),
  );
}

/** `disasm` texts, in order, however deep bpftool nests them. */
function insnsOf(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(insnsOf);
  if (typeof node !== 'object' || node === null) return [];
  const { disasm } = node as { disasm?: string };
  return disasm === undefined ? Object.values(node).flatMap(insnsOf) : [disasm];
}

/** A program's id by its descriptor in this process. */
function programId(fd: number): string {
  return /prog_id:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '';
}

describeNeeding(['kernelBpf', 'bpftool', 'root'], 'linking against libbpf and the kernel', () => {
  beforeAll(() => {
    // Loading anything makes bpftool mount the file system that programs are pinned in.
    bpftool('prog', 'loadall', fixturePath('tags.o'), `${PINS}-mount`);
    rmSync(`${PINS}-mount`, { recursive: true, force: true });
  });

  // libbpf 1.1 refuses the other fixtures: sections of unknown names, .bss with a suffix, legacy maps, __ulong.
  const paths = [...['calls.o', 'plain.o', 'tags.o'].map(fixturePath), ...xdpToolsPaths()];
  for (const path of paths) {
    test(basename(path), { timeout: 60_000 }, async () => {
      const object = readElfObject(readFileSync(path));
      const runnable = object.programs.filter(({ type }) => type !== undefined);
      if (runnable.length === 0) return; // fentry programs: nothing of theirs is linked
      const pins = `${PINS}-${basename(path, '.o').replaceAll('.', '-')}`;
      const pinned = [...object.maps.values()].filter(({ pinning }) => pinning === 'by_name');
      const before = new Set(readdirSync(BPF_FS));
      const kernelObject = KernelObject.load(await Kernel.open(), {
        maps: [...object.maps.values()],
        programs: runnable.map(({ name }) => linkProgram(object, name)),
      });
      try {
        expect([...kernelObject.failures]).toEqual([]);
        bpftool('prog', 'loadall', path, pins);
        for (const { name } of runnable) {
          const ours = translated('id', programId(kernelObject.program(name).fd));
          expect(ours.length).toBeGreaterThan(1);
          expect(ours).toEqual(translated('pinned', `${pins}/${name}`));
        }
      } finally {
        kernelObject.close();
        rmSync(pins, { recursive: true, force: true });
        // Maps that the object pins by name, libbpf has pinned at the top.
        for (const { name } of pinned) if (!before.has(name)) rmSync(`${BPF_FS}/${name}`, { force: true });
      }
    });
  }
});
