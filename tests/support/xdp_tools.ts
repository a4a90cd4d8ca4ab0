/** The BPF objects of Debian's xdp-tools: those that lie as files, and those that its tools carry inside of them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectFile } from './parity.js';

const FOLDERS = ['/usr/lib/x86_64-linux-gnu/bpf', '/usr/lib/aarch64-linux-gnu/bpf', '/usr/lib/bpf'];
const TOOLS = ['xdp-bench', 'xdp-filter', 'xdp-loader', 'xdp-monitor', 'xdp-trafficgen', 'xdpdump'];

/** Start of a 64-bit little-endian ELF file, and the machine number of BPF (elf.h EM_BPF). */
const ELF_MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
const EM_BPF = 247;

/** All of them, each once; none where xdp-tools is not installed. */
export function xdpToolsObjects(): ObjectFile[] {
  const files = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.o'))
      .map((name): ObjectFile => ({ name, bytes: readFileSync(join(folder, name)) })),
  );
  const carried = TOOLS.filter((tool) => existsSync(join('/usr/sbin', tool))).flatMap((tool) =>
    embedded(readFileSync(join('/usr/sbin', tool))).map((bytes, i): ObjectFile => ({ name: `${tool}#${i}`, bytes })),
  );
  const seen = new Set<string>();
  return [...files, ...carried].filter(({ bytes }) => {
    const text = Buffer.from(bytes).toString('latin1');
    return !seen.has(text) && seen.add(text);
  });
}

/** BPF objects inside of a file: skeletons keep them as they are, the section headers last. */
function embedded(file: Buffer): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = file.indexOf(ELF_MAGIC, 1); at !== -1; at = file.indexOf(ELF_MAGIC, at + 1)) {
    if (at + 64 > file.length || file.readUInt16LE(at + 18) !== EM_BPF) continue;
    const end = Number(file.readBigUInt64LE(at + 40)) + file.readUInt16LE(at + 58) * file.readUInt16LE(at + 60);
    found.push(Uint8Array.from(file.subarray(at, at + end)));
  }
  return found;
}
