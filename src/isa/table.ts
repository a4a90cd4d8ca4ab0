/**
 * The one place that knows the instructions of eBPF: RFC 9669 whole, and what compilers and the kernel
 * added since. Decoder, encoder, assembler, disassembler, validator, both back ends, the conformance
 * matrix and the docs page derive from these rows; no other file lists opcodes.
 *
 *   63            32 31        16 15  12 11   8 7          0
 *  ┌────────────────┬────────────┬──────┬──────┬────────────┐
 *  │      imm       │    off     │ src  │ dst  │   opcode   │   one slot, little-endian (RFC 9669 section 3)
 *  └────────────────┴────────────┴──────┴──────┴────────────┘
 *
 * Columns of a row:
 *   name    unique; names the variant everywhere else
 *   opcode  the opcode byte. Rows that share one differ in a column that is a number
 *   sem     what it does; a back end has one entry per `sem`
 *   width   bits operated on, or moved from or to memory
 *   dst     'w' written, 'r' read, 'rw' both, 0 must be zero
 *   src     'r' register read, 'rw' read and written, a number: must equal it
 *   off     'jump' distance in slots from the next insn, 'mem' signed byte offset, 'val' free, a number: must equal it
 *   imm     'val' operand, 'jump' distance, 'helper' id, 'func' distance to a function, 'btf_id', 'reg' the
 *           number of the register (which `dst` of the decoded instruction then is), or what a 64-bit
 *           immediate denotes; a number: must equal it
 *   token   the operator or keyword in the text syntax (llvm-objdump's)
 *   group   conformance group (RFC 9669 section 2.4); 'callx', 'may_goto', 'load_acquire' are ours to name
 *   since   the cpu version that clang's -mcpu gives it, 'ext' for what came after v4
 *   source  RFC 9669 section, or the kernel header
 */

/** What a register field is used for. */
export type RegUse = 'r' | 'w' | 'rw';
export type OffUse = 'jump' | 'mem' | 'val';
export type ImmUse =
  | 'val'
  | 'jump'
  | 'helper'
  | 'func'
  | 'btf_id'
  | 'reg'
  | 'imm64'
  | 'map'
  | 'map_value'
  | 'var'
  | 'code';
export type Group =
  | 'base32'
  | 'base64'
  | 'divmul32'
  | 'divmul64'
  | 'atomic32'
  | 'atomic64'
  | 'packet'
  | 'callx'
  | 'may_goto'
  | 'load_acquire';
export type Since = 'v1' | 'v2' | 'v3' | 'v4' | 'ext';

type Columns = readonly [
  name: string,
  opcode: number,
  sem: string,
  width: 8 | 16 | 32 | 64,
  dst: RegUse | 0,
  src: RegUse | number,
  off: OffUse | number,
  imm: ImmUse | number,
  token: string,
  group: Group,
  since: Since,
  source: string,
];

/** The opcode byte of the 64-bit immediate loads, the only instructions of two slots. */
const LDDW_OPCODE = 0x18;

