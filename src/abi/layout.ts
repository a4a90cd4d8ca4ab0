/**
 * The one memory layout, shared by TypeScript and AssemblyScript: where the engine's records lie in the
 * linear memory, and what each of their words means. Only `const enum`s with values below 2^31 and no
 * imports, so that asc and tsc compile the same file.
 *
 *   0x0000_0000 ┌──────────────────────────────┐
 *               │ null page, never handed out  │
 *   HEADER      ├──────────────────────────────┤ ┐
 *               │ engine header                │ │
 *   SLOT_KINDS  │ one byte a table slot        │ │
 *   PROGRAMS    │ program records              │ │ the runtime: no program reaches it,
 *   MAPS        │ map records                  │ │ whatever address it makes
 *   WORKERS     │ worker blocks                │ │
 *   HEAP        │ map metadata, code, batches  │ │
 *   ro_base     ├──────────────────────────────┤ ┘
 *               │ frozen values (.rodata)      │ ┐ readable ┐
 *   rw_base     ├──────────────────────────────┤ ┘          │ the user window: one unsigned
 *               │ stacks, contexts, map values │ read/write │ compare guards any access
 *   user_end    ├──────────────────────────────┤            ┘
 *               │ umem: packet frames          │ only the current packet's bytes
 *   umem_end    └──────────────────────────────┘ are reachable, by a second compare
 *
 * The boundaries from `ro_base` on are chosen at engine creation and stand in the header.
 */

/** Fixed addresses and sizes, in bytes. */
export const enum Layout {
  PAGE = 65536,
  HEADER = 0x10000,
  SLOT_KINDS = 0x11000,
  SLOT_KINDS_SIZE = 0x10000,
  PROGRAMS = 0x21000,
  PROGRAM_SIZE = 64,
  MAX_PROGRAMS = 8192,
  MAPS = 0xa1000,
  MAP_SIZE = 256,
  MAX_MAPS = 4096,
  WORKERS = 0x1a1000,
  WORKER_SIZE = 0x4000,
  MAX_WORKERS = 64,
  HEAP = 0x2b0000,
  /** Slot of the function table through which `callx` of a raw program reaches helpers by number. */
  HELPER_SLOT = 1,
  /** First slot that programs and functions get: smaller numbers are helpers' to a raw program's `callx`. */
  FIRST_SLOT = 1024,
}

/** Words of the engine header, as offsets from `Layout.HEADER`. Written once by TypeScript at creation, unless noted. */
export const enum Header {
  /** u32: end of the runtime heap and start of the read-only user data. */
  RO_BASE = 0,
  /** u32: start of the read-write user data. */
  RW_BASE = 4,
  /** u32: end of the user window, start of the umem. */
  USER_END = 8,
  /** u32: end of the umem. */
  UMEM_END = 12,
  /** u32: number of workers, which programs see as CPUs. */
  WORKER_COUNT = 16,
  /** u32: number of map records in use; grows under ALLOC_LOCK. */
  MAP_COUNT = 20,
  /** u32: number of program records in use. */
  PROGRAM_COUNT = 24,
  /** u32: spin lock of the allocators (0 free, 1 held). */
  ALLOC_LOCK = 28,
  /** i64: fuel that a program run starts with, in instructions. */
  FUEL = 32,
  /** u32: 1 when random numbers come from the host's source instead of the worker's generator. */
  HOST_RANDOM = 40,
  /** u32: how many maps were ever made: the last one's ID. */
  MAP_IDS = 44,
  /** u32: counts wake-ups of the rings' consumers, so that one look tells whether there was any. */
  WAKEUPS = 48,
  /** u32: spin lock of the timers. */
  TIMER_LOCK = 52,
  /** u32: address of the timers' table and queue in the heap, 0 before the first timer. */
  TIMERS = 56,
  /** u32: timers that wait for their time. */
  TIMERS_ARMED = 60,
  /** 3 × ARENA_SIZE bytes: state of the allocators (heap, read-only, read-write, in the order of `Arena`). */
  ARENAS = 64,
  ARENA_SIZE = 512,
}

