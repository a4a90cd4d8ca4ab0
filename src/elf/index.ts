/** Object files: bytes to `ElfObject`, to linked `Program`s; values by BTF shape. */

export { type BtfExt, CORE_KINDS, type CoreKind, type CoreRecord, type LineRecord, parseBtfExt } from './btf/ext.js';
export { parseBtf } from './btf/parse.js';
export { resolveType, sizeOf, typesOfKind } from './btf/resolve.js';
export { shapeOf } from './btf/shape.js';
export type { Btf, BtfType, TypeId } from './btf/types.js';
export { type CoreFixup, formatFixup } from './core/fixup.js';
export { builtInTarget, readCoreTarget } from './core/read_target.js';
export { CoreRelocations, type CoreResult, type CoreSource } from './core/relocations.js';
export { CoreTarget } from './core/target.js';
export type { KconfigValue } from './kconfig.js';
export { type LinkedCore, type LinkOptions, linkCore, linkProgram } from './link.js';
export { type ElfObject, type Extern, findMap, type ProgramSpec, type Variable } from './object.js';
export { type ReadOptions, readElfObject } from './read_object.js';
export { SECTION_ROWS, type SectionRow, sectionRow } from './sections.js';
export { decodeValue, encodeValue, toJson } from './shape_codec.js';
