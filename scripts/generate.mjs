// Writes assembly/generated/ from the tables of src/isa and src/abi: the interpreter's dispatch, the helper dispatch
// and the numbers that both languages share. Run by the build, after tsc.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRNO } from '../dist/abi/errno.js';
import { HELPERS } from '../dist/abi/helpers.js';
import { MAP_FLAGS, MAP_TYPES, UPDATE_FLAGS } from '../dist/abi/map_types.js';
import { PROGRAM_TYPES, SK_BUFF } from '../dist/abi/program_types.js';
import { OPS } from '../dist/isa/table.js';

const out = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../assembly/generated');

const banner = (what) => `/** ${what} Written by scripts/generate.mjs: change the tables instead. */\n`;

/** What an instruction is to the loop, told from its columns alone. */
function shapeOf(op) {
  if (op.slots === 2) return 'lddw';
  if (op.group === 'packet') return 'packet';
  if (op.group.startsWith('atomic')) return 'atomic';
  if (op.off === 'mem') return op.dst === 'w' ? 'load' : 'store';
  if (op.off === 'jump' && op.dst === 'r') return 'branch';
  if (op.dst === 'rw' || op.dst === 'w') return 'alu';
  return 'control';
}

const DST = 'load<u8>(ip, MicroOp.DST)';
const SRC = 'load<u8>(ip, MicroOp.SRC)';
const IMM = 'load<u64>(ip, MicroOp.IMM)';
const narrow = (bits, value) => (bits === 32 ? `<u32>${value}` : value);

/** The second operand, if the row has one: a register or the immediate. */
function operand(op) {
  if (op.src === 'r' || op.src === 'rw') return `get(file, ${SRC})`;
  return op.imm === 'val' ? IMM : undefined;
}

/** The address of a memory access with its guard: `base` is the column that holds the address. */
function guarded(op, base, access) {
  const bytes = op.width / 8;
  const [from, span, code] =
    access === 'read' ? ['read_base', 'read_span', 'READ'] : ['write_base', 'write_span', 'WRITE'];
  const limit = `Worker.PACKET_LIMIT${bytes}`;
  return [
    `const at = get(file, ${base}) + <u64>(<i64>load<i32>(ip, MicroOp.OFF));`,
    `if (at - ${from} >= ${span} - ${bytes} && at - load<u64>(WORKER, Worker.PACKET_LO) >= load<u64>(WORKER, ${limit})) {`,
    `  return fault(Trap.${code}, ip, at);`,
    '}',
  ];
}

const BODIES = {
  alu(op) {
    // Byte swaps name their width in imm and work on the whole register.
    const bits = op.width === 32 && op.imm !== op.width ? 32 : 64;
    const inputs = [op.dst === 'rw' ? 'load<u64>(dst)' : undefined, operand(op)].filter((input) => input !== undefined);
    return [
      `const dst = file + ${DST};`,
      `store<u64>(dst, ${op.sem}_${op.width}(${inputs.map((input) => narrow(bits, input)).join(', ')}));`,
      'break;',
    ];
  },
  branch(op) {
    const inputs = [`get(file, ${DST})`, operand(op)].map((input) => narrow(op.width, input));
    return [
      `if (${op.sem}_${op.width}(${inputs.join(', ')})) {`,
      '  ip = jump(ip, load<i32>(ip, MicroOp.OFF));',
      '  if (ip == 0) return 0;',
      '  continue;',
      '}',
      'break;',
    ];
  },
  load(op) {
    return [...guarded(op, SRC, 'read'), `set(file, ${DST}, ${op.sem}_${op.width}(<usize>at));`, 'break;'];
  },
  store(op) {
    return [...guarded(op, DST, 'write'), `${op.sem}_${op.width}(<usize>at, ${operand(op)});`, 'break;'];
  },
  atomic(op) {
    const value = `get(file, ${SRC})`;
    // The one atomic that compares with r0 puts the old value there, whatever its columns say of src.
    const call =
      op.sem === 'atomic_cmpxchg'
        ? `set_r0(file, ${op.sem}_${op.width}(<usize>at, ${value}, r0(file)))`
        : `${op.sem}_${op.width}(<usize>at, ${value})`;
    return [...guarded(op, DST, 'write'), op.src === 'rw' ? `set(file, ${SRC}, ${call});` : `${call};`, 'break;'];
  },
  lddw: () => ['ip = lddw(ip, file);', 'continue;'],
  packet: (op) => [`ip = ${op.sem}_at(ip, file, ${op.width / 8});`, 'if (ip == 0) return 0;', 'continue;'],
  control(op) {
    // The two that change the frame are the loop's own business.
    if (op.sem === 'exit') {
      return [
        'if (file == base) return r0(file);',
        'file -= RegisterFile.SIZE;',
        'ip = leave_local(file);',
        'continue;',
      ];
    }
    if (op.sem === 'call_local') {
      return ['ip = enter_local(ip, file);', 'if (ip == 0) return 0;', 'file += RegisterFile.SIZE;', 'continue;'];
    }
    return [`ip = ${op.sem}(ip, file);`, 'if (ip == 0) return 0;', 'continue;'];
  },
};

