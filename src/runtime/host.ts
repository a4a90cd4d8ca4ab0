/**
 * The JavaScript side of `assembly/host.ts`: clocks, randomness, printing and the embedder's helpers. Nothing here is
 * on the hot path. What the embedder's code throws stops the run by a trap and is kept for `rethrow`.
 */
import { monotonic } from '#platform';
import { ERRNO } from '../abi/errno.js';
import { Clock, Trap } from '../abi/layout.js';
import { FIB_SIZE, fibLookup } from './fib.js';
import { formatText } from './format.js';
import { type CustomHelper, customArguments, customHelpersById } from './host_helpers.js';
import { HostMemory } from './host_memory.js';
import type { EngineMemory } from './memory.js';
import { Network, type NetworkTable } from './network.js';

export type { CustomArg, CustomArgKind, CustomHelper } from './host_helpers.js';

export interface HostOptions {
  /** Nanoseconds that every clock of a program shows; the machine's by default. */
  readonly clock?: () => bigint;
  /** 32 random bits for bpf_get_prandom_u32, instead of the engine's generator. */
  readonly random?: () => number;
  /** Takes each line of bpf_trace_printk and bpf_trace_vprintk, without a line end of its own. */
  readonly trace?: (line: string) => void;
  /** What bpf_fib_lookup and bpf_check_mtu ask: a network namespace with nothing but the loopback by default. */
  readonly network?: NetworkTable;
  /** Helpers beside those of the kernel. */
  readonly helpers?: readonly CustomHelper[];
}

export interface Host {
  /** What `runtime.wasm` imports as `host`. */
  readonly imports: WebAssembly.ModuleImports;
  /** Number → argument count of the embedder's helpers. */
  readonly customHelpers: ReadonlyMap<number, number>;
  /** Whether code of the embedder runs on behalf of a program: no other run may begin in this engine then. */
  readonly busy: boolean;
  /** Throws what the embedder's code threw since the last call, if anything. */
  rethrow(): void;
}

/** linux/bpf.h MAX_BPRINTF_BUF: a line is cut to it, NUL included. */
const MAX_LINE = 1024;
/** One tick of CONFIG_HZ=250. */
const TICK_NS = 4_000_000n;
/** Longest format that is read; the kernel's lie in map values of a few hundred bytes. */
const MAX_FORMAT = 1 << 16;

const NS_PER_MS = 1e6;

/**
 * The host functions of one engine.
 *
 * @throws {BeeswaxError} BEESWAX_E_CUSTOM_HELPER for a helper that cannot be declared so, BEESWAX_E_NETWORK_TABLE.
 */
export function createHost(engineMemory: EngineMemory, options: HostOptions): Host {
  const memory = new HostMemory(engineMemory);
  const helpers = customHelpersById(options.helpers ?? []);
  const network = new Network(options.network);
  const clock = options.clock ?? monotonic;
  const random = options.random ?? (() => 0);
  const thrown: unknown[] = [];
  let busy = false;

  /** Runs code of the embedder; where it throws, the first error is kept and `otherwise` is the result. */
  const keeping = <T>(otherwise: () => T, run: () => T): T => {
    const outer = busy;
    busy = true;
    try {
      return run();
    } catch (error) {
      if (thrown.length === 0) thrown.push(error);
      return otherwise();
    } finally {
      busy = outer;
    }
  };
  /** The same for helpers that may trap: then the run stops, too. */
  const trapping = <T>(worker: number, otherwise: T, run: () => T): T =>
    keeping(() => {
      memory.trap(worker, Trap.HELPER_HOST, 0n);
      return otherwise;
    }, run);

  /** A format up to its NUL within `limit` bytes; undefined without one. */
  const readFormat = (worker: number, address: bigint, limit: number): Uint8Array | undefined => {
    const bytes: number[] = [];
    while (bytes.length < limit) {
      const byte = memory.readable(worker, address + BigInt(bytes.length), 1)?.[0];
      if (byte === undefined) return undefined;
      if (byte === 0) return Uint8Array.from(bytes);
      bytes.push(byte);
    }
    return undefined;
  };
  const format = (worker: number, bytes: Uint8Array, args: number, count: number): Uint8Array | number =>
    formatText(bytes, memory.readU64s(args >>> 0, count), (address, size) => memory.readable(worker, address, size));

  const imports = {
    clock_ns: (kind: number): bigint => {
      const now = keeping(
        () => 0n,
        () => BigInt.asIntN(64, clock()),
      );
      return kind === Clock.COARSE ? now - (now % TICK_NS) : now;
    },
    random_u32: (): number =>
      keeping(
        () => 0,
        () => random() | 0,
      ),
    now_ns: (): number => performance.now() * NS_PER_MS,
    print: (worker: number, fmt: number, size: number, args: number, count: number): number => {
      const bytes = readFormat(worker, BigInt(fmt >>> 0), Math.min(size >>> 0, MAX_FORMAT));
      if (bytes === undefined) return -ERRNO.EINVAL;
      const text = format(worker, bytes, args, count);
      if (typeof text === 'number') return text;
      const line = new TextDecoder().decode(text.subarray(0, MAX_LINE - 1)).replace(/\n$/, '');
      return trapping(worker, 0, () => {
        options.trace?.(line);
        return text.length;
      });
    },
    snprintf: (worker: number, out: number, outSize: number, fmt: bigint, args: number, count: number): number => {
      const bytes = readFormat(worker, BigInt.asUintN(64, fmt), MAX_FORMAT);
      if (bytes === undefined) {
        memory.trap(worker, Trap.HELPER_RANGE, fmt);
        return 0;
      }
      const text = format(worker, bytes, args, count);
      if (typeof text === 'number') return text;
      const room = outSize >>> 0;
      if (room > 0) {
        const cut = text.subarray(0, room - 1);
        engineMemory.u8.set(cut, out >>> 0);
        engineMemory.u8[(out >>> 0) + cut.length] = 0;
      }
      return text.length + 1;
    },
    fib_lookup: (params: number, flags: number, ownLength: number): number => {
      const at = params >>> 0;
      const copy = engineMemory.copy(at, FIB_SIZE);
      const result = fibLookup(network, copy, flags, ownLength < 0 ? undefined : ownLength);
      engineMemory.u8.set(copy, at);
      return result;
    },
    interface_mtu: (ifindex: number): number => network.interface(ifindex >>> 0)?.mtu ?? -1,
    custom: (worker: number, id: number, ...registers: bigint[]): bigint => {
      const helper = helpers.get(id);
      if (helper === undefined) {
        memory.trap(worker, Trap.INTERNAL, BigInt(id));
        return 0n;
      }
      return trapping(worker, 0n, () => {
        const args = customArguments(helper, registers, memory, worker);
        return args === undefined ? 0n : BigInt.asIntN(64, BigInt(helper.call(...args) ?? 0n));
      });
    },
  };

  return {
    imports,
    customHelpers: new Map([...helpers.values()].map((helper) => [helper.id, helper.args.length])),
    get busy() {
      return busy;
    },
    rethrow: () => {
      if (thrown.length > 0) throw thrown.pop();
    },
  };
}
