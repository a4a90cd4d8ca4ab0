/** Rows of the opcode table by what a generator does with them; all are found by their columns, none by a list of opcodes. */
import { OPS, type Op, type Sem } from '../../isa/table.js';

/** The instruction class: the low three bits of the opcode byte (RFC 9669 section 3.1). */
const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;
const classOf = ({ opcode }: Op): number => opcode & 7;

/** Arithmetic, moves and byte swaps on registers. */
export const ALU: readonly Op[] = OPS.filter((op) => classOf(op) === CLASS.ALU || classOf(op) === CLASS.ALU64);
/** Conditional jumps. */
export const CONDITIONAL: readonly Op[] = OPS.filter(
  (op) => (classOf(op) === CLASS.JMP || classOf(op) === CLASS.JMP32) && op.off === 'jump' && op.dst === 'r',
);
/** Unconditional jumps: by off and by imm. */
export const GOTO: readonly Op[] = OPS.filter((op) => op.sem === 'ja');
export const LOADS: readonly Op[] = OPS.filter((op) => classOf(op) === CLASS.LDX);
/** Plain stores of a register or an immediate. */
export const STORES: readonly Op[] = OPS.filter(
  (op) => (classOf(op) === CLASS.ST || classOf(op) === CLASS.STX) && (op.imm === 'val' || op.group.startsWith('base')),
);
export const ATOMICS: readonly Op[] = OPS.filter(({ group }) => group.startsWith('atomic'));
export const LOAD_ACQUIRE: readonly Op[] = OPS.filter(({ sem }) => sem === 'load_acquire');
export const STORE_RELEASE: readonly Op[] = OPS.filter(({ sem }) => sem === 'store_release');

const SHIFTS: readonly Sem[] = ['lsh', 'rsh', 'arsh'];
const DIVISIONS: readonly Sem[] = ['div', 'mod', 'sdiv', 'smod'];

export const isShift = ({ sem }: Op): boolean => SHIFTS.includes(sem);
export const isDivision = ({ sem }: Op): boolean => DIVISIONS.includes(sem);
/** Whether it writes its dst register. */
export const writesDst = ({ dst }: Op): boolean => dst === 'w' || dst === 'rw';
/** Whether it writes its src register, as fetching atomics do. */
export const writesSrc = ({ src }: Op): boolean => src === 'w' || src === 'rw';
/** Legacy packet loads. */
export const PACKET_LOADS: readonly Op[] = OPS.filter(({ group }) => group === 'packet');
