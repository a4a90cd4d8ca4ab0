/** `beeswax/node`: the public API with what touches the operating system under Node, Deno and Bun. */

export { KernelEngine } from './engine/kernel_engine.js';
export * from './index.js';
export { FileSink, readFileChunks, StreamSink } from './platform/node_files.js';