/** The allocators' arenas. */
export const enum Arena {
  /** Runtime metadata, [HEAP, ro_base). */
  HEAP = 0,
  /** Frozen user values, [ro_base, rw_base). */
  RO = 1,
  /** User values, stacks and contexts, [rw_base, user_end). */
  RW = 2,
}

/** What a slot of the function table holds (one byte each at `Layout.SLOT_KINDS`). */
export const enum SlotKind {
  EMPTY = 0,
  /** A program: `(r1: i64, r10: i64) -> i64`. */
  PROGRAM = 1,
  /** A BPF function whose address is taken: `(r1, r2, r3, r4, r5, r10: i64) -> i64`. Its slot number is its address to BPF. */
  FUNCTION = 2,
}

/** A program record, as offsets from its address `Layout.PROGRAMS + index * PROGRAM_SIZE`. */
export const enum ProgramRecord {
  /** u32: 1 when in use. */
  LIVE = 0,
  /** u32: its slot in the function table (an interpreter thunk or translated code), swapped by one atomic store. */
  SLOT = 4,
  /** u32: address of the interpreter's code, an array of `MicroOp`. */
  CODE = 8,
  /** u32: number of slots of that code. */
  CODE_LENGTH = 12,
  /** u32: bytes of the entry function's frame that are zeroed on entry, a multiple of 8. */
  STACK_USE = 16,
  /** u32: slots of the entry function: the fuel its entry burns. */
  ENTRY_LENGTH = 20,
  /** u32: program type (`ProgramType`). */
  TYPE = 24,
  /** u32: 1 while SLOT holds an interpreter thunk, so that a tail call between interpreted programs stays in one loop. */
  INTERPRETED = 28,
}

/**
 * One instruction slot as the interpreter reads it; index i is pc i. A 64-bit immediate's second slot holds an
 * op that traps. Behind the last slot lies one more, an `exit`, where a function goes on whose tail call left the
 * interpreter; behind that, the `FunctionRecord`s. `src/interp/lower.ts` writes all of it.
 *
 *    0      2     3     4            8                    16
 *   ┌──────┬─────┬─────┬────────────┬────────────────────┐
 *   │ op   │ dst │ src │ off        │ imm                │
 *   │ u16  │ u8  │ u8  │ i32        │ i64, sign-extended │
 *   └──────┴─────┴─────┴────────────┴────────────────────┘
 *
 * op is the index of the opcode table's row; dst and src are offsets in the register file, so 8 × the register. For
 * jumps, `off` is the distance in slots from the next one. For local calls `off` is the distance to the callee's
 * entry slot and imm is (its STACK_USE << 32 | its length in slots). For 64-bit immediates, imm is the final value: a
 * number, a map's record address, a linear address, or a function's table slot.
 */
export const enum MicroOp {
  SIZE = 16,
  OP = 0,
  DST = 2,
  SRC = 3,
  OFF = 4,
  IMM = 8,
}

/** What the interpreter needs to enter a function by its index in the program, in the order of their entry slots. */
export const enum FunctionRecord {
  SIZE = 16,
  /** u32: entry slot. */
  PC = 0,
  /** u32: bytes of its frame that are zeroed on entry. */
  STACK_USE = 4,
  /** u32: slots: the fuel that entering it burns. */
  LENGTH = 8,
}

/** A register file of the interpreter; frame k's lies at `Worker.REGISTERS + k * SIZE`. u64 r0 to r10, then: */
export const enum RegisterFile {
  SIZE = 128,
  R10 = 80,
  /** u32: address of the micro-op that the frame goes on at after its call. */
  RETURN = 88,
  /** u32: index of the program that the frame belongs to. */
  PROGRAM = 92,
}

