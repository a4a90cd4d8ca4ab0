/**
 * Where the Linux kernel (6.18) parts from RFC 9669, with the reasons. Its verifier asks more of a program than the ISA
 * does, so it refuses valid ones; in one place it asks less.
 */

export interface KernelRefusal {
  /** What the verifier's log says last. */
  readonly says: RegExp;
  /** Why the program is valid all the same. */
  readonly why: string;
  /** Where the kernel decides it. */
  readonly source: string;
}

/** Reasons for which the kernel refuses programs that RFC 9669 allows. */
export const KERNEL_REFUSALS: readonly KernelRefusal[] = [
  {
    says: /missing btf func_info/,
    why: "the address of a function is taken; the kernel wants to know the function's type, which bare bytes do not have",
    source: 'kernel/bpf/verifier.c check_ld_imm',
  },
  {
    says: /invalid shift -?\d+/,
    why: 'RFC 9669 section 4.1 masks shift counts; the verifier wants constant ones below the width',
    source: 'kernel/bpf/verifier.c check_alu_op',
  },
  {
    says: /div by zero/,
    why: 'RFC 9669 section 4.1 gives 0 (or dst) for a divisor of zero; the verifier refuses a constant one',
    source: 'kernel/bpf/verifier.c check_alu_op',
  },
  {
    says: /misaligned stack access/,
    why: 'RFC 9669 asks for no alignment; the verifier does on the stack, which it follows by words',
    source: 'kernel/bpf/verifier.c check_ptr_alignment',
  },
  {
    says: /misaligned value access/,
    why: 'RFC 9669 does not say what a misaligned atomic does; the verifier wants atomics aligned',
    source: 'kernel/bpf/verifier.c check_atomic',
  },
  {
    says: /unknown opcode 8d/,
    why: 'calls through a register are no part of RFC 9669 and of no kernel; compilers emit them',
    source: 'kernel/bpf/verifier.c bpf_check',
  },
  {
    says: /the call stack of \d+ frames is too deep/,
    why: 'the caller that stores r0 takes a frame of its own, so that only seven are left',
    source: 'kernel/bpf/verifier.c check_func_call',
  },
  {
    says: /combined stack size of \d+ calls is/,
    why: 'the kernel gives all frames of a call chain 512 bytes together, not each',
    source: 'kernel/bpf/verifier.c check_max_stack_depth',
  },
  {
    says: /misaligned access off \(0x0; 0xffffffffffffffff\)/,
    why: 'an atomic that fetches into its own base: the verifier takes the base for overwritten before it is used',
    source: 'kernel/bpf/verifier.c check_atomic_rmw',
  },
  {
    says: /sequence of \d+ jumps is too complex/,
    why: 'the verifier follows a loop step by step, and gives up where its end depends on values',
    source: 'kernel/bpf/verifier.c push_stack',
  },
];

export interface KernelDifference {
  /** Names of the cases. */
  readonly cases: RegExp;
  readonly why: string;
  readonly source: string;
}

/** Cases in which the kernel does another thing than RFC 9669 asks for. */
export const KERNEL_DIFFERENCES: readonly KernelDifference[] = [
  {
    cases: /^exit\/encoding\/off=|^reject\/field-exit-with-off$/,
    why: 'RFC 9669 section 3 has unused fields be zero; of `exit` the kernel checks dst, src and imm, not off',
    source: 'kernel/bpf/verifier.c do_check_insn',
  },
];

/** Why a valid program was refused with these words; undefined when no reason is known. */
export function explainRefusal(reason: string): KernelRefusal | undefined {
  return KERNEL_REFUSALS.find(({ says }) => says.test(reason));
}
