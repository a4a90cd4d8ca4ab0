// The same C by clang -O2 for this machine, with maps as a native program would have them (native/maps.h), in this
// process. What is built lies in a temporary folder and goes with the session.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Engine } from '../../dist/index.js';

const CLANG = process.env.CLANG ?? 'clang-19';
const RUNNER = fileURLToPath(new URL('native/runner.c', import.meta.url));
const FLAGS = ['-O2', '-shared', '-fPIC', '-fvisibility=hidden', '-fno-strict-aliasing', '-Wall', '-Wextra', '-Werror'];
const CHUNK = 256;
const REPEATS = 1024;

export const native = {
  name: 'native',
  title: `${CLANG} -O2`,
  async open(program, packets, sample) {
    const koffi = await import('koffi').then(
      (module) => module.default,
      () => undefined,
    );
    if (koffi === undefined) return { none: 'the package koffi is not installed' };
    const contents = await initialMaps(program);
    const folder = mkdtempSync(join(tmpdir(), 'beeswax-bench-'));
    try {
      const built = compile(program, [...contents.keys()], folder);
      return typeof built === 'string' ? session(koffi.load(built), contents, packets, sample) : built;
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

/** The path of the shared object, or why there is none. */
function compile(program, maps, folder) {
  const out = join(folder, 'program.so');
  const defines = [
    `-DPROGRAM="${program.source}"`,
    `-DENTRY=${program.name}`,
    `-DMAPS=${maps.map((name) => `X(${name})`).join(' ')}`,
  ];
  const { error, status, stderr } = spawnSync(CLANG, [...FLAGS, ...defines, RUNNER, '-o', out], { encoding: 'utf8' });
  if (error !== undefined) return { none: `${CLANG} is not installed` };
  if (status !== 0) return { none: `${CLANG} failed: ${stderr.split('\n').find((line) => line.includes('error'))}` };
  return out;
}

/** What the maps hold at first, as bytes: an engine of ours lays the values out. */
async function initialMaps({ object, maps }) {
  const engine = await Engine.create({ engine: 'interp' });
  try {
    const loaded = await engine.load(readFileSync(object), { maps });
    return new Map(
      loaded.maps.filter(({ name }) => !name.startsWith('.')).map(({ name, raw }) => [name, [...raw.entries()]]),
    );
  } finally {
    engine.close();
  }
}

function session(library, contents, packets, sample) {
  const open = library.func('int runner_open(uint32_t)');
  const add = library.func('void runner_add(const uint8_t *, uint32_t)');
  const fill = library.func('int runner_fill(const char *, const uint8_t *, const uint8_t *)');
  const batch = library.func('void runner_batch(uint32_t, uint32_t)');
  const repeat = library.func('void runner_repeat(uint32_t, uint32_t)');
  const retval = library.func('uint32_t runner_retval(uint32_t)');
  const read = library.func('void runner_packet(uint32_t, _Out_ uint8_t *)');

  if (open(packets.length) !== 0) return { none: 'no memory below 4 GB' };
  for (const packet of packets) add(packet, packet.length);
  for (const [name, entries] of contents)
    for (const [key, value] of entries)
      if (fill(name, key, value) !== 0) return { none: `the native map ${name} did not take an element` };

  const runAll = () => {
    for (let first = 0; first < packets.length; first += CHUNK) batch(first, Math.min(CHUNK, packets.length - first));
  };
  return {
    judge() {
      runAll();
      return packets.map(({ length }, i) => {
        const packet = new Uint8Array(length);
        read(i, packet);
        return { retval: retval(i), packet };
      });
    },
    batch: { runs: packets.length, call: runAll },
    repeat: {
      runs: sample.length * REPEATS,
      call() {
        for (const i of sample) repeat(i, REPEATS);
      },
    },
    close: () => library.unload(),
  };
}
