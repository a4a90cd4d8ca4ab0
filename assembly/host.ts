/**
 * What the runtime asks of JavaScript, all of it off the hot path; `src/runtime/host.ts` is the other side. Where the
 * worker block is passed, the other side checks ranges by it and may leave a trap in it.
 */

/** Nanoseconds of a clock (`Clock`). */
@external("host", "clock_ns")
export declare function clock_ns(kind: i32): i64;

/** 32 random bits of the host's own source. */
@external("host", "random_u32")
export declare function random_u32(): u32;

/** A fine timestamp for latencies, in nanoseconds from anywhere. */
@external("host", "now_ns")
export declare function now_ns(): f64;

/**
 * Formats a line as bpf_trace_printk does and hands it to the embedder. `args` is the address of `count` u64.
 * Returns the length of the line, or a negative errno.
 */
@external("host", "print")
export declare function print(worker: usize, fmt: u32, fmt_size: u32, args: usize, count: u32): i32;

/**
 * Formats into [out, out + out_size) as bpf_snprintf does; the format ends with its NUL. Returns the length needed,
 * NUL included, or a negative errno.
 */
@external("host", "snprintf")
export declare function snprintf(worker: usize, out: u32, out_size: u32, fmt: u64, args: usize, count: u32): i32;

/**
 * Looks up where a packet goes, in and out through the struct bpf_fib_lookup at `params`. `own_length` is the packet's
 * above the link layer, or −1 where it does not count. Returns BPF_FIB_LKUP_RET_* or a negative errno.
 */
@external("host", "fib_lookup")
export declare function fib_lookup(params: u32, flags: u32, own_length: i32): i32;

/** The MTU of an interface, or −1 when there is none of this number. */
@external("host", "interface_mtu")
export declare function interface_mtu(ifindex: u32): i32;

/** Calls a helper that the embedder gave. */
@external("host", "custom")
export declare function custom(worker: usize, id: i32, r1: i64, r2: i64, r3: i64, r4: i64, r5: i64): i64;
