/**
 * The public API: engines, objects, maps; object files and assembly as data; captures. It runs wherever WebAssembly
 * does and touches nothing of the operating system: what does is in `beeswax/node`.
 */
export type { MapTypeName } from './abi/map_types.js';
export type { ProgramType } from './abi/program_types.js';
export { type AssembleOptions, type Assembly, assemble, assembleProgram } from './asm/assemble.js';
export { type DisassembleOptions, disassemble, disassembleProgram, type Listing } from './asm/disassemble.js';
export {
  builtInTarget,
  type CoreFixup,
  CoreRelocations,
  CoreTarget,
  decodeValue,
  type ElfObject,
  encodeValue,
  findMap,
  formatFixup,
  type KconfigValue,
  type LinkOptions,
  linkProgram,
  type ProgramSpec,
  type ReadOptions,
  readCoreTarget,
  readElfObject,
  toJson,
  type Variable,
} from './elf/index.js';
export { Engine } from './engine/engine.js';
export type { InnerMapContents } from './engine/map_references.js';
export { MapStream } from './engine/map_stream.js';
export { MapView, type NumberArray } from './engine/map_view.js';
export type { EngineOptions, Tier } from './engine/options.js';
export type {
  EngineMap,
  LoadedObject,
  LoadedProgram,
  LoadOptions,
  MapContents,
  ObjectEngine,
  PerfEvent,
  PerfOptions,
  RawMap,
  RepeatResult,
  TickResult,
} from './engine/types.js';
export type { ContextValues, PacketInput, RedirectTarget, RunResult, TrapInfo } from './model/frame.js';
export type { MapSpec, Shape, ShapeField } from './model/map_spec.js';
export type { FunctionInfo, Insn, Program, SourceLine } from './model/program.js';
export * from './packet/index.js';
export { CaptureFileSink, type CaptureSinkOptions } from './pipeline/capture_sink.js';
export { type CaptureRun, type CaptureSummary, runCapture } from './pipeline/run_capture.js';
export type { ByteSink, CaptureSink, PacketResult } from './pipeline/sink.js';
export { Tally, type TrapCount } from './pipeline/tally.js';
export { trapError } from './pipeline/trap_error.js';
export { VerdictLinesSink } from './pipeline/verdict_sink.js';
export type { NetworkInterface, NetworkNeighbour, NetworkRoute, NetworkTable } from './runtime/network.js';
export { CATALOGUE, type CatalogueEntry, type ErrorCode, type ErrorData } from './util/catalogue.js';
export { BeeswaxError, type ErrorDetail, type ErrorLocation, isBeeswaxError } from './util/errors.js';
export { type ErrorJson, errorJson, type RenderOptions, renderError } from './util/render_error.js';
