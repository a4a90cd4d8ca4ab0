/** A ring under several threads: each writes numbered records while they are read; all arrive, each thread's in order. */
import { readFileSync } from 'node:fs';
import { Worker as Thread } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { Layout, MapRecord, Worker } from '../../src/abi/layout.js';
import { newMap, openRuntime } from './maps_support.js';

const THREADS = 3;
const RECORDS = 20_000;

/** Writes records of 8 to 40 bytes: the thread, its next number, filling. When there is no room it tries again. */
const THREAD = `
const { workerData: w, parentPort } = require('node:worker_threads');
const stubs = new Proxy({}, { get: () => () => 0 });
const env = {
  memory: w.memory,
  table: new WebAssembly.Table({ element: 'anyfunc', initial: 16 }),
  worker: new WebAssembly.Global({ value: 'i32', mutable: false }, w.block),
};
const imports = {};
for (const { module, name } of WebAssembly.Module.imports(w.module)) {
  (imports[module] ??= {})[name] = module === 'env' ? env[name] : stubs[name];
}
const { exports } = new WebAssembly.Instance(w.module, imports);
const view = new DataView(w.memory.buffer);
for (let n = 0; n < w.records; n++) {
  const length = 8 + (n * 7) % 33;
  let record;
  while ((record = exports.ring_reserve(w.ring, length) >>> 0) === 0);
  view.setUint32(record, w.cpu, true);
  view.setUint32(record + 4, n, true);
  for (let at = 8; at < length; at++) view.setUint8(record + at, n);
  exports.ring_commit(w.ring, record, n % 5 === 4, 0n);
}
parentPort.postMessage('done');
`;

it('loses and mixes up no record', async () => {
  const runtime = await openRuntime(THREADS);
  const map = newMap(runtime, 'ringbuf', 0, 0, 4096);
  const module = new WebAssembly.Module(readFileSync(new URL('../../build/runtime.wasm', import.meta.url)));
  let running = THREADS;
  const finished = Array.from({ length: THREADS }, (_, cpu) => {
    const thread = new Thread(THREAD, {
      eval: true,
      workerData: {
        module,
        memory: runtime.memory.memory,
        block: Layout.WORKERS + cpu * Layout.WORKER_SIZE,
        scratch: Worker.SCRATCH,
        ring: map.record + MapRecord.COMMON_END,
        records: RECORDS,
        cpu,
      },
    });
    return new Promise<void>((resolve, reject) => {
      thread.once('error', reject).once('message', () => {
        running--;
        resolve();
      });
    });
  });

  const reader = map.ring();
  const next = Array<number>(THREADS).fill(0);
  const wrong: string[] = [];
  const drain = (): void => {
    for (let record = reader.next(); record !== undefined; record = reader.next()) {
      const view = new DataView(record.buffer);
      const [cpu, n] = [view.getUint32(0, true), view.getUint32(4, true)];
      if (next[cpu] === undefined || (next[cpu] as number) % 5 === 4) next[cpu] = (next[cpu] ?? 0) + 1;
      const right = n === next[cpu] && record.length === 8 + ((n * 7) % 33);
      if (!right || record.subarray(8).some((byte) => byte !== (n & 0xff)))
        wrong.push(`${cpu}: ${n}, not ${next[cpu]}`);
      next[cpu] = n + 1;
    }
  };
  while (running > 0) {
    drain();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(finished);
  drain();
  expect(wrong.slice(0, 5)).toEqual([]);
  // The last one of each thread was thrown away.
  expect(next).toEqual(Array(THREADS).fill(RECORDS - 1));
  expect(map.count).toBe(0);
});
