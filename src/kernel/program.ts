/** A program in the kernel: loaded past the kernel's verifier, run on packets by BPF_PROG_TEST_RUN. */
import { ERRNO, errnoName } from '../abi/errno.js';
import { PROGRAM_TYPES, type ProgramTypeRow, SK_BUFF, verdictName } from '../abi/program_types.js';
import { readContext, writeContext } from '../model/context.js';
import type { PacketInput, RunResult } from '../model/frame.js';
import type { Program } from '../model/program.js';
import { BeeswaxError } from '../util/errors.js';
import type { Attr } from './attr.js';
import { describeFunctions, type ObjectBtf, type ProgramBtf } from './btf.js';
import { stableBytes, stableCopy } from './ffi/port.js';
import type { Kernel } from './kernel.js';
import { attachType, calledFunctions, encodeForKernel, programFlags } from './prepare.js';
import type { KernelSymbols } from './symbols.js';
import { SK_BUFF_SIZE, XDP_MD_SIZE } from './uapi.js';

/** Sizes that the verifier's log is asked for with, until it fits. */
const LOG_SIZES = [1 << 16, 1 << 20, 1 << 24] as const;
/** Lines of the log's end that an error shows. */
const LOG_TAIL = 12;
/** Loading and running give up after this many interruptions by signals. */
const MAX_RETRIES = 8;
/** Most that a run can add to a packet (net/core/filter.c BPF_SKB_MAX_LEN, rounded up). */
const GROWTH = 16384;
/** Interface that a run without context gets: the loopback of the network namespace. */
const LOOPBACK = 1;

export interface KernelRunOptions {
  /** Runs in a row, timed by the kernel; each goes on with the packet that the one before left. 1 by default. */
  readonly repeat?: number;
}

export interface KernelRunResult extends RunResult {
  /** Average over the repeats, as the kernel measured it: whole nanoseconds. */
  readonly nsPerRun: number;
}

/** What a program's object has for all its programs. */
export interface ProgramContext {
  readonly btf?: ObjectBtf | undefined;
  readonly symbols?: KernelSymbols | undefined;
}

export class KernelProgram {
  readonly #kernel: Kernel;
  readonly #attr: Attr<'PROG_TEST_RUN'>;
  /** struct xdp_md or struct __sk_buff, in and out; empty for program types without either. */
  readonly #ctxIn: Uint8Array;
  readonly #ctxOut: Uint8Array;
  #dataIn = stableBytes(0);
  #dataOut = stableBytes(0);

  private constructor(
    kernel: Kernel,
    readonly program: Program,
    readonly fd: number,
  ) {
    this.#kernel = kernel;
    const ctxSize = program.type === 'xdp' ? XDP_MD_SIZE : this.#hasSkBuff() ? SK_BUFF_SIZE : 0;
    this.#ctxIn = stableBytes(ctxSize);
    this.#ctxOut = stableBytes(ctxSize);
    this.#attr = kernel.attr('PROG_TEST_RUN', { prog_fd: fd, ctx_in: this.#ctxIn, ctx_out: this.#ctxOut });
  }

  /**
   * Loads a program.
   * @param fdOf file descriptor of a map by name; throws for one that is not there.
   * @param of what else the object that the program is from brings
   * @throws BeeswaxError BEESWAX_E_KERNEL_REJECTED with the verifier's log, BEESWAX_E_KERNEL_NO_TYPE.
   */
  static load(kernel: Kernel, program: Program, fdOf: (map: string) => number, of: ProgramContext = {}): KernelProgram {
    const { id }: ProgramTypeRow = PROGRAM_TYPES[program.type];
    if (id === 0) throw new BeeswaxError('BEESWAX_E_KERNEL_NO_TYPE', { program: program.name, type: program.type });
    const insns = encodeForKernel(program, fdOf, of.symbols);
    const described = of.btf?.describe(program);
    const least = described === undefined ? leastBtf(kernel, program) : undefined;
    try {
      const attr = kernel.attr('PROG_LOAD', {
        prog_type: id,
        insn_cnt: insns.length / 8,
        insns,
        license: asciiz(program.license),
        prog_flags: programFlags(program),
        prog_name: program.name,
        expected_attach_type: attachType(program),
        ...(described ?? least),
      });
      const fd = untilDone(() => kernel.call(attr));
      if (fd < 0) throw rejected(program, -fd, readLog(kernel, attr));
      return new KernelProgram(kernel, program, fd);
    } finally {
      if (least?.prog_btf_fd !== undefined) kernel.close(least.prog_btf_fd);
    }
  }

