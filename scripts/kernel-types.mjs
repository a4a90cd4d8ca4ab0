// Writes src/elf/core/kernel_types.ts: the kernel's types that networking programs touch, as facts read from the BTF
// of a kernel. Give it the kernel's name and its .BTF, and further ones for what that lacks, since it is in modules:
//
//   node scripts/kernel-types.mjs "Linux 6.12 (Debian, x86-64)" vmlinux.btf more.btf
//
// Of the types named below all members are kept; of those that lie in them by value too, unless they are large; behind
// pointers only names. The syntax is read by src/elf/core/type_text.ts. Needs a build (dist/).
import { readFileSync, writeFileSync } from 'node:fs';
import { parseBtf, resolveType, sizeOf } from '../dist/elf/index.js';

/** Contexts, arguments and records of the UAPI; headers of packets; the kernel's own records of networking. */
const NAMED = `
  xdp_md __sk_buff sk_msg_md sk_reuseport_md bpf_sk_lookup bpf_sock_addr bpf_sock_ops bpf_sockopt bpf_sysctl
  bpf_sock bpf_tcp_sock bpf_sock_tuple bpf_xdp_sock bpf_fib_lookup bpf_tunnel_key bpf_xfrm_state bpf_redir_neigh
  bpf_flow_keys bpf_devmap_val bpf_cpumap_val bpf_spin_lock bpf_timer bpf_wq bpf_dynptr bpf_iter_num
  bpf_lpm_trie_key_hdr bpf_lpm_trie_key_u8 bpf_perf_event_value bpf_pidns_info bpf_map_info bpf_prog_info bpf_btf_info
  bpf_list_head bpf_list_node bpf_rb_root bpf_rb_node bpf_refcount bpf_ct_opts bpf_xfrm_state_opts
  bpf_tcp_req_attrs bpf_crypto_params bpf_cgroup_dev_ctx bpf_raw_tracepoint_args
  xdp_options pt_regs sockaddr sockaddr_in sockaddr_in6 sockaddr_ll sockaddr_un in_addr in6_addr nlattr nlmsghdr
  ethhdr vlan_hdr vlan_ethhdr arphdr iphdr ip_auth_hdr ip_esp_hdr ip_comp_hdr ipv6hdr ipv6_opt_hdr ipv6_rt_hdr
  rt0_hdr rt2_hdr ipv6_sr_hdr frag_hdr tcphdr tcp_word_hdr udphdr udp_hslot icmphdr icmp6hdr igmphdr sctphdr sctp_chunkhdr
  gre_base_hdr gre_full_hdr vxlanhdr vxlan_metadata genevehdr geneve_opt erspan_md2 erspan_metadata
  mpls_shim_hdr pppoe_hdr pppoe_tag dccp_hdr llc_pdu_sn
  sk_buff sk_buff_head skb_shared_info skb_shared_hwtstamps skb_frag_t skb_ext skb_frag sk_buff_fclones
  xdp_buff xdp_buff_xsk xdp_frame xdp_rxq_info xdp_txq_info xdp_mem_info xdp_desc xdp_sock xsk_buff_pool xdp_cpumap_stats
  net_device net netdev_queue netdev_rx_queue napi_struct net_device_stats rtnl_link_stats64 pcpu_sw_netstats
  sock sock_common socket socket_wq inet_sock inet6_skb_parm inet_skb_parm inet_connection_sock inet_request_sock
  request_sock request_sock_queue tcp_sock tcp6_sock tcp_skb_cb tcp_request_sock tcp_timewait_sock inet_timewait_sock
  tcp_options_received tcp_rack udp_sock udp6_sock raw_sock raw6_sock ipv6_pinfo unix_sock netlink_sock packet_sock
  dst_entry dst_ops rtable rt6_info fib_info fib_nh fib_nh_common fib6_info neighbour neigh_table flowi flowi4 flowi6
  ip_tunnel_info ip_tunnel_key metadata_dst flow_keys flow_dissector_key_control bpf_flow_dissector
  nf_conn nf_conntrack nf_conn___init nf_conntrack_tuple nf_conntrack_tuple_hash nf_conntrack_man nf_conntrack_zone
  nf_inet_addr nf_conntrack_man_proto nf_hook_state nf_nat_range2 xfrm_state xfrm_id xfrm_mark xfrm_address_t
  bpf_map bpf_array bpf_htab bpf_prog bpf_prog_aux bpf_cgroup_storage_map bpf_cpu_map bpf_dtab bpf_local_storage_map
  bpf_queue_stack bpf_ringbuf_map bpf_shtab bpf_stab bpf_stack_map lpm_trie reuseport_array xsk_map btf bpf_ctx_arg_aux
  task_struct thread_info cred cgroup cgroup_subsys_state css_set kernfs_node pid upid nsproxy pid_namespace mnt_namespace
  mm_struct file inode dentry path qstr vfsmount super_block trace_entry trace_event_raw_sys_enter trace_event_raw_sys_exit
  list_head hlist_head hlist_node hlist_nulls_node rb_node rb_root callback_head refcount_struct kref atomic_t atomic64_t
  in_pktinfo in6_pktinfo bio_vec page page_frag iov_iter kernel_siginfo
`
  .trim()
  .split(/\s+/);

