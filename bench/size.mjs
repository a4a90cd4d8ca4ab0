// What a user installs, and what a browser loads: the packed project put into an empty folder by npm.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * @param {(line: string) => void} say progress
 * @returns {Promise<{ tarball: number, installed: Record<string, number>, browser: object }>} bytes
 */
export async function measureSize(say) {
  const folder = mkdtempSync(join(tmpdir(), 'beeswax-size-'));
  try {
    say('size: npm pack, npm install into an empty folder');
    // The project is built already: its scripts need not run.
    const packed = npm(['pack', ROOT, '--ignore-scripts', '--json', '--pack-destination', folder], folder);
    const tarball = join(folder, JSON.parse(packed)[0].filename);
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    npm(['install', '--no-audit', '--no-fund', '--omit=dev', tarball], folder);
    const modules = join(folder, 'node_modules');
    const installed = { total: folderSize(modules) };
    for (const name of readdirSync(modules).filter((entry) => !entry.startsWith('.'))) {
      // koffi's binaries are packages of a scope of their own.
      const owner = name === '@koromix' ? 'koffi' : name;
      installed[owner] = (installed[owner] ?? 0) + folderSize(join(modules, name));
    }
    return { tarball: statSync(tarball).size, installed, browser: browserSize(modules) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function npm(args, cwd) {
  const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args[0]} failed: ${error ?? stderr}`);
  return stdout;
}

/** Bytes on disk, in whole blocks, as du counts them. */
function folderSize(path) {
  const stat = lstatSync(path);
  const own = stat.blocks * 512;
  if (!stat.isDirectory()) return own;
  return readdirSync(path).reduce((sum, name) => sum + folderSize(join(path, name)), own);
}

/** What `import 'beeswax'` fetches in a browser, and what the first translation adds; gzipped one by one. */
function browserSize(modules) {
  const dist = join(modules, 'beeswax/dist');
  const seen = new Map();
  collect(join(dist, 'index.js'), dist, seen);
  const sizes = [...seen.values()].map((text) => gzipSync(text, { level: 9 }).length);
  const all = Buffer.concat([...seen.values()]);
  const wasm = gzippedFile(
    join(modules, 'beeswax/dist/runtime/runtime.wasm'),
    join(modules, 'beeswax/build/runtime.wasm'),
  );
  return {
    files: seen.size,
    scripts: sizes.reduce((sum, size) => sum + size, 0),
    bundled: gzipSync(all, { level: 9 }).length,
    wasm,
    binaryen: gzippedFile(join(modules, 'binaryen/index.js')),
  };
}

/** Follows static imports from a file, as a browser does. */
function collect(file, dist, seen) {
  if (seen.has(file)) return;
  const text = readFileSync(file);
  seen.set(file, text);
  for (const [, specifier] of text.toString().matchAll(/^(?:import|export)\b[^'"]*?from\s*['"]([^'"]+)['"]/gm)) {
    if (specifier === '#platform') collect(join(dist, 'platform/web.js'), dist, seen);
    else if (specifier.startsWith('.')) collect(resolve(dirname(file), specifier), dist, seen);
    else throw new Error(`${relative(dist, file)} imports ${specifier}, which no browser finds`);
  }
}

function gzippedFile(...candidates) {
  const file = candidates.find((candidate) => existsSync(candidate));
  return file === undefined ? undefined : gzipSync(readFileSync(file), { level: 9 }).length;
}
