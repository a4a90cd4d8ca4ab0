/**
 * The interface of bpf(2) as linux/bpf.h lays it out: commands, the part of `union bpf_attr` that each takes, and the
 * constants that loading and running need. Facts only; `attr.ts` packs them, `bpf.ts` calls.
 */

/** enum bpf_cmd. */
export const BPF_CMD = {
  MAP_CREATE: 0,
  MAP_LOOKUP_ELEM: 1,
  MAP_UPDATE_ELEM: 2,
  MAP_DELETE_ELEM: 3,
  MAP_GET_NEXT_KEY: 4,
  PROG_LOAD: 5,
  PROG_TEST_RUN: 10,
  BTF_LOAD: 18,
  MAP_LOOKUP_AND_DELETE_ELEM: 21,
  MAP_FREEZE: 22,
} as const;

/** u32 and u64 are numbers, `ptr` is the address of bytes as u64, `name` is 16 bytes of text ended by NUL. */
export type FieldType = 'u32' | 'u64' | 'ptr' | 'name';
export type AttrLayout = Readonly<Record<string, readonly [offset: number, type: FieldType]>>;

const MAP_ELEM = {
  map_fd: [0, 'u32'],
  key: [8, 'ptr'],
  value: [16, 'ptr'],
  flags: [24, 'u64'],
} as const satisfies AttrLayout;

/** Members of `union bpf_attr` by command: byte offset and type. */
export const BPF_ATTR = {
  MAP_CREATE: {
    map_type: [0, 'u32'],
    key_size: [4, 'u32'],
    value_size: [8, 'u32'],
    max_entries: [12, 'u32'],
    map_flags: [16, 'u32'],
    inner_map_fd: [20, 'u32'],
    map_name: [28, 'name'],
    btf_fd: [48, 'u32'],
    btf_key_type_id: [52, 'u32'],
    btf_value_type_id: [56, 'u32'],
    map_extra: [64, 'u64'],
  },
  MAP_LOOKUP_ELEM: MAP_ELEM,
  MAP_UPDATE_ELEM: MAP_ELEM,
  MAP_DELETE_ELEM: MAP_ELEM,
  MAP_LOOKUP_AND_DELETE_ELEM: MAP_ELEM,
  /** `value` is where the next key goes (`next_key` in the header). */
  MAP_GET_NEXT_KEY: MAP_ELEM,
  PROG_LOAD: {
    prog_type: [0, 'u32'],
    insn_cnt: [4, 'u32'],
    insns: [8, 'ptr'],
    license: [16, 'ptr'],
    log_level: [24, 'u32'],
    log_size: [28, 'u32'],
    log_buf: [32, 'ptr'],
    prog_flags: [44, 'u32'],
    prog_name: [48, 'name'],
    expected_attach_type: [68, 'u32'],
    prog_btf_fd: [72, 'u32'],
    func_info_rec_size: [76, 'u32'],
    func_info: [80, 'ptr'],
    func_info_cnt: [88, 'u32'],
    line_info_rec_size: [92, 'u32'],
    line_info: [96, 'ptr'],
    line_info_cnt: [104, 'u32'],
  },
  PROG_TEST_RUN: {
    prog_fd: [0, 'u32'],
    retval: [4, 'u32'],
    data_size_in: [8, 'u32'],
    data_size_out: [12, 'u32'],
    data_in: [16, 'ptr'],
    data_out: [24, 'ptr'],
    repeat: [32, 'u32'],
    duration: [36, 'u32'],
    ctx_size_in: [40, 'u32'],
    ctx_size_out: [44, 'u32'],
    ctx_in: [48, 'ptr'],
    ctx_out: [56, 'ptr'],
  },
  BTF_LOAD: {
    btf: [0, 'ptr'],
    btf_size: [16, 'u32'],
  },
  MAP_FREEZE: { map_fd: [0, 'u32'] },
} as const satisfies Record<keyof typeof BPF_CMD, AttrLayout>;

export type BpfCommand = keyof typeof BPF_CMD;

/** BPF_OBJ_NAME_LEN, with its NUL. */
export const NAME_LENGTH = 16;

/** What the src field of a 64-bit immediate says of it. */
export const PSEUDO = { MAP_FD: 1, MAP_VALUE: 2, BTF_ID: 3, FUNC: 4 } as const;

/** Flags of BPF_PROG_LOAD. */
export const PROG_FLAGS = { BPF_F_XDP_HAS_FRAGS: 1 << 5 } as const;

/** enum bpf_attach_type, where a program's type alone does not say it. */
export const ATTACH_TYPE = {
  CGROUP_INET_INGRESS: 0,
  CGROUP_INET_EGRESS: 1,
  FLOW_DISSECTOR: 17,
  XDP_DEVMAP: 33,
  XDP_CPUMAP: 35,
  SK_LOOKUP: 36,
  XDP: 37,
} as const;

/** struct xdp_md of a test run: packet positions count from the start of the metadata, which `data` measures. */
export const XDP_MD_SIZE = 24;

/** struct __sk_buff. */
export const SK_BUFF_SIZE = 192;