/** A worker block, as offsets from `Layout.WORKERS + worker * WORKER_SIZE`: the state of one running CPU. */
export const enum Worker {
  /** u32: why the running program trapped (`Trap`), 0 while it has not. */
  TRAP_CODE = 0,
  /** u32: pc (slot index) of the instruction that trapped; Pc.NONE until the caller of a helper that trapped fills it in. */
  TRAP_PC = 4,
  /** u64: the address or value that made it trap. */
  TRAP_VALUE = 8,
  /** u32: index of the program that trapped. */
  TRAP_PROGRAM = 16,
  /** u32: this worker's index: the CPU number. */
  CPU = 20,
  /** i64: fuel left. */
  FUEL = 24,
  /** u64: first accessible byte of the current packet (data_meta). */
  PACKET_LO = 32,
  /** i64 each: max(length - size + 1, 0) for accesses of 1, 2, 4, 8 bytes: `addr - PACKET_LO <u limit` allows one. */
  PACKET_LIMIT1 = 40,
  PACKET_LIMIT2 = 48,
  PACKET_LIMIT4 = 56,
  PACKET_LIMIT8 = 64,
  /** u32 each, linear addresses of the current packet: the truth that the context only mirrors. */
  FRAME_START = 72,
  FRAME_END = 76,
  DATA_META = 80,
  DATA = 84,
  DATA_END = 88,
  /** u32: tail calls made in this run; 33 at most (linux/bpf.h MAX_TAIL_CALL_CNT). */
  TAIL_CALLS = 92,
  /** u32: address of this worker's context record, in the user window. */
  CTX = 96,
  /** u32: lowest address of this worker's BPF stacks: MAX_FRAMES × FRAME_SIZE bytes. */
  STACK = 100,
  /** u32: end of these stacks. */
  STACK_END = 104,
  /** u32: r10 of the frame that called the helper now running: a callback's frame lies above it. */
  HELPER_R10 = 108,
  /** u32: redirect target kind (`Redirect`). */
  REDIRECT_KIND = 112,
  /** u32: ifindex, or the key in the map. */
  REDIRECT_KEY = 116,
  /** u32: address of the redirect map's record, 0 for an ifindex. */
  REDIRECT_MAP = 120,
  /** u32: flags given to the redirect helper. */
  REDIRECT_FLAGS = 124,
  /** u32: program type of the hook that runs (`ProgramType`). */
  HOOK = 128,
  /** u32: index of the running program; a tail call changes it. */
  PROGRAM = 132,
  /** u32: lowest address that was packet in this run: what adjust_head uncovers below it must read as zeros. */
  PACKET_LOWEST = 136,
  /** u32: number of the helper that `Layout.HELPER_SLOT` is to call. */
  CALLED_HELPER = 140,
  /** 4 × u32: state of the random generator, seeded by TypeScript; never all zero. */
  RANDOM = 144,
  /** u32: ring buffer records that the run has reserved and not given back yet. */
  HELD_COUNT = 160,
  /** u32: address of the bpf_spin_lock that the run holds, 0 for none. */
  HELD_LOCK = 164,
  /** u32: number of the timer whose callback runs, 0 for none. */
  TIMER = 168,
  /** u32: address of the `Skb` record, in the heap. */
  SKB = 0x1f0,
  /** HELD_MAX × 8 bytes: of each the address (u32) and the ring (u32). */
  HELD = 0x200,
  HELD_MAX = 64,
  /** 1 KiB: transfer buffer for keys and error texts between TypeScript and Wasm. */
  SCRATCH = 0x400,
  SCRATCH_SIZE = 0xc00,
  /** u64 × 256: latency histogram, bucket i counts runs of [2^(i/8), 2^((i+1)/8)) ns. */
  HISTOGRAM = 0x1000,
  HISTOGRAM_BUCKETS = 256,
  /** The interpreter's register files (`RegisterFile`), one a frame. */
  REGISTERS = 0x1800,
  REGISTERS_END = 0x4000,
}

/**
 * What the kernel keeps of a packet in struct sk_buff beside its bytes: the truth where a program sees a mirror in its
 * context, for the hooks whose context is struct __sk_buff. One record a worker.
 */
