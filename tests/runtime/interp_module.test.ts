/**
 * The runtime module keeps no state of its own: workers share the memory, each with an instance, so a mutable global
 * would differ between them and a data segment would be written anew over the running engine by each.
 */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HELPERS, type HelperName, helperRow } from '../../src/abi/helpers.js';

const bytes = new Uint8Array(readFileSync(new URL('../../build/runtime.wasm', import.meta.url)));

const SECTION = { global: 6, start: 8, element: 9, data: 11 } as const;

/** An unsigned LEB128 number: [value, index after it]. */
function leb(at: number): [value: number, next: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7, at++) {
    const byte = bytes[at] as number;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at + 1];
  }
}

/** Section ids of the module (WebAssembly core specification, section 5.5). */
function sections(): Set<number> {
  const found = new Set<number>();
  for (let at = 8; at < bytes.length; ) {
    const [size, content] = leb(at + 1);
    found.add(bytes[at] as number);
    at = content + size;
  }
  return found;
}

it('has no globals, start function, element or data segments', () => {
  const found = sections();
  expect(Object.entries(SECTION).filter(([, id]) => found.has(id))).toEqual([]);
});

it('imports nothing but the seam', () => {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  expect(imports.map(({ module, name, kind }) => `${module}.${name} ${kind}`).sort()).toEqual([
    'env.memory memory',
    'env.table table',
    'env.worker global',
    'host.clock_ns function',
    'host.custom function',
    'host.fib_lookup function',
    'host.interface_mtu function',
    'host.now_ns function',
    'host.print function',
    'host.random_u32 function',
    'host.snprintf function',
  ]);
});

it('exports each helper of the table', () => {
  const module = new WebAssembly.Module(bytes);
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const names = (Object.keys(HELPERS) as HelperName[]).filter((name) => helperRow(name).tailCall === undefined);
  expect(names.filter((name) => !exported.has(`helper_${name}`))).toEqual([]);
});
