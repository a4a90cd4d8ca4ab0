/** The form of a case: a program as text, what it is run on, and what must come of it. Every back end runs all cases. */
import type { ProgramType } from '../../src/abi/program_types.js';
import type { ContextValues } from '../../src/model/frame.js';
import type { CustomHelper } from '../../src/runtime/host.js';

/** Reasons of a trap, as the catalogue names them (without BEESWAX_E_TRAP_). */
export type TrapReason =
  | 'READ'
  | 'WRITE'
  | 'FUEL'
  | 'CALL_DEPTH'
  | 'CALL_TARGET'
  | 'HELPER_RANGE'
  | 'HELPER_MAP'
  | 'HELPER_ARGUMENT'
  | 'HELPER_HOST'
  | 'INTERNAL';

export interface Want {
  /** The return value, unsigned 32 bit. */
  readonly r0?: number;
  /** The packet afterwards, [data_meta, data_end), in hex; blanks do not count. */
  readonly packet?: string;
  /** The first 8 bytes of the packet afterwards as a little-endian number, unsigned. */
  readonly u64?: bigint;
  /** Fields of the context that the run gives back; those not named may be anything. */
  readonly context?: ContextValues;
  readonly trap?: { readonly reason: TrapReason; readonly pc: number; readonly value?: bigint };
  readonly redirect?: { readonly kind: 'ifindex' | 'map'; readonly key: number };
  /** Lines of bpf_trace_printk. */
  readonly trace?: readonly string[];
}

export interface Case {
  readonly name: string;
  /** Text for `src/asm`; several programs are loaded together, the first is run. */
  readonly asm: string;
  /** 'raw' unless said: r1 is the packet's address, r2 its length. */
  readonly type?: ProgramType;
  /** Hex, 16 zero bytes unless given. */
  readonly packet?: string;
  /** Metadata in front of the packet, hex. */
  readonly meta?: string;
  /** Fields of the context that are given. */
  readonly context?: ContextValues;
  /** Instructions a run may execute, 2^20 unless said. */
  readonly fuel?: bigint;
  /** Slots of program arrays that are filled before: map name → [index, program name]. */
  readonly slots?: Readonly<Record<string, readonly (readonly [number, string])[]>>;
  /** Elements set before: map name → [key, value], both hex. */
  readonly elements?: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  readonly helpers?: readonly CustomHelper[];
  readonly clock?: () => bigint;
  readonly random?: () => number;
  /** The kernel's BPF_PROG_TEST_RUN cannot say the same; why. */
  readonly notKernel?: string;
  readonly want: Want;
}

/** Bytes of hex text, blanks ignored. */
export function bytes(hex: string): Uint8Array {
  const digits = hex.replace(/\s+/g, '');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function hex(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