export const enum Skb {
  /** u32 each, linear addresses of headers; TRANSPORT is 0 while it is not set. */
  MAC_HEADER = 0,
  NETWORK_HEADER = 4,
  TRANSPORT_HEADER = 8,
  /** u32: skb->protocol, as the 16 bits lie in memory. */
  PROTOCOL = 12,
  /** u32: PACKET_HOST and so on (linux/if_packet.h). */
  PKT_TYPE = 16,
  /** u32 each: the accelerated VLAN tag: whether there is one, its TCI, its protocol as the 16 bits lie in memory. */
  VLAN_PRESENT = 20,
  VLAN_TCI = 24,
  VLAN_PROTO = 28,
  GSO_SIZE = 32,
  /** u32: 1 for a packet that claims to be in a tunnel (skb->encapsulation). */
  ENCAPSULATION = 36,
  /** u32: CHECKSUM_NONE 0, or CHECKSUM_UNNECESSARY 1 with its CSUM_LEVEL. */
  CSUM_STATE = 40,
  CSUM_LEVEL = 44,
  /** u32 each: skb->hash is right (l4_hash), and was given by software (sw_hash). */
  HASH_VALID = 48,
  /** u32: whether skb_set_tunnel_key gave a key; its flags; length of the options. */
  TUNNEL_SET = 52,
  TUNNEL_FLAGS = 56,
  TUNNEL_OPT_LENGTH = 60,
  /** struct bpf_tunnel_key: 44 bytes. */
  TUNNEL_KEY = 64,
  /** net/ip_tunnels.h IP_TUNNEL_OPTS_MAX bytes, rounded up. */
  TUNNEL_OPT = 112,
  /** u32: ifindex of skb->dev. */
  IFINDEX = 368,
  /** u32, an address: where the memory that the kernel would have taken for the packet begins (skb->head). */
  HEAD = 372,
  /** u32: skb->mac_len, 0 until a helper sets it. */
  MAC_LEN = 376,
  SIZE = 384,
}

/** Sizes of the frames of hooks whose context is struct __sk_buff. */
export const enum SkbFrame {
  /** net/core/filter.c BPF_SKB_MAX_LEN (SKB_MAX_ALLOC with pages of 4 KiB): helpers grow no packet beyond. */
  MAX_LENGTH = 16064,
  /** Bytes of struct __sk_buff. */
  CONTEXT_SIZE = 192,
  /** Bytes of struct bpf_sock, which follows the context in the user window. */
  SOCK_SIZE = 80,
}

/** BPF stacks (linux/bpf.h MAX_BPF_STACK, linux/bpf_verifier.h MAX_CALL_FRAMES). */
export const enum Stack {
  FRAME_SIZE = 512,
  MAX_FRAMES = 8,
  /** Bytes of a worker's context record, which lies right above its stacks. */
  CTX_SIZE = 512,
}

/** Limits of the kernel that the ISA's users rely on. */
export const enum Limit {
  MAX_TAIL_CALLS = 33,
  /** linux/bpf_verifier.h BPF_COMPLEXITY_LIMIT_INSNS: the longest program. */
  MAX_INSNS = 1000000,
  /** linux/bpf.h BPF_MAX_LOOPS. */
  MAX_LOOPS = 8388608,
}

/** Packet frames in the umem, as the kernel lays out XDP frames on a 4 KiB page. */
export const enum Frame {
  STRIDE = 4096,
  /** linux/bpf.h XDP_PACKET_HEADROOM. */
  HEADROOM = 256,
  /** Room kept for skb_shared_info behind the data. */
  TAILROOM = 320,
  /** Bytes of the headroom that hold struct xdp_frame: adjust_head and adjust_meta cannot reach them. */
  RESERVED = 40,
  /** Shortest Ethernet frame that helpers leave (linux/if_ether.h ETH_HLEN). */
  MIN_LENGTH = 14,
}

/** One packet of a batch, in the runtime heap; the batch loop reads the first part and writes the second. */
export const enum Descriptor {
  SIZE = 96,
  /** u32 each, linear addresses; data_meta, data and data_end are read and written. FRAME_END is past the tailroom. */
  FRAME_START = 0,
  FRAME_END = 4,
  DATA_META = 8,
  DATA = 12,
  DATA_END = 16,
  /** u32 each: of xdp_md. */
  INGRESS_IFINDEX = 20,
  RX_QUEUE_INDEX = 24,
  EGRESS_IFINDEX = 28,
  /** Out, u32: r0 as the program returned it; 0 after a trap. */
  RETVAL = 32,
  /** Out, u32: `Trap`, 0 for none. */
  TRAP_CODE = 36,
  /** Out, u32: pc of the trap. */
  TRAP_PC = 40,
  /** Out, u32: index of the program that trapped. */
  TRAP_PROGRAM = 44,
  /** Out, u64: value that made it trap. */
  TRAP_VALUE = 48,
  /** Out, u32 each: as in the worker block. */
  REDIRECT_KIND = 56,
  REDIRECT_KEY = 60,
  REDIRECT_MAP = 64,
  REDIRECT_FLAGS = 68,
  /** Out, u64: r0 whole; 0 after a trap. */
  R0 = 72,
  /** u32: address of a struct __sk_buff, in and out, for the hooks that have it. */
  CONTEXT = 80,
}

