/** Packets and what a run of a program makes of them, as plain data. */

/** A packet as given to a program, with what its context says beside the bytes. */
export interface PacketInput {
  /** From the Ethernet header on. */
  readonly data: Uint8Array;
  /** Bytes of metadata in front of the data. */
  readonly meta?: Uint8Array;
  readonly ingressIfindex?: number;
  readonly rxQueueIndex?: number;
  readonly egressIfindex?: number;
  /** Fields of the context that pass in (`abi/program_types.ts`), for hooks whose context is struct __sk_buff. */
  readonly context?: ContextValues;
}

/** Fields of a context by their UAPI names: 64-bit ones as bigint, arrays (`cb`) as their elements. */
export type ContextValues = Readonly<Record<string, number | bigint | readonly number[]>>;

/** Where a redirect verdict leads. */
export type RedirectTarget =
  | { readonly kind: 'ifindex'; readonly ifindex: number; readonly flags: bigint }
  | { readonly kind: 'map'; readonly map: string; readonly key: number; readonly flags: bigint };

/** Why a run was stopped. */
export interface TrapInfo {
  /** Name of the reason, as in the error catalogue: BEESWAX_E_TRAP_…. */
  readonly code: string;
  readonly program: string;
  /** Slot index. */
  readonly pc: number;
  /** The address or value at fault. */
  readonly value: bigint;
}

/** What a run of a program made of a packet. */
export interface RunResult {
  /** r0 as the program returned it, unsigned 32 bit; the hook's abort verdict after a trap. */
  readonly retval: number;
  /** 'XDP_PASS' and its kin. */
  readonly action: string;
  /** The packet after the run: [data_meta, data_end), as BPF_PROG_TEST_RUN gives it. */
  readonly packet: Uint8Array;
  /** How many of its first bytes are metadata. */
  readonly metaLength: number;
  /** The fields of the context that pass out, after the run; absent for hooks that have none. */
  readonly context?: ContextValues;
  readonly redirect?: RedirectTarget;
  readonly trap?: TrapInfo;
}