// biome-ignore format: one aligned row an instruction
const ROWS = [
  // name                  op    sem                    width dst src  off     imm          token                group           since  source
  // ALU: arithmetic on the low halves, result zero-extended (RFC 9669 section 4.1)
  ['add32_imm',              0x04, 'add',                 32,  'rw', 0,    0,      'val',       '+=',                'base32',       'v3',  '4.1'],
  ['add32_reg',              0x0c, 'add',                 32,  'rw', 'r',  0,      0,           '+=',                'base32',       'v3',  '4.1'],
  ['sub32_imm',              0x14, 'sub',                 32,  'rw', 0,    0,      'val',       '-=',                'base32',       'v3',  '4.1'],
  ['sub32_reg',              0x1c, 'sub',                 32,  'rw', 'r',  0,      0,           '-=',                'base32',       'v3',  '4.1'],
  ['mul32_imm',              0x24, 'mul',                 32,  'rw', 0,    0,      'val',       '*=',                'divmul32',     'v3',  '4.1'],
  ['mul32_reg',              0x2c, 'mul',                 32,  'rw', 'r',  0,      0,           '*=',                'divmul32',     'v3',  '4.1'],
  ['div32_imm',              0x34, 'div',                 32,  'rw', 0,    0,      'val',       '/=',                'divmul32',     'v3',  '4.1'],
  ['div32_reg',              0x3c, 'div',                 32,  'rw', 'r',  0,      0,           '/=',                'divmul32',     'v3',  '4.1'],
  ['or32_imm',               0x44, 'or',                  32,  'rw', 0,    0,      'val',       '|=',                'base32',       'v3',  '4.1'],
  ['or32_reg',               0x4c, 'or',                  32,  'rw', 'r',  0,      0,           '|=',                'base32',       'v3',  '4.1'],
  ['and32_imm',              0x54, 'and',                 32,  'rw', 0,    0,      'val',       '&=',                'base32',       'v3',  '4.1'],
  ['and32_reg',              0x5c, 'and',                 32,  'rw', 'r',  0,      0,           '&=',                'base32',       'v3',  '4.1'],
  ['lsh32_imm',              0x64, 'lsh',                 32,  'rw', 0,    0,      'val',       '<<=',               'base32',       'v3',  '4.1'],
  ['lsh32_reg',              0x6c, 'lsh',                 32,  'rw', 'r',  0,      0,           '<<=',               'base32',       'v3',  '4.1'],
  ['rsh32_imm',              0x74, 'rsh',                 32,  'rw', 0,    0,      'val',       '>>=',               'base32',       'v3',  '4.1'],
  ['rsh32_reg',              0x7c, 'rsh',                 32,  'rw', 'r',  0,      0,           '>>=',               'base32',       'v3',  '4.1'],
  ['mod32_imm',              0x94, 'mod',                 32,  'rw', 0,    0,      'val',       '%=',                'divmul32',     'v3',  '4.1'],
  ['mod32_reg',              0x9c, 'mod',                 32,  'rw', 'r',  0,      0,           '%=',                'divmul32',     'v3',  '4.1'],
  ['xor32_imm',              0xa4, 'xor',                 32,  'rw', 0,    0,      'val',       '^=',                'base32',       'v3',  '4.1'],
  ['xor32_reg',              0xac, 'xor',                 32,  'rw', 'r',  0,      0,           '^=',                'base32',       'v3',  '4.1'],
  ['mov32_imm',              0xb4, 'mov',                 32,  'w',  0,    0,      'val',       '=',                 'base32',       'v3',  '4.1'],
  ['mov32_reg',              0xbc, 'mov',                 32,  'w',  'r',  0,      0,           '=',                 'base32',       'v3',  '4.1'],
  ['arsh32_imm',             0xc4, 'arsh',                32,  'rw', 0,    0,      'val',       's>>=',              'base32',       'v3',  '4.1'],
  ['arsh32_reg',             0xcc, 'arsh',                32,  'rw', 'r',  0,      0,           's>>=',              'base32',       'v3',  '4.1'],
  ['sdiv32_imm',             0x34, 'sdiv',                32,  'rw', 0,    1,      'val',       's/=',               'divmul32',     'v4',  '4.1'],
  ['sdiv32_reg',             0x3c, 'sdiv',                32,  'rw', 'r',  1,      0,           's/=',               'divmul32',     'v4',  '4.1'],
  ['smod32_imm',             0x94, 'smod',                32,  'rw', 0,    1,      'val',       's%=',               'divmul32',     'v4',  '4.1'],
  ['smod32_reg',             0x9c, 'smod',                32,  'rw', 'r',  1,      0,           's%=',               'divmul32',     'v4',  '4.1'],
  ['neg32',                  0x84, 'neg',                 32,  'rw', 0,    0,      0,           '= -',               'base32',       'v3',  '4.1'],
  ['movsx8_32',              0xbc, 'movsx8',              32,  'w',  'r',  8,      0,           '= (s8)',            'base32',       'v4',  '4.1'],
  ['movsx16_32',             0xbc, 'movsx16',             32,  'w',  'r',  16,     0,           '= (s16)',           'base32',       'v4',  '4.1'],

  // ALU64: arithmetic on whole registers (RFC 9669 section 4.1)
  ['add64_imm',              0x07, 'add',                 64,  'rw', 0,    0,      'val',       '+=',                'base64',       'v1',  '4.1'],
  ['add64_reg',              0x0f, 'add',                 64,  'rw', 'r',  0,      0,           '+=',                'base64',       'v1',  '4.1'],
  ['sub64_imm',              0x17, 'sub',                 64,  'rw', 0,    0,      'val',       '-=',                'base64',       'v1',  '4.1'],
  ['sub64_reg',              0x1f, 'sub',                 64,  'rw', 'r',  0,      0,           '-=',                'base64',       'v1',  '4.1'],
  ['mul64_imm',              0x27, 'mul',                 64,  'rw', 0,    0,      'val',       '*=',                'divmul64',     'v1',  '4.1'],
  ['mul64_reg',              0x2f, 'mul',                 64,  'rw', 'r',  0,      0,           '*=',                'divmul64',     'v1',  '4.1'],
  ['div64_imm',              0x37, 'div',                 64,  'rw', 0,    0,      'val',       '/=',                'divmul64',     'v1',  '4.1'],
  ['div64_reg',              0x3f, 'div',                 64,  'rw', 'r',  0,      0,           '/=',                'divmul64',     'v1',  '4.1'],
  ['or64_imm',               0x47, 'or',                  64,  'rw', 0,    0,      'val',       '|=',                'base64',       'v1',  '4.1'],
  ['or64_reg',               0x4f, 'or',                  64,  'rw', 'r',  0,      0,           '|=',                'base64',       'v1',  '4.1'],
  ['and64_imm',              0x57, 'and',                 64,  'rw', 0,    0,      'val',       '&=',                'base64',       'v1',  '4.1'],
  ['and64_reg',              0x5f, 'and',                 64,  'rw', 'r',  0,      0,           '&=',                'base64',       'v1',  '4.1'],
  ['lsh64_imm',              0x67, 'lsh',                 64,  'rw', 0,    0,      'val',       '<<=',               'base64',       'v1',  '4.1'],
  ['lsh64_reg',              0x6f, 'lsh',                 64,  'rw', 'r',  0,      0,           '<<=',               'base64',       'v1',  '4.1'],
  ['rsh64_imm',              0x77, 'rsh',                 64,  'rw', 0,    0,      'val',       '>>=',               'base64',       'v1',  '4.1'],
  ['rsh64_reg',              0x7f, 'rsh',                 64,  'rw', 'r',  0,      0,           '>>=',               'base64',       'v1',  '4.1'],
  ['mod64_imm',              0x97, 'mod',                 64,  'rw', 0,    0,      'val',       '%=',                'divmul64',     'v1',  '4.1'],
  ['mod64_reg',              0x9f, 'mod',                 64,  'rw', 'r',  0,      0,           '%=',                'divmul64',     'v1',  '4.1'],
  ['xor64_imm',              0xa7, 'xor',                 64,  'rw', 0,    0,      'val',       '^=',                'base64',       'v1',  '4.1'],
  ['xor64_reg',              0xaf, 'xor',                 64,  'rw', 'r',  0,      0,           '^=',                'base64',       'v1',  '4.1'],
  ['mov64_imm',              0xb7, 'mov',                 64,  'w',  0,    0,      'val',       '=',                 'base64',       'v1',  '4.1'],
  ['mov64_reg',              0xbf, 'mov',                 64,  'w',  'r',  0,      0,           '=',                 'base64',       'v1',  '4.1'],
  ['arsh64_imm',             0xc7, 'arsh',                64,  'rw', 0,    0,      'val',       's>>=',              'base64',       'v1',  '4.1'],
  ['arsh64_reg',             0xcf, 'arsh',                64,  'rw', 'r',  0,      0,           's>>=',              'base64',       'v1',  '4.1'],
  ['sdiv64_imm',             0x37, 'sdiv',                64,  'rw', 0,    1,      'val',       's/=',               'divmul64',     'v4',  '4.1'],
  ['sdiv64_reg',             0x3f, 'sdiv',                64,  'rw', 'r',  1,      0,           's/=',               'divmul64',     'v4',  '4.1'],
  ['smod64_imm',             0x97, 'smod',                64,  'rw', 0,    1,      'val',       's%=',               'divmul64',     'v4',  '4.1'],
  ['smod64_reg',             0x9f, 'smod',                64,  'rw', 'r',  1,      0,           's%=',               'divmul64',     'v4',  '4.1'],
  ['neg64',                  0x87, 'neg',                 64,  'rw', 0,    0,      0,           '= -',               'base64',       'v1',  '4.1'],
  ['movsx8_64',              0xbf, 'movsx8',              64,  'w',  'r',  8,      0,           '= (s8)',            'base64',       'v4',  '4.1'],
  ['movsx16_64',             0xbf, 'movsx16',             64,  'w',  'r',  16,     0,           '= (s16)',           'base64',       'v4',  '4.1'],
  ['movsx32_64',             0xbf, 'movsx32',             64,  'w',  'r',  32,     0,           '= (s32)',           'base64',       'v4',  '4.1'],

  // Byte swaps: imm is the width (RFC 9669 section 4.2)
  ['le16',                   0xd4, 'le',                  16,  'rw', 0,    0,      16,          '= le16',            'base32',       'v1',  '4.2'],
  ['le32',                   0xd4, 'le',                  32,  'rw', 0,    0,      32,          '= le32',            'base32',       'v1',  '4.2'],
  ['le64',                   0xd4, 'le',                  64,  'rw', 0,    0,      0x40,        '= le64',            'base64',       'v1',  '4.2'],
  ['be16',                   0xdc, 'be',                  16,  'rw', 0,    0,      16,          '= be16',            'base32',       'v1',  '4.2'],
  ['be32',                   0xdc, 'be',                  32,  'rw', 0,    0,      32,          '= be32',            'base32',       'v1',  '4.2'],
  ['be64',                   0xdc, 'be',                  64,  'rw', 0,    0,      0x40,        '= be64',            'base64',       'v1',  '4.2'],
  ['bswap16',                0xd7, 'bswap',               16,  'rw', 0,    0,      16,          '= bswap16',         'base32',       'v4',  '4.2'],
  ['bswap32',                0xd7, 'bswap',               32,  'rw', 0,    0,      32,          '= bswap32',         'base32',       'v4',  '4.2'],
  ['bswap64',                0xd7, 'bswap',               64,  'rw', 0,    0,      0x40,        '= bswap64',         'base64',       'v4',  '4.2'],

  // JMP: conditional jumps on whole registers (RFC 9669 section 4.3)
  ['jeq64_imm',              0x15, 'jeq',                 64,  'r',  0,    'jump', 'val',       '==',                'base64',       'v1',  '4.3'],
  ['jeq64_reg',              0x1d, 'jeq',                 64,  'r',  'r',  'jump', 0,           '==',                'base64',       'v1',  '4.3'],
  ['jgt64_imm',              0x25, 'jgt',                 64,  'r',  0,    'jump', 'val',       '>',                 'base64',       'v1',  '4.3'],
  ['jgt64_reg',              0x2d, 'jgt',                 64,  'r',  'r',  'jump', 0,           '>',                 'base64',       'v1',  '4.3'],
  ['jge64_imm',              0x35, 'jge',                 64,  'r',  0,    'jump', 'val',       '>=',                'base64',       'v1',  '4.3'],
  ['jge64_reg',              0x3d, 'jge',                 64,  'r',  'r',  'jump', 0,           '>=',                'base64',       'v1',  '4.3'],
  ['jset64_imm',             0x45, 'jset',                64,  'r',  0,    'jump', 'val',       '&',                 'base64',       'v1',  '4.3'],
  ['jset64_reg',             0x4d, 'jset',                64,  'r',  'r',  'jump', 0,           '&',                 'base64',       'v1',  '4.3'],
  ['jne64_imm',              0x55, 'jne',                 64,  'r',  0,    'jump', 'val',       '!=',                'base64',       'v1',  '4.3'],
  ['jne64_reg',              0x5d, 'jne',                 64,  'r',  'r',  'jump', 0,           '!=',                'base64',       'v1',  '4.3'],
  ['jsgt64_imm',             0x65, 'jsgt',                64,  'r',  0,    'jump', 'val',       's>',                'base64',       'v1',  '4.3'],
  ['jsgt64_reg',             0x6d, 'jsgt',                64,  'r',  'r',  'jump', 0,           's>',                'base64',       'v1',  '4.3'],
  ['jsge64_imm',             0x75, 'jsge',                64,  'r',  0,    'jump', 'val',       's>=',               'base64',       'v1',  '4.3'],
  ['jsge64_reg',             0x7d, 'jsge',                64,  'r',  'r',  'jump', 0,           's>=',               'base64',       'v1',  '4.3'],
  ['jlt64_imm',              0xa5, 'jlt',                 64,  'r',  0,    'jump', 'val',       '<',                 'base64',       'v2',  '4.3'],
  ['jlt64_reg',              0xad, 'jlt',                 64,  'r',  'r',  'jump', 0,           '<',                 'base64',       'v2',  '4.3'],
  ['jle64_imm',              0xb5, 'jle',                 64,  'r',  0,    'jump', 'val',       '<=',                'base64',       'v2',  '4.3'],
  ['jle64_reg',              0xbd, 'jle',                 64,  'r',  'r',  'jump', 0,           '<=',                'base64',       'v2',  '4.3'],
  ['jslt64_imm',             0xc5, 'jslt',                64,  'r',  0,    'jump', 'val',       's<',                'base64',       'v2',  '4.3'],
  ['jslt64_reg',             0xcd, 'jslt',                64,  'r',  'r',  'jump', 0,           's<',                'base64',       'v2',  '4.3'],
  ['jsle64_imm',             0xd5, 'jsle',                64,  'r',  0,    'jump', 'val',       's<=',               'base64',       'v2',  '4.3'],
  ['jsle64_reg',             0xdd, 'jsle',                64,  'r',  'r',  'jump', 0,           's<=',               'base64',       'v2',  '4.3'],

  // JMP32: conditional jumps on the low halves (RFC 9669 section 4.3)
  ['jeq32_imm',              0x16, 'jeq',                 32,  'r',  0,    'jump', 'val',       '==',                'base32',       'v3',  '4.3'],
  ['jeq32_reg',              0x1e, 'jeq',                 32,  'r',  'r',  'jump', 0,           '==',                'base32',       'v3',  '4.3'],
  ['jgt32_imm',              0x26, 'jgt',                 32,  'r',  0,    'jump', 'val',       '>',                 'base32',       'v3',  '4.3'],
  ['jgt32_reg',              0x2e, 'jgt',                 32,  'r',  'r',  'jump', 0,           '>',                 'base32',       'v3',  '4.3'],
  ['jge32_imm',              0x36, 'jge',                 32,  'r',  0,    'jump', 'val',       '>=',                'base32',       'v3',  '4.3'],
  ['jge32_reg',              0x3e, 'jge',                 32,  'r',  'r',  'jump', 0,           '>=',                'base32',       'v3',  '4.3'],
  ['jset32_imm',             0x46, 'jset',                32,  'r',  0,    'jump', 'val',       '&',                 'base32',       'v3',  '4.3'],
  ['jset32_reg',             0x4e, 'jset',                32,  'r',  'r',  'jump', 0,           '&',                 'base32',       'v3',  '4.3'],
  ['jne32_imm',              0x56, 'jne',                 32,  'r',  0,    'jump', 'val',       '!=',                'base32',       'v3',  '4.3'],
  ['jne32_reg',              0x5e, 'jne',                 32,  'r',  'r',  'jump', 0,           '!=',                'base32',       'v3',  '4.3'],
  ['jsgt32_imm',             0x66, 'jsgt',                32,  'r',  0,    'jump', 'val',       's>',                'base32',       'v3',  '4.3'],
  ['jsgt32_reg',             0x6e, 'jsgt',                32,  'r',  'r',  'jump', 0,           's>',                'base32',       'v3',  '4.3'],
  ['jsge32_imm',             0x76, 'jsge',                32,  'r',  0,    'jump', 'val',       's>=',               'base32',       'v3',  '4.3'],
  ['jsge32_reg',             0x7e, 'jsge',                32,  'r',  'r',  'jump', 0,           's>=',               'base32',       'v3',  '4.3'],
  ['jlt32_imm',              0xa6, 'jlt',                 32,  'r',  0,    'jump', 'val',       '<',                 'base32',       'v3',  '4.3'],
  ['jlt32_reg',              0xae, 'jlt',                 32,  'r',  'r',  'jump', 0,           '<',                 'base32',       'v3',  '4.3'],
  ['jle32_imm',              0xb6, 'jle',                 32,  'r',  0,    'jump', 'val',       '<=',                'base32',       'v3',  '4.3'],
  ['jle32_reg',              0xbe, 'jle',                 32,  'r',  'r',  'jump', 0,           '<=',                'base32',       'v3',  '4.3'],
  ['jslt32_imm',             0xc6, 'jslt',                32,  'r',  0,    'jump', 'val',       's<',                'base32',       'v3',  '4.3'],
  ['jslt32_reg',             0xce, 'jslt',                32,  'r',  'r',  'jump', 0,           's<',                'base32',       'v3',  '4.3'],
  ['jsle32_imm',             0xd6, 'jsle',                32,  'r',  0,    'jump', 'val',       's<=',               'base32',       'v3',  '4.3'],
  ['jsle32_reg',             0xde, 'jsle',                32,  'r',  'r',  'jump', 0,           's<=',               'base32',       'v3',  '4.3'],

  // Unconditional jumps, calls, exit (RFC 9669 section 4.3)
  ['ja',                     0x05, 'ja',                  64,  0,    0,    'jump', 0,           'goto',              'base32',       'v1',  '4.3'],
  ['ja32',                   0x06, 'ja',                  32,  0,    0,    0,      'jump',      'gotol',             'base32',       'v4',  '4.3'],
  ['call_helper',            0x85, 'call_helper',         64,  0,    0,    0,      'helper',    'call',              'base32',       'v1',  '4.3.1'],
  ['call_local',             0x85, 'call_local',          64,  0,    1,    0,      'func',      'call',              'base32',       'v3',  '4.3.2'],
  ['call_btf',               0x85, 'call_btf',            64,  0,    2,    'val',  'btf_id',    'call',              'base32',       'v3',  '4.3.1'],
  ['callx',                  0x8d, 'callx',               64,  'r',  0,    0,      0,           'callx',             'callx',        'ext', '4.3'],
  ['callx_imm',              0x8d, 'callx',               64,  0,    0,    0,      'reg',       'callx_imm',         'callx',        'ext', 'clang before 19'],
  ['exit',                   0x95, 'exit',                64,  0,    0,    0,      0,           'exit',              'base32',       'v1',  '4.3'],
  ['may_goto',               0xe5, 'may_goto',            64,  0,    0,    'jump', 0,           'may_goto',          'may_goto',     'ext', 'linux/bpf.h BPF_JCOND'],

  // LD: 64-bit immediates of two slots; src says what the immediate means (RFC 9669 section 5.4)
  ['lddw',                   0x18, 'lddw',                64,  'w',  0,    0,      'imm64',     '=',                 'base64',       'v1',  '5.4'],
  ['lddw_map',               0x18, 'lddw_map',            64,  'w',  1,    0,      'map',       '=',                 'base64',       'v1',  '5.4'],
  ['lddw_map_value',         0x18, 'lddw_map_value',      64,  'w',  2,    0,      'map_value', '=',                 'base64',       'v3',  '5.4'],
  ['lddw_var',               0x18, 'lddw_var',            64,  'w',  3,    0,      'var',       '=',                 'base64',       'v3',  '5.4'],
  ['lddw_code',              0x18, 'lddw_code',           64,  'w',  4,    0,      'code',      '=',                 'base64',       'v3',  '5.4'],
  ['lddw_map_index',         0x18, 'lddw_map_index',      64,  'w',  5,    0,      'map',       '=',                 'base64',       'v3',  '5.4'],
  ['lddw_map_index_value',   0x18, 'lddw_map_index_value', 64,  'w',  6,    0,      'map_value', '=',                 'base64',       'v3',  '5.4'],

  // LDX, ST, STX: regular loads and stores; width is the memory width (RFC 9669 sections 5.1 and 5.2)
  ['ldx8',                   0x71, 'ldx',                 8,   'w',  'r',  'mem',  0,           'u8',                'base32',       'v1',  '5.1'],
  ['ldx16',                  0x69, 'ldx',                 16,  'w',  'r',  'mem',  0,           'u16',               'base32',       'v1',  '5.1'],
  ['ldx32',                  0x61, 'ldx',                 32,  'w',  'r',  'mem',  0,           'u32',               'base32',       'v1',  '5.1'],
  ['ldx64',                  0x79, 'ldx',                 64,  'w',  'r',  'mem',  0,           'u64',               'base64',       'v1',  '5.1'],
  ['ldsx8',                  0x91, 'ldsx',                8,   'w',  'r',  'mem',  0,           's8',                'base64',       'v4',  '5.2'],
  ['ldsx16',                 0x89, 'ldsx',                16,  'w',  'r',  'mem',  0,           's16',               'base64',       'v4',  '5.2'],
  ['ldsx32',                 0x81, 'ldsx',                32,  'w',  'r',  'mem',  0,           's32',               'base64',       'v4',  '5.2'],
  ['st8',                    0x72, 'st',                  8,   'r',  0,    'mem',  'val',       'u8',                'base32',       'v1',  '5.1'],
  ['st16',                   0x6a, 'st',                  16,  'r',  0,    'mem',  'val',       'u16',               'base32',       'v1',  '5.1'],
  ['st32',                   0x62, 'st',                  32,  'r',  0,    'mem',  'val',       'u32',               'base32',       'v1',  '5.1'],
  ['st64',                   0x7a, 'st',                  64,  'r',  0,    'mem',  'val',       'u64',               'base64',       'v1',  '5.1'],
  ['stx8',                   0x73, 'stx',                 8,   'r',  'r',  'mem',  0,           'u8',                'base32',       'v1',  '5.1'],
  ['stx16',                  0x6b, 'stx',                 16,  'r',  'r',  'mem',  0,           'u16',               'base32',       'v1',  '5.1'],
  ['stx32',                  0x63, 'stx',                 32,  'r',  'r',  'mem',  0,           'u32',               'base32',       'v1',  '5.1'],
  ['stx64',                  0x7b, 'stx',                 64,  'r',  'r',  'mem',  0,           'u64',               'base64',       'v1',  '5.1'],

  // Atomics: imm is the operation, bit 0 fetches the old value into src (RFC 9669 section 5.3)
  ['atomic_add32',           0xc3, 'atomic_add',          32,  'r',  'r',  'mem',  0,           '+=',                'atomic32',     'v1',  '5.3'],
  ['atomic_fetch_add32',     0xc3, 'atomic_fetch_add',    32,  'r',  'rw', 'mem',  1,           'atomic_fetch_add',  'atomic32',     'v3',  '5.3'],
  ['atomic_or32',            0xc3, 'atomic_or',           32,  'r',  'r',  'mem',  0x40,        '|=',                'atomic32',     'v3',  '5.3'],
  ['atomic_fetch_or32',      0xc3, 'atomic_fetch_or',     32,  'r',  'rw', 'mem',  0x41,        'atomic_fetch_or',   'atomic32',     'v3',  '5.3'],
  ['atomic_and32',           0xc3, 'atomic_and',          32,  'r',  'r',  'mem',  0x50,        '&=',                'atomic32',     'v3',  '5.3'],
  ['atomic_fetch_and32',     0xc3, 'atomic_fetch_and',    32,  'r',  'rw', 'mem',  0x51,        'atomic_fetch_and',  'atomic32',     'v3',  '5.3'],
  ['atomic_xor32',           0xc3, 'atomic_xor',          32,  'r',  'r',  'mem',  0xa0,        '^=',                'atomic32',     'v3',  '5.3'],
  ['atomic_fetch_xor32',     0xc3, 'atomic_fetch_xor',    32,  'r',  'rw', 'mem',  0xa1,        'atomic_fetch_xor',  'atomic32',     'v3',  '5.3'],
  ['atomic_xchg32',          0xc3, 'atomic_xchg',         32,  'r',  'rw', 'mem',  0xe1,        'xchg',              'atomic32',     'v3',  '5.3'],
  ['atomic_cmpxchg32',       0xc3, 'atomic_cmpxchg',      32,  'r',  'r',  'mem',  0xf1,        'cmpxchg',           'atomic32',     'v3',  '5.3'],
  ['atomic_add64',           0xdb, 'atomic_add',          64,  'r',  'r',  'mem',  0,           '+=',                'atomic64',     'v1',  '5.3'],
  ['atomic_fetch_add64',     0xdb, 'atomic_fetch_add',    64,  'r',  'rw', 'mem',  1,           'atomic_fetch_add',  'atomic64',     'v3',  '5.3'],
  ['atomic_or64',            0xdb, 'atomic_or',           64,  'r',  'r',  'mem',  0x40,        '|=',                'atomic64',     'v3',  '5.3'],
  ['atomic_fetch_or64',      0xdb, 'atomic_fetch_or',     64,  'r',  'rw', 'mem',  0x41,        'atomic_fetch_or',   'atomic64',     'v3',  '5.3'],
  ['atomic_and64',           0xdb, 'atomic_and',          64,  'r',  'r',  'mem',  0x50,        '&=',                'atomic64',     'v3',  '5.3'],
  ['atomic_fetch_and64',     0xdb, 'atomic_fetch_and',    64,  'r',  'rw', 'mem',  0x51,        'atomic_fetch_and',  'atomic64',     'v3',  '5.3'],
  ['atomic_xor64',           0xdb, 'atomic_xor',          64,  'r',  'r',  'mem',  0xa0,        '^=',                'atomic64',     'v3',  '5.3'],
  ['atomic_fetch_xor64',     0xdb, 'atomic_fetch_xor',    64,  'r',  'rw', 'mem',  0xa1,        'atomic_fetch_xor',  'atomic64',     'v3',  '5.3'],
  ['atomic_xchg64',          0xdb, 'atomic_xchg',         64,  'r',  'rw', 'mem',  0xe1,        'xchg',              'atomic64',     'v3',  '5.3'],
  ['atomic_cmpxchg64',       0xdb, 'atomic_cmpxchg',      64,  'r',  'r',  'mem',  0xf1,        'cmpxchg',           'atomic64',     'v3',  '5.3'],

  // Load-acquire and store-release (linux/bpf.h BPF_LOAD_ACQ, BPF_STORE_REL)
  ['load_acquire8',          0xd3, 'load_acquire',        8,   'w',  'r',  'mem',  0x100,       'load_acquire',      'load_acquire', 'ext', 'linux/bpf.h BPF_LOAD_ACQ'],
  ['load_acquire16',         0xcb, 'load_acquire',        16,  'w',  'r',  'mem',  0x100,       'load_acquire',      'load_acquire', 'ext', 'linux/bpf.h BPF_LOAD_ACQ'],
  ['load_acquire32',         0xc3, 'load_acquire',        32,  'w',  'r',  'mem',  0x100,       'load_acquire',      'load_acquire', 'ext', 'linux/bpf.h BPF_LOAD_ACQ'],
  ['load_acquire64',         0xdb, 'load_acquire',        64,  'w',  'r',  'mem',  0x100,       'load_acquire',      'load_acquire', 'ext', 'linux/bpf.h BPF_LOAD_ACQ'],
  ['store_release8',         0xd3, 'store_release',       8,   'r',  'r',  'mem',  0x110,       'store_release',     'load_acquire', 'ext', 'linux/bpf.h BPF_STORE_REL'],
  ['store_release16',        0xcb, 'store_release',       16,  'r',  'r',  'mem',  0x110,       'store_release',     'load_acquire', 'ext', 'linux/bpf.h BPF_STORE_REL'],
  ['store_release32',        0xc3, 'store_release',       32,  'r',  'r',  'mem',  0x110,       'store_release',     'load_acquire', 'ext', 'linux/bpf.h BPF_STORE_REL'],
  ['store_release64',        0xdb, 'store_release',       64,  'r',  'r',  'mem',  0x110,       'store_release',     'load_acquire', 'ext', 'linux/bpf.h BPF_STORE_REL'],

  // Legacy packet access, big-endian, relative to the packet; past its end the program ends with 0 (RFC 9669 section 5.5)
  ['ld_abs8',                0x30, 'ld_abs',              8,   0,    0,    0,      'val',       'u8',                'packet',       'v1',  '5.5'],
  ['ld_abs16',               0x28, 'ld_abs',              16,  0,    0,    0,      'val',       'u16',               'packet',       'v1',  '5.5'],
  ['ld_abs32',               0x20, 'ld_abs',              32,  0,    0,    0,      'val',       'u32',               'packet',       'v1',  '5.5'],
  ['ld_ind8',                0x50, 'ld_ind',              8,   0,    'r',  0,      'val',       'u8',                'packet',       'v1',  '5.5'],
  ['ld_ind16',               0x48, 'ld_ind',              16,  0,    'r',  0,      'val',       'u16',               'packet',       'v1',  '5.5'],
  ['ld_ind32',               0x40, 'ld_ind',              32,  0,    'r',  0,      'val',       'u32',               'packet',       'v1',  '5.5'],
] as const satisfies readonly Columns[];

