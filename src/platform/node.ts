/** The platform of Node, Deno and Bun: files and worker_threads. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { hrtime } from 'node:process';
import { parentPort, Worker } from 'node:worker_threads';
import type { MessagePortLike, Platform, WorkerLike } from './types.js';

export type { MessagePortLike, Platform, WorkerLike } from './types.js';

export const readAsset: Platform['readAsset'] = async (url) => {
  if (url.protocol === 'file:') return readFile(url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
};

export const startWorker: Platform['startWorker'] = (url): WorkerLike => {
  const worker = new Worker(url);
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => void worker.on('message', listener),
    onError: (listener) => void worker.once('error', listener),
    // A listener that is added later makes Node keep the process alive again.
    keepAlive: (alive) => (alive ? worker.ref() : worker.unref()),
    terminate: () => void worker.terminate(),
  };
};

export const ownerPort: Platform['ownerPort'] = (): MessagePortLike | undefined => {
  const port = parentPort;
  if (port === null) return undefined;
  return {
    postMessage: (message, transfer = []) => port.postMessage(message, [...transfer]),
    onMessage: (listener) => void port.on('message', listener),
  };
};

export const processors: Platform['processors'] = () => availableParallelism();

export const monotonic: Platform['monotonic'] = () => hrtime.bigint();