/** Flags of a batch. */
export const enum BatchFlag {
  /** Time each run and count it in the worker's histogram. */
  LATENCY = 1,
  /** Run the first descriptor `count` times, with the packet's bounds (not its bytes) as given each time. */
  REPEAT = 2,
  /** More repeats follow in another call: the last of these leaves the bounds as given, too. */
  MORE = 4,
}

/** Where a redirect verdict leads. */
export const enum Redirect {
  NONE = 0,
  /** To REDIRECT_KEY as ifindex. */
  IFINDEX = 1,
  /** To the entry REDIRECT_KEY of REDIRECT_MAP. */
  MAP = 2,
}

/** Clocks that the host is asked for. */
export const enum Clock {
  /** CLOCK_MONOTONIC. */
  MONOTONIC = 0,
  /** CLOCK_BOOTTIME: with the time that the machine slept. */
  BOOT = 1,
  /** CLOCK_MONOTONIC_COARSE: as of the last tick. */
  COARSE = 2,
}

/** Why a program was stopped. The catalogue of errors has an entry for each. */
export const enum Trap {
  NONE = 0,
  /** A load outside of everything that the program may read. */
  READ = 1,
  /** A store outside of everything that the program may write. */
  WRITE = 2,
  /** The run's budget of instructions is spent. */
  FUEL = 4,
  /** A ninth frame. */
  CALL_DEPTH = 5,
  /** A call through a register to what is no function. */
  CALL_TARGET = 6,
  /** A helper was given a range that the program may not read or write. */
  HELPER_RANGE = 7,
  /** A helper was given what is no map of the right kind. */
  HELPER_MAP = 8,
  /** A helper was given an argument that the kernel's verifier would reject. */
  HELPER_ARGUMENT = 9,
  /** A helper of the embedder threw. */
  HELPER_HOST = 10,
  /** A defect of the engine: an op that no back end knows. */
  INTERNAL = 11,
}

/** A pc that is not known yet. */
export const enum Pc {
  NONE = -1,
}

/** A map record, as offsets from its address `Layout.MAPS + index * MAP_SIZE`; what lies past COMMON_END is the map type's own. */
export const enum MapRecord {
  /** u32: `MapType`; 0 when the record is free. */
  TYPE = 0,
  KEY_SIZE = 4,
  VALUE_SIZE = 8,
  MAX_ENTRIES = 12,
  FLAGS = 16,
  /** u32: bytes from one element's value to the next: VALUE_SIZE rounded up to 8. */
  STRIDE = 20,
  /** u32: address of the values, for types whose values lie in one block. Per-CPU arrays: worker w's block starts at VALUES + w * CPU_STRIDE. */
  VALUES = 24,
  /** u32: distance between two workers' values of one element (per-CPU types). */
  CPU_STRIDE = 28,
  /** u32: elements held now. */
  COUNT = 32,
  /** u32: lock of the map (0 free, 1 held). */
  LOCK = 36,
  /** u32: arena of the values (`Arena`). */
  ARENA = 40,
  /** u32: 1 once the map is frozen: user space may no longer write (BPF_MAP_FREEZE). */
  FROZEN = 44,
  /** u32: this map's number; no other map of the engine ever has it. */
  ID = 48,
  /** u32: who holds the map: its handle, and each slot of a map of maps that it is in. */
  REFERENCES = 52,
  /** u32: `map_extra` of BPF_MAP_CREATE. */
  EXTRA = 56,
  COMMON_END = 64,
}