/** Name of an instruction variant: the key of the table. */
export type OpName = (typeof ROWS)[number][0];
/** Semantics tag: back ends hold one entry for each. */
export type Sem = (typeof ROWS)[number][2];

export interface Op {
  /** Position in the table, dense from 0: what the interpreter dispatches on. */
  readonly index: number;
  readonly name: OpName;
  readonly opcode: number;
  readonly sem: Sem;
  readonly width: 8 | 16 | 32 | 64;
  readonly dst: RegUse | 0;
  readonly src: RegUse | number;
  readonly off: OffUse | number;
  readonly imm: ImmUse | number;
  readonly token: string;
  readonly group: Group;
  readonly since: Since;
  readonly source: string;
  /** Slots of 8 bytes that it occupies: 2 for a 64-bit immediate. */
  readonly slots: 1 | 2;
}

/** All instructions, in table order. */
export const OPS: readonly Op[] = ROWS.map(
  ([name, opcode, sem, width, dst, src, off, imm, token, group, since, source], index): Op => ({
    index,
    name,
    opcode,
    sem,
    width,
    dst,
    src,
    off,
    imm,
    token,
    group,
    since,
    source,
    slots: opcode === LDDW_OPCODE ? 2 : 1,
  }),
);

const BY_NAME: ReadonlyMap<string, Op> = new Map(OPS.map((op) => [op.name, op]));

/** The row of a name. The type makes a miss impossible. */
export function opNamed(name: OpName): Op {
  return BY_NAME.get(name) as Op;
}

/** All rows of each opcode byte; a byte without rows is an unknown opcode. */
export const OPS_BY_BYTE: readonly (readonly Op[])[] = Array.from({ length: 256 }, (_, byte) =>
  OPS.filter((op) => op.opcode === byte),
);

/** The number of registers, r0 to r10 (RFC 9669 section 2.3). */
export const REGISTER_COUNT = 11;
/** The read-only frame pointer. */
export const FRAME_POINTER = 10;