  /**
   * Runs the program on a packet. The result has no redirect target: the kernel does not tell it.
   * @throws BeeswaxError BEESWAX_E_KERNEL_RUN when the kernel refuses the packet, its context or the program's kind.
   */
  run(input: PacketInput, options: KernelRunOptions = {}): KernelRunResult {
    const metaIn = input.meta?.length ?? 0;
    const length = metaIn + input.data.length;
    this.#place(input, length);
    this.#attr.set({
      data_size_in: length,
      data_size_out: this.#dataOut.length,
      ctx_size_in: this.#ctxIn.length,
      ctx_size_out: this.#ctxOut.length,
      repeat: options.repeat ?? 1,
      retval: 0,
      duration: 0,
    });
    const result = untilDone(() => this.#kernel.call(this.#attr));
    if (result < 0) throw this.#runError(input, -result);

    const retval = this.#attr.u32('retval');
    return {
      retval,
      action: verdictName(this.program.type, retval),
      packet: this.#dataOut.slice(0, this.#attr.u32('data_size_out')),
      metaLength: this.program.type === 'xdp' ? u32At(this.#ctxOut, 0) : 0,
      ...(this.#hasSkBuff() ? { context: readContext(SK_BUFF, new DataView(this.#ctxOut.buffer), 0) } : {}),
      nsPerRun: this.#attr.u32('duration'),
    };
  }

  close(): void {
    this.#kernel.close(this.fd);
  }

  /** Writes packet and context to where the kernel reads them; makes the buffers larger where needed. */
  #place(input: PacketInput, length: number): void {
    const { data, meta, ingressIfindex, rxQueueIndex, egressIfindex } = input;
    if (this.#dataIn.length < length) {
      this.#dataIn = stableBytes(Math.max(length, 2 * this.#dataIn.length));
      this.#dataOut = stableBytes(this.#dataIn.length + GROWTH);
      this.#attr.set({ data_in: this.#dataIn, data_out: this.#dataOut });
    }
    const metaLength = length - data.length;
    if (meta !== undefined) this.#dataIn.set(meta);
    this.#dataIn.set(data, metaLength);
    if (this.#ctxIn.length === 0) return;
    if (this.#hasSkBuff()) {
      this.#ctxIn.fill(0);
      const view = new DataView(this.#ctxIn.buffer);
      if (ingressIfindex !== undefined)
        writeContext(SK_BUFF, { ingress_ifindex: ingressIfindex, ifindex: ingressIfindex }, view, 0);
      writeContext(SK_BUFF, input.context ?? {}, view, 0);
      return;
    }

    // The kernel looks up and checks the interface that a context names; the loopback is what it takes by itself.
    const queue = rxQueueIndex ?? 0;
    const named = ingressIfindex === LOOPBACK && queue === 0 ? 0 : (ingressIfindex ?? 0);
    const view = new DataView(this.#ctxIn.buffer);
    [metaLength, length, 0, named, queue, egressIfindex ?? 0].forEach((word, i) => {
      view.setUint32(4 * i, word, true);
    });
  }

  /** Whether the context is a struct __sk_buff that the kernel takes and gives back. */
  #hasSkBuff(): boolean {
    const { context }: ProgramTypeRow = PROGRAM_TYPES[this.program.type];
    return context === SK_BUFF;
  }

  #runError(input: PacketInput, errno: number): BeeswaxError {
    return new BeeswaxError('BEESWAX_E_KERNEL_RUN', {
      program: this.program.name,
      errno: errnoName(errno),
      length: input.data.length,
      metaLength: input.meta?.length ?? 0,
      ingressIfindex: input.ingressIfindex ?? LOOPBACK,
      rxQueueIndex: input.rxQueueIndex ?? 0,
    });
  }
}

/** Repeats a call that a signal interrupted. */
function untilDone(call: () => number): number {
  let result = call();
  for (let i = 0; i < MAX_RETRIES && (result === -ERRNO.EAGAIN || result === -ERRNO.EINTR); i++) result = call();
  return result;
}

/** Describes a program's functions to the kernel where it asks for that and the object does not. */
function leastBtf(kernel: Kernel, program: Program): ProgramBtf | undefined {
  const functions = calledFunctions(program);
  if (functions.length === 0) return undefined;
  const btf = describeFunctions(kernel, functions);
  if (btf === undefined) throw rejected(program, ERRNO.EINVAL, 'the description of its functions (BTF) was refused');
  return btf;
}

/** Loads once more with a log, in ever larger buffers until it fits or the largest is full. */
function readLog(kernel: Kernel, attr: Attr<'PROG_LOAD'>): string {
  let log = stableBytes(0);
  for (const size of LOG_SIZES) {
    log = stableBytes(size);
    const result = untilDone(() => kernel.call(attr.set({ log_level: 1, log_size: size, log_buf: log })));
    if (result >= 0) kernel.close(result);
    if (result !== -ERRNO.ENOSPC) break;
  }
  const end = log.indexOf(0);
  return new TextDecoder().decode(log.subarray(0, end === -1 ? log.length : end));
}

function rejected(program: Program, errno: number, log: string): BeeswaxError {
  const lines = log.split('\n').filter((line) => line !== '' && !/^(processed \d+ insns|verification time)/.test(line));
  const reason = lines.at(-1) ?? 'it gave no reason';
  return new BeeswaxError(
    'BEESWAX_E_KERNEL_REJECTED',
    { program: program.name, errno: errnoName(errno), reason, log },
    { notes: lines.slice(-LOG_TAIL, -1) },
  );
}

/** Text as NUL-ended bytes; what is not ASCII becomes '?'. */
function asciiz(text: string): Uint8Array {
  return stableCopy(new TextEncoder().encode(text.replaceAll(/[^\x20-\x7e]/g, '?')), text.length + 1);
}

function u32At(bytes: Uint8Array, offset: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}
