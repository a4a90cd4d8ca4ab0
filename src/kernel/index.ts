/** The Linux kernel as an engine: what other floors import of it. */
export { Kernel } from './kernel.js';
export { KernelMap } from './map.js';
export { KernelObject, type KernelObjectInput } from './object.js';
export { kernelTypesOf } from './object_btf.js';
export { KernelProgram, type KernelRunOptions, type KernelRunResult } from './program.js';
export { KernelSymbols } from './symbols.js';
