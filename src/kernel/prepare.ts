/** From a linked program to what BPF_PROG_LOAD takes: the slots with file descriptors in them, type, flags, functions. */
import type { ProgramType } from '../abi/program_types.js';
import { encodeInsns } from '../isa/encode.js';
import { opNamed } from '../isa/table.js';
import type { FunctionInfo, Program } from '../model/program.js';
import { BeeswaxError } from '../util/errors.js';
import { stableCopy } from './ffi/port.js';
import type { KernelSymbols } from './symbols.js';
import { ATTACH_TYPE, PROG_FLAGS, PSEUDO } from './uapi.js';

const SLOT = 8;
const CALL = opNamed('call_helper').opcode;
/** libbpf's number for an instruction whose CO-RE relocation has no answer ("bad relo"). */
const MISSING_HELPER = 0xbad2310;

/**
 * The slots of a program, with each map reference as the map's file descriptor and each function reference as the
 * distance to it.
 * @param fdOf file descriptor of a map by name; throws for one that is not there.
 * @param symbols what the kernel has of the functions and variables that the program names
 * @throws BeeswaxError BEESWAX_E_KERNEL_KFUNC for a function or variable that the kernel does not have.
 */
export function encodeForKernel(program: Program, fdOf: (map: string) => number, symbols?: KernelSymbols): Uint8Array {
  const code = stableCopy(encodeInsns(program.insns));
  const view = new DataView(code.buffer);
  for (const { pc, ref, dst } of program.insns) {
    if (ref === undefined) continue;
    const at = pc * SLOT;
    const patch = (src: number, low: number, high: number): void => {
      view.setUint8(at + 1, dst | (src << 4));
      view.setInt32(at + 4, low, true);
      view.setInt32(at + SLOT + 4, high, true);
    };
    if (ref.kind === 'map') patch(PSEUDO.MAP_FD, fdOf(ref.map), 0);
    else if (ref.kind === 'map_value') patch(PSEUDO.MAP_VALUE, fdOf(ref.map), ref.offset);
    else if (ref.kind === 'function') patch(PSEUDO.FUNC, ref.pc - pc - 1, 0);
    else if (ref.kind === 'missing') patchMissing(view, at);
    else {
      const id = symbols?.idOf(ref.name);
      if (id === undefined)
        throw new BeeswaxError('BEESWAX_E_KERNEL_KFUNC', { program: program.name, kfunc: ref.name });
      if (ref.kind === 'kernel_symbol') patch(PSEUDO.BTF_ID, id, 0);
      else view.setInt32(at + 4, id, true);
    }
  }
  return code;
}

/** A call of a helper that no kernel has: dead code may hold it, and the verifier names it where code is not dead. */
function patchMissing(view: DataView, at: number): void {
  view.setUint8(at, CALL);
  view.setUint8(at + 1, 0);
  view.setInt32(at + 4, MISSING_HELPER, true);
}

/**
 * The functions that the kernel will find in a program that passes callbacks, in order; empty for other programs,
 * which need no description of theirs.
 */
export function calledFunctions(program: Program): readonly FunctionInfo[] {
  const starts = new Set([0]);
  let callbacks = false;
  for (const { op, pc, imm, ref } of program.insns) {
    if (op.imm === 'func') starts.add(pc + 1 + imm);
    if (ref?.kind !== 'function') continue;
    starts.add(ref.pc);
    callbacks = true;
  }
  return callbacks ? program.functions.filter(({ start }) => starts.has(start)) : [];
}

/** BPF_PROG_LOAD's prog_flags: XDP programs that take fragmented packets say so by their section's name, as for libbpf. */
export function programFlags(program: Program): number {
  return program.type === 'xdp' && /^xdp\.frags(\/|$)/.test(program.section) ? PROG_FLAGS.BPF_F_XDP_HAS_FRAGS : 0;
}

/** BPF_PROG_LOAD's expected_attach_type, by type and section name, as libbpf derives it. */
export function attachType(program: Program): number {
  const { section } = program;
  const byType: Partial<Record<ProgramType, number>> = {
    xdp: /^xdp(\.frags)?\/devmap|^xdp_devmap\//.test(section)
      ? ATTACH_TYPE.XDP_DEVMAP
      : /^xdp(\.frags)?\/cpumap|^xdp_cpumap\//.test(section)
        ? ATTACH_TYPE.XDP_CPUMAP
        : ATTACH_TYPE.XDP,
    cgroup_skb: section.endsWith('/egress') ? ATTACH_TYPE.CGROUP_INET_EGRESS : ATTACH_TYPE.CGROUP_INET_INGRESS,
    flow_dissector: ATTACH_TYPE.FLOW_DISSECTOR,
    sk_lookup: ATTACH_TYPE.SK_LOOKUP,
  };
  return byType[program.type] ?? 0;
}
