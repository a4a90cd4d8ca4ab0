/** BTF types as plain data (linux/btf.h): one interface a kind. Type id 0 is void. */

/** A name or number that other types refer to; 0 is void. */
export type TypeId = number;

export interface BtfInt {
  readonly kind: 'int';
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly signed: boolean;
  readonly char: boolean;
  readonly bool: boolean;
  /** First bit and width inside the bytes: less than the whole for old-style bit fields. */
  readonly bitOffset: number;
  readonly bits: number;
}
export interface BtfPtr {
  readonly kind: 'ptr';
  readonly name: string;
  readonly type: TypeId;
}
export interface BtfArray {
  readonly kind: 'array';
  readonly name: string;
  readonly type: TypeId;
  readonly indexType: TypeId;
  readonly length: number;
}
export interface BtfMember {
  readonly name: string;
  readonly type: TypeId;
  readonly bitOffset: number;
  /** 0 for ordinary members. */
  readonly bitSize: number;
}
export interface BtfStruct {
  readonly kind: 'struct' | 'union';
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly members: readonly BtfMember[];
}
export interface BtfEnum {
  readonly kind: 'enum' | 'enum64';
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly signed: boolean;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}
export interface BtfFwd {
  readonly kind: 'fwd';
  readonly name: string;
  readonly union: boolean;
}
export interface BtfModifier {
  readonly kind: 'typedef' | 'volatile' | 'const' | 'restrict' | 'type_tag';
  readonly name: string;
  readonly type: TypeId;
}
export interface BtfFunc {
  readonly kind: 'func';
  readonly name: string;
  /** Its prototype. */
  readonly type: TypeId;
  readonly linkage: 'static' | 'global' | 'extern';
}
export interface BtfFuncProto {
  readonly kind: 'func_proto';
  readonly name: string;
  /** What it returns. */
  readonly type: TypeId;
  readonly params: readonly { readonly name: string; readonly type: TypeId }[];
}
export interface BtfVar {
  readonly kind: 'var';
  readonly name: string;
  readonly type: TypeId;
  readonly linkage: 'static' | 'global' | 'extern';
}
export interface BtfDatasec {
  readonly kind: 'datasec';
  /** The section's name. */
  readonly name: string;
  /** Bytes; 0 where the compiler left it to the loader. */
  readonly size: number;
  readonly variables: readonly { readonly type: TypeId; readonly offset: number; readonly size: number }[];
}
export interface BtfFloat {
  readonly kind: 'float';
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}
export interface BtfDeclTag {
  readonly kind: 'decl_tag';
  /** The tag's text. */
  readonly name: string;
  /** The struct, function, variable or typedef that it marks. */
  readonly type: TypeId;
  /** Member or parameter that it marks; −1 for the whole. */
  readonly component: number;
}
export interface BtfVoid {
  readonly kind: 'void';
  readonly name: '';
}

export type BtfType =
  | BtfVoid
  | BtfInt
  | BtfPtr
  | BtfArray
  | BtfStruct
  | BtfEnum
  | BtfFwd
  | BtfModifier
  | BtfFunc
  | BtfFuncProto
  | BtfVar
  | BtfDatasec
  | BtfFloat
  | BtfDeclTag;

export type BtfKind = BtfType['kind'];

/** The types of an object; the index is the type id. */
export interface Btf {
  readonly types: readonly BtfType[];
  /** The string at an offset of the string section: BTF.ext names files, lines and access paths so. */
  string(offset: number): string;
}
