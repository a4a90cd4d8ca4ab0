/** The objects that the loader's tests read, and how they are read. */
import { readdirSync, readFileSync } from 'node:fs';
import { type ElfObject, type ReadOptions, readElfObject } from '../../src/elf/index.js';

const FIXTURES = new URL('./fixtures/', import.meta.url);
/** Where Debian's xdp-tools keeps its objects. */
const XDP_TOOLS = '/usr/lib/x86_64-linux-gnu/bpf/';

export function fixturePath(name: string): string {
  return new URL(name, FIXTURES).pathname;
}

export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(name, FIXTURES)));
}

export function fixture(name: string, options: ReadOptions = {}): ElfObject {
  return readElfObject(fixtureBytes(name), { file: name, ...options });
}

/** Paths of all committed objects. */
export function fixturePaths(): string[] {
  return readdirSync(FIXTURES)
    .filter((name) => name.endsWith('.o'))
    .sort()
    .map(fixturePath);
}

/** Paths of Debian's xdp-tools objects, none where they are not installed. */
export function xdpToolsPaths(): string[] {
  try {
    return readdirSync(XDP_TOOLS)
      .filter((name) => name.endsWith('.o'))
      .sort()
      .map((name) => XDP_TOOLS + name);
  } catch {
    console.warn(`skipped: xdp-tools objects: ${XDP_TOOLS} does not exist (Debian: apt install xdp-tools)`);
    return [];
  }
}