/** Enums that programs ask for by name. */
const ENUMS =
  /^(bpf_(?!arg_|reg_|access|async|audit|bitmap|jit|iter_|kfunc|mem_alloc|text|type|verif|return|tramp|dynptr_type|stack_|struct_|task_|stats_|lru_|netdev|xdp_mode|cgroup_iter)|xdp_|nf_inet|nf_ip|nf_dev|tcp_|ip_conntrack|tcx_|sock_|sk_action|sk_psock|lwtunnel|metadata_type|pkt_hash)/;
const TYPEDEFS =
  /^(_{0,2}[us](8|16|32|64)|__[bl]e(16|32|64)|__wsum|__sum16|size_t|bool|siphash_key_t|xfrm_address_t|atomic_t|atomic64_t|skb_frag_t|spinlock_t|pid_t|uid_t|gid_t|kuid_t|kgid_t|ktime_t|netdev_features_t|possible_net_t|refcount_t|socket_lock_t|u_int(8|16|32|64)_t|u?int(8|16|32|64)_t|sk_buff_data_t|sock_ops)$/;

/** Of these, which are large and mostly of no use to networking, only these members. */
const MEMBERS = {
  task_struct:
    'thread_info __state flags pid tgid comm real_parent parent group_leader cred real_cred nsproxy cgroups mm exit_code start_time start_boottime on_cpu prio static_prio files fs signal thread_pid',
  net: 'ns net_cookie user_ns ifindex loopback_dev hash_mix proc_inum dev_base_seq',
  mm_struct: 'arg_start arg_end env_start env_end start_code end_code mm_users mm_count exe_file',
  file: 'f_inode f_path f_flags f_mode f_pos f_op private_data',
  inode: 'i_mode i_uid i_gid i_ino i_sb i_rdev i_size',
  dentry: 'd_parent d_name d_inode d_sb d_flags d_iname',
  super_block: 's_dev s_magic s_type s_root s_id',
  bpf_prog_aux: 'id used_map_cnt name load_time btf func_info linfo nr_linfo used_maps user attach_btf_id prog',
  cgroup: 'self flags level kn root id ancestors dfl_cgrp',
  css_set: 'subsys dfl_cgrp refcount nr_tasks',
  kernfs_node: 'parent name id flags mode count active iattr',
  pid_namespace: 'ns level user_ns parent',
};
/** A type by value that has more members than this, and is not named above, keeps its size only. */
const LARGE = 8;

const [, , kernel, ...paths] = process.argv;
if (paths.length === 0) {
  console.error('usage: node scripts/kernel-types.mjs KERNEL_NAME BTF_FILE...');
  process.exit(2);
}
let btf;
const isComposite = ({ kind }) => kind === 'struct' || kind === 'union';
const isEnum = ({ kind }) => kind === 'enum' || kind === 'enum64';

