/**
 * What a section's name says: the type of the programs in it (libbpf's names and older ones), or which kind of data
 * it holds. The one table of section names; which type has a hook here is for `abi/program_types.ts`.
 */
import type { ProgramType } from '../abi/program_types.js';

export interface SectionRow {
  /** The whole name, or with `/` at its end a prefix. */
  readonly name: string;
  /** The type of its programs here; absent for types that this engine has no hook for. */
  readonly type?: ProgramType;
  /** Name of the kernel's type, as enum bpf_prog_type has it in small letters. */
  readonly kernel: string;
}

const row = (kernel: string, type: ProgramType | undefined, ...names: readonly string[]): SectionRow[] =>
  names.map((name) => ({ name, kernel, ...(type === undefined ? {} : { type }) }));

/** Special names before general ones: the first that fits counts. */
export const SECTION_ROWS: readonly SectionRow[] = [
  ...row(
    'xdp',
    'xdp',
    'xdp',
    'xdp/',
    'xdp.frags',
    'xdp.frags/',
    'xdp_devmap',
    'xdp_devmap/',
    'xdp_cpumap',
    'xdp_cpumap/',
  ),
  ...row('sched_cls', 'tc', 'tc', 'tc/', 'tcx/', 'netkit/', 'classifier', 'classifier/'),
  ...row('sched_act', 'tc', 'action', 'action/'),
  ...row('socket_filter', 'socket_filter', 'socket', 'socket/', 'socket_filter', 'socket_filter/'),
  ...row('cgroup_skb', 'cgroup_skb', 'cgroup_skb/', 'cgroup/skb'),
  ...row('lwt_in', 'lwt_in', 'lwt_in', 'lwt_in/'),
  ...row('lwt_out', 'lwt_out', 'lwt_out', 'lwt_out/'),
  ...row('lwt_xmit', 'lwt_xmit', 'lwt_xmit', 'lwt_xmit/'),
  ...row('lwt_seg6local', undefined, 'lwt_seg6local', 'lwt_seg6local/'),
  ...row('flow_dissector', 'flow_dissector', 'flow_dissector', 'flow_dissector/'),
  ...row('sk_lookup', 'sk_lookup', 'sk_lookup', 'sk_lookup/'),
  ...row('sk_reuseport', undefined, 'sk_reuseport', 'sk_reuseport/'),
  ...row('sk_skb', undefined, 'sk_skb', 'sk_skb/'),
  ...row('sk_msg', undefined, 'sk_msg', 'sk_msg/'),
  ...row('sock_ops', undefined, 'sockops', 'sockops/'),
  ...row('cgroup_device', undefined, 'cgroup/dev', 'cgroup/dev/'),
  ...row('cgroup_sysctl', undefined, 'cgroup/sysctl'),
  ...row('cgroup_sockopt', undefined, 'cgroup/getsockopt', 'cgroup/setsockopt'),
  ...row('cgroup_sock', undefined, 'cgroup/sock', 'cgroup/sock_create', 'cgroup/sock_release', 'cgroup/post_bind4'),
  ...row('cgroup_sock', undefined, 'cgroup/post_bind6'),
  ...row('cgroup_sock_addr', undefined, 'cgroup/'),
  ...row('netfilter', undefined, 'netfilter', 'netfilter/'),
  ...row('ext', undefined, 'freplace', 'freplace/'),
  ...row('kprobe', undefined, 'kprobe', 'kprobe/', 'kretprobe', 'kretprobe/', 'uprobe', 'uprobe/', 'uprobe.s/'),
  ...row('kprobe', undefined, 'uretprobe', 'uretprobe/', 'uretprobe.s/', 'kprobe.multi', 'kprobe.multi/'),
  ...row('kprobe', undefined, 'kretprobe.multi', 'kretprobe.multi/', 'kprobe.session', 'kprobe.session/'),
  ...row('kprobe', undefined, 'uprobe.multi', 'uprobe.multi/', 'uretprobe.multi', 'uretprobe.multi/'),
  ...row('kprobe', undefined, 'uprobe.multi.s/', 'uretprobe.multi.s/', 'uprobe.session', 'uprobe.session/'),
  ...row('kprobe', undefined, 'ksyscall', 'ksyscall/', 'kretsyscall', 'kretsyscall/', 'usdt', 'usdt/', 'usdt.s/'),
  ...row('tracepoint', undefined, 'tracepoint', 'tracepoint/', 'tp', 'tp/'),
  ...row('raw_tracepoint', undefined, 'raw_tracepoint', 'raw_tracepoint/', 'raw_tp', 'raw_tp/'),
  ...row('raw_tracepoint_writable', undefined, 'raw_tracepoint.w', 'raw_tracepoint.w/', 'raw_tp.w', 'raw_tp.w/'),
  ...row('tracing', undefined, 'tp_btf', 'tp_btf/', 'fentry', 'fentry/', 'fentry.s', 'fentry.s/', 'fexit', 'fexit/'),
  ...row('tracing', undefined, 'fexit.s', 'fexit.s/', 'fmod_ret', 'fmod_ret/', 'fmod_ret.s', 'fmod_ret.s/'),
  ...row('tracing', undefined, 'iter', 'iter/', 'iter.s', 'iter.s/'),
  ...row('lsm', undefined, 'lsm', 'lsm/', 'lsm.s', 'lsm.s/', 'lsm_cgroup', 'lsm_cgroup/'),
  ...row('perf_event', undefined, 'perf_event', 'perf_event/'),
  ...row('struct_ops', undefined, 'struct_ops', 'struct_ops/', 'struct_ops.s', 'struct_ops.s/'),
  ...row('syscall', undefined, 'syscall', 'syscall/'),
];

/** The row of a section's name; undefined for names that nobody gave a meaning, which two fifths of objects have. */
export function sectionRow(name: string): SectionRow | undefined {
  // libbpf takes a leading '?' for "do not load by default".
  const plain = name.startsWith('?') ? name.slice(1) : name;
  return SECTION_ROWS.find((row) => (row.name.endsWith('/') ? plain.startsWith(row.name) : plain === row.name));
}

/** Which map a data section becomes (libbpf: by name and its dotted suffixes), or undefined for other sections. */
export type DataKind = 'rodata' | 'data' | 'bss' | 'kconfig';

const DATA_KINDS: readonly DataKind[] = ['rodata', 'data', 'bss', 'kconfig'];

export function dataKind(name: string): DataKind | undefined {
  return DATA_KINDS.find((kind) => name === `.${kind}` || name.startsWith(`.${kind}.`));
}

/** Whether a section holds maps in the form from before BTF: `maps`, or `maps/NAME` with one map each. */
export function isLegacyMaps(name: string): boolean {
  return name === 'maps' || name.startsWith('maps/');
}
