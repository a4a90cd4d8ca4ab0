/** The platform of browsers: fetch and module workers. */
import type { MessagePortLike, Platform, WorkerLike } from './types.js';

export type { MessagePortLike, Platform, WorkerLike } from './types.js';

export const readAsset: Platform['readAsset'] = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return new Uint8Array(await response.arrayBuffer());
};

export const startWorker: Platform['startWorker'] = (url): WorkerLike => {
  const worker = new Worker(url, { type: 'module' });
  return {
    postMessage: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    onMessage: (listener) => worker.addEventListener('message', (event: MessageEvent) => listener(event.data)),
    onError: (listener) =>
      worker.addEventListener('error', (event) => listener(event.error ?? event.message), { once: true }),
    keepAlive: () => undefined,
    terminate: () => worker.terminate(),
  };
};

/** What a dedicated worker's global scope has and a page's lacks. */
interface WorkerScope {
  postMessage(message: unknown, transfer: Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}

export const ownerPort: Platform['ownerPort'] = (): MessagePortLike | undefined => {
  if (typeof document !== 'undefined') return undefined;
  const scope = globalThis as unknown as WorkerScope;
  return {
    postMessage: (message, transfer = []) => scope.postMessage(message, [...transfer]),
    onMessage: (listener) => scope.addEventListener('message', (event) => listener(event.data)),
  };
};

export const processors: Platform['processors'] = () => navigator.hardwareConcurrency || 1;

export const monotonic: Platform['monotonic'] = () => BigInt(Math.round(performance.now() * 1e6));