const named = new Set(NAMED);
const lines = new Map();
/** Types met by value, still to be described: by kind and name. */
const queue = [];

function want(type) {
  const key = `${type.kind.replace('enum64', 'enum')}.${type.name}`;
  if (!lines.has(key)) {
    lines.set(key, '');
    queue.push([key, type]);
  }
  return key;
}

/** The words of a type where it is used. */
function typeWords(id) {
  const type = resolveType(btf, id);
  switch (type.kind) {
    case 'void':
    case 'func_proto':
      return 'void';
    case 'ptr': {
      const to = resolveType(btf, type.type);
      if (isComposite(to) && to.name !== '') return `*${to.kind}.${to.name}`;
      if (to.kind === 'fwd') return `*${to.union ? 'union' : 'struct'}.${to.name}`;
      return to.kind === 'int' ? `*${intWords(to)}` : to.kind === 'ptr' ? '**void' : '*void';
    }
    case 'array':
      return `[${type.length}]${typeWords(type.type)}`;
    case 'int':
      return intWords(type);
    case 'float':
      return `[${type.size}]u8`;
    case 'fwd':
      throw new Error(`${type.name} by value, and only declared`);
    default:
      return type.name === '' ? `(${body(type, true)})` : want(type);
  }
}

/** Integers by what they are: u8, s32, b8 (bool). */
function intWords({ size, signed, bool }) {
  return `${bool ? 'b' : signed ? 's' : 'u'}${size * 8}`;
}

function body(type, anonymous) {
  if (isEnum(type)) {
    const values = anonymous ? [] : type.values.map(({ name, value }) => `${name}=${value}`);
    return [`enum${type.kind === 'enum64' ? '64' : ''}`, `${type.size}${type.signed ? 's' : 'u'}`, ...values].join(' ');
  }
  const kept = MEMBERS[type.name]?.split(' ');
  const hollow = !anonymous && !named.has(type.name) && type.members.length > LARGE;
  const members = hollow ? [] : type.members.filter(({ name }) => kept === undefined || kept.includes(name));
  const text = members.map(
    ({ name, type: id, bitOffset, bitSize }) =>
      `${name}:${typeWords(id)}@${bitOffset}${bitSize === 0 ? '' : `/${bitSize}`}`,
  );
  return [type.kind, type.size, ...text].join(' ');
}

for (const path of paths) {
  btf = parseBtf(new Uint8Array(readFileSync(path)));
  const found = new Set([...lines.keys()].map((key) => key.slice(key.indexOf('.') + 1)));
  for (const type of btf.types) {
    if (found.has(type.name)) continue;
    if (isComposite(type) ? named.has(type.name) : isEnum(type) && path === paths[0] && ENUMS.test(type.name))
      want(type);
  }
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const [key, type] = next;
    lines.set(key, `${type.name} ${body(type, false)}`);
  }
  btf.types.forEach((type, id) => {
    if (type.kind !== 'typedef' || !TYPEDEFS.test(type.name) || found.has(type.name)) return;
    if (sizeOf(btf, id) > 0) lines.set(`typedef.${type.name}`, `${type.name} typedef ${typeWords(id)}`);
  });
}
const all = [...lines.values()].filter((line) => line !== '').sort();
writeFileSync(
  new URL('../src/elf/core/kernel_types.ts', import.meta.url),
  `/**
 * The kernel's types that networking programs touch: name, kind, bytes, members with their place in bits. Facts of the
 * kernel named below, written by scripts/kernel-types.mjs from its BTF; \`type_text.ts\` has the syntax.
 */
export const KERNEL_TYPES_OF = ${JSON.stringify(kernel).replaceAll('"', "'")};

export const KERNEL_TYPES = \`
${all.join('\n')}
\`;
`,
);
console.log(
  `${all.length} types; not found: ${NAMED.filter((name) => !all.some((line) => line.startsWith(`${name} `))).join(' ')}`,
);