function dispatch() {
  const functions = {
    alu: new Set(),
    branch: new Set(),
    load: new Set(),
    store: new Set(),
    atomic: new Set(),
    control: new Set(),
  };
  const cases = OPS.map((op) => {
    const shape = shapeOf(op);
    if (shape === 'control') {
      if (op.sem !== 'exit' && op.sem !== 'call_local') functions.control.add(op.sem);
    } else functions[shape]?.add(`${op.sem}_${op.width}`);
    return [
      `      case ${op.index}: { // ${op.name}`,
      ...BODIES[shape](op).map((line) => `        ${line}`),
      '      }',
    ].join('\n');
  });
  const ordered = OPS.filter((op) => op.group === 'load_acquire').map((op) => `${op.sem}_${op.width}`);
  const semantics = [...functions.alu, ...functions.branch, ...functions.load, ...functions.store].filter(
    (name) => !ordered.includes(name),
  );
  const atomics = [...functions.atomic, ...ordered];
  const list = (names) =>
    names
      .join(', ')
      .replace(/(.{1,100})(, |$)/g, '  $1,\n')
      .trimEnd();
  return `${banner('The loop of the interpreter: one case a row of the opcode table, in table order.')}
import { Header, Layout, MicroOp, RegisterFile, Trap, Worker } from "../../src/abi/layout";
import {
${list(atomics)}
} from "../interp/atomics";
import {
${list(['fault', 'jump', 'ld_abs_at', 'ld_ind_at', 'lddw', ...functions.control])}
} from "../interp/control";
import { enter_local, get, leave_local, r0, set, set_r0 } from "../interp/frames";
import {
${list(semantics)}
} from "../interp/semantics";
import { WORKER } from "../worker";

/** Runs from the micro-op \`ip\` in the frame of \`base\` until that frame returns. Returns r0, or 0 after a trap. */
export function execute(ip: usize, base: usize): u64 {
  const read_base: u64 = load<u32>(Layout.HEADER, Header.RO_BASE);
  const write_base: u64 = load<u32>(Layout.HEADER, Header.RW_BASE);
  const end: u64 = load<u32>(Layout.HEADER, Header.USER_END);
  const read_span = end - read_base + 1;
  const write_span = end - write_base + 1;
  let file = base;
  while (true) {
    switch (load<u16>(ip, MicroOp.OP)) {
${cases.join('\n')}
      default:
        return fault(Trap.INTERNAL, ip, load<u16>(ip, MicroOp.OP));
    }
    ip += MicroOp.SIZE;
  }
}
`;
}

function helpers() {
  const rows = Object.entries(HELPERS).filter(([, row]) => row.tailCall === undefined);
  const cases = rows.map(([name, row]) => {
    const args = row.args.map((_, index) => `r${index + 1}`).join(', ');
    return `    case ${row.id}:\n      return helper_${name}(${args});`;
  });
  return `${banner('Calls a helper by its number in enum bpf_func_id. What has no row belongs to the embedder.')}
import { custom_helper } from "../calls";
import {
${rows.map(([name]) => `  helper_${name},`).join('\n')}
} from "../helpers/index";

export function call_by_id(id: i32, r1: u64, r2: u64, r3: u64, r4: u64, r5: u64): u64 {
  switch (id) {
${cases.join('\n')}
    default:
      return custom_helper(id, r1, r2, r3, r4, r5);
  }
}

/** Whether a helper of this number exists and takes no argument: it only tells a number. */
export function takes_nothing(id: u64): bool {
  switch (<i32>min<u64>(id, i32.MAX_VALUE)) {
${rows
  .filter(([, row]) => row.args.length === 0)
  .map(([, row]) => `    case ${row.id}:`)
  .join('\n')}
      return true;
    default:
      return false;
  }
}
`;
}

function numbers() {
  const list = (name, doc, entries) =>
    `/** ${doc} */\nexport const enum ${name} {\n${entries.map(([key, value]) => `  ${key} = ${value},`).join('\n')}\n}\n`;
  const ids = (table) => Object.entries(table).map(([name, row]) => [name, row.id]);
  return [
    banner('Numbers of the kernel interface, from the tables in src/abi.'),
    list('HelperId', 'enum bpf_func_id.', ids(HELPERS)),
    list('Errno', 'asm-generic/errno.h.', Object.entries(ERRNO)),
    list('MapType', 'enum bpf_map_type.', ids(MAP_TYPES)),
    list('MapFlag', 'Flags of BPF_MAP_CREATE.', Object.entries(MAP_FLAGS)),
    list('UpdateFlag', 'Flags of element updates.', Object.entries(UPDATE_FLAGS)),
    list('ProgramType', 'enum bpf_prog_type.', ids(PROGRAM_TYPES)),
    list(
      'SkBuff',
      'Offsets in struct __sk_buff.',
      Object.entries(SK_BUFF).map(([name, { offset }]) => [name.toUpperCase(), offset]),
    ),
  ].join('\n');
}

mkdirSync(out, { recursive: true });
for (const [file, text] of Object.entries({
  'abi.ts': numbers(),
  'dispatch.ts': dispatch(),
  'helpers.ts': helpers(),
})) {
  writeFileSync(join(out, file), text);
}
