/** Opens a page of the project in headless Chromium and waits for the text that it shows in `#result`. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { TOOLS } from './have.js';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Sends the page's result back once it is no longer what it was at first. */
const REPORTER = `<script type="module">
  const result = document.querySelector('#result');
  const first = result.textContent;
  const wait = setInterval(() => {
    if (result.textContent === first) return;
    clearInterval(wait);
    fetch('/result', { method: 'POST', body: result.textContent });
  }, 50);
</script>`;

export interface PageOptions {
  /** Serve with the headers that make a page cross-origin isolated. */
  readonly isolated: boolean;
  readonly timeout?: number;
}

/**
 * @param root the project's root, which is served
 * @param path of the page, with its query
 * @returns the text of `#result`
 */
export async function openPage(root: string, path: string, options: PageOptions): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'beeswax-chromium-'));
  let report: (text: string) => void = () => {};
  const result = new Promise<string>((resolve) => {
    report = resolve;
  });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (options.isolated) {
      response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
      response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    }
    if (request.method === 'POST') {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end();
      report(body);
      return;
    }
    try {
      const file = await readFile(join(root, normalize(url.pathname)));
      response.setHeader('Content-Type', TYPES[extname(url.pathname)] ?? 'application/octet-stream');
      response.end(extname(url.pathname) === '.html' ? Buffer.concat([file, Buffer.from(REPORTER)]) : file);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = spawn(TOOLS.chromium, [...FLAGS, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}${path}`], {
    stdio: 'ignore',
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no result from ${path}`)), options.timeout ?? 60_000);
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
    browser.kill('SIGKILL');
    server.closeAllConnections();
    server.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
