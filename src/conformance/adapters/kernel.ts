/**
 * The running Linux kernel as an engine under test. A case becomes a function of an XDP program: the caller around it
 * hands it a map value as memory and stores the whole of r0 in another. Legacy packet loads run as a tc program on a
 * packet: there the low half of r0 is all that shows.
 * What the verifier does not take is 'refused', which says nothing of the ISA.
 */
import { ERRNO, errnoName } from '../../abi/errno.js';
import { PROGRAM_TYPES } from '../../abi/program_types.js';
import { encodeInsns } from '../../isa/encode.js';
import { type DecodedInsn, makeInsn } from '../../isa/insn.js';
import type { OpName } from '../../isa/table.js';
import type { Attr } from '../../kernel/attr.js';
import { stableBytes, stableCopy } from '../../kernel/ffi/port.js';
import type { Kernel } from '../../kernel/kernel.js';
import { BeeswaxError } from '../../util/errors.js';
import { bytesKey } from '../bytes_key.js';
import { GROUPS } from '../requirements.js';
import type { Answer, ConformanceCase, EngineUnderTest } from '../types.js';

export interface KernelEngineOptions {
  /** What `version` says: the kernel's release. */
  readonly version?: string;
  /** Ask the verifier for the last line of its log when it refuses a program: slower. */
  readonly explain?: boolean;
}

/** linux/if_ether.h ETH_HLEN: the shortest packet of a test run. */
const SHORTEST_PACKET = 14;
/** linux/bpf.h enum xdp_action. */
const XDP_PASS = 2;
const LOG_SIZE = 1 << 16;
const MAP_ARRAY = 2;
/** In the place of a value size: the map of r0 alone. */
const R0_MAP = -1;
const ATTACH_XDP = 37;
/** Loading gives up after this many interruptions. */
const RETRIES = 8;
const SLOT = 8;

/**
 * @throws {BeeswaxError} those of the kernel floor when a call fails that is no answer.
 */
export function kernelEngine(kernel: Kernel, options: KernelEngineOptions = {}): EngineUnderTest {
  const runner = new Runner(kernel, options.explain === true);
  return {
    name: 'kernel',
    version: options.version ?? 'Linux',
    claims: new Set(GROUPS),
    async run(cases) {
      const byProgram = new Map<string, number[]>();
      cases.forEach(({ program, memory, group }, index) => {
        const key = `${group === 'packet'} ${memory?.length ?? 0} ${bytesKey(program)}`;
        const users = byProgram.get(key);
        if (users === undefined) byProgram.set(key, [index]);
        else users.push(index);
      });
      const answers = new Array<Answer>(cases.length);
      for (const users of byProgram.values()) {
        const found = runner.run(users.map((user) => cases[user] as ConformanceCase));
        users.forEach((user, i) => {
          answers[user] = found[i] as Answer;
        });
      }
      return answers;
    },
    async close() {
      runner.close();
    },
  };
}

class Runner {
  /** Array maps of one element, by the size of its value. */
  readonly #maps = new Map<number, number>();
  readonly #key = stableBytes(4);

  constructor(
    private readonly kernel: Kernel,
    private readonly explain: boolean,
  ) {}

  close(): void {
    for (const fd of this.#maps.values()) this.kernel.close(fd);
    this.#maps.clear();
  }

  /** Answers for cases of one program. */
  run(cases: readonly ConformanceCase[]): Answer[] {
    const [first] = cases as [ConformanceCase];
    if (first.program.length === 0 || first.program.length % SLOT !== 0) {
      return cases.map(() => ({ kind: 'refused', reason: 'bpf(2) cannot be given a part of an instruction' }));
    }
    return first.group === 'packet' ? this.#onPackets(cases) : this.#onMapValues(cases);
  }

  /** Memory in the value of one map, r0 in that of another: nothing lies behind the memory. */
  #onMapValues(cases: readonly ConformanceCase[]): Answer[] {
    const [{ program, memory }] = cases as [ConformanceCase];
    const length = memory?.length ?? 0;
    const input = length > 0 ? this.#map(length) : undefined;
    const output = this.#map(R0_MAP);
    const fd = this.#load('xdp', caller(program, input, length, output));
    if (typeof fd !== 'number') return cases.map(() => fd);
    const run = this.#testRun(fd, stableBytes(SHORTEST_PACKET), stableBytes(0));
    const r0 = this.#element(output, SLOT);
    const value = input === undefined ? undefined : this.#element(input, length);
    const answers = cases.map((test): Answer => {
      if (value !== undefined) value.bytes.set(test.memory ?? []);
      const failed =
        (value && this.#call(value.update)) ??
        this.#call(run) ??
        this.#call(r0.lookup) ??
        (value && this.#call(value.lookup));
      if (failed !== undefined) return failed;
      const result = { kind: 'value', r0: new DataView(r0.bytes.buffer).getBigUint64(0, true) } as const;
      return value === undefined ? result : { ...result, memory: value.bytes.slice() };
    });
    this.kernel.close(fd);
    return answers;
  }

  /** The calls that write and read the only element of a map. */
  #element(fd: number, size: number) {
    const bytes = stableBytes(size);
    const attributes = { map_fd: fd, key: this.#key, value: bytes, flags: 0n };
    return {
      bytes,
      update: this.kernel.attr('MAP_UPDATE_ELEM', attributes),
      lookup: this.kernel.attr('MAP_LOOKUP_ELEM', attributes),
    };
  }

  /** The program as it stands, of type tc, on a packet. */
  #onPackets(cases: readonly ConformanceCase[]): Answer[] {
    const [{ program, memory }] = cases as [ConformanceCase];
    const length = memory?.length ?? 0;
    if (length < SHORTEST_PACKET) {
      return cases.map(() => ({ kind: 'refused', reason: `a packet has at least ${SHORTEST_PACKET} bytes` }));
    }
    const fd = this.#load('tc', stableCopy(program));
    if (typeof fd !== 'number') return cases.map(() => fd);
    const packet = stableBytes(length);
    const out = stableBytes(length);
    const run = this.#testRun(fd, packet, out);
    const answers = cases.map((test): Answer => {
      packet.set(test.memory ?? []);
      const failed = this.#call(run.set({ data_size_out: out.length }));
      return failed ?? { kind: 'value', r0: BigInt(run.u32('retval')), memory: out.slice() };
    });
    this.kernel.close(fd);
    return answers;
  }

  #testRun(fd: number, packet: Uint8Array, out: Uint8Array): Attr<'PROG_TEST_RUN'> {
    return this.kernel.attr('PROG_TEST_RUN', {
      prog_fd: fd,
      data_in: packet,
      data_size_in: packet.length,
      data_out: out,
      data_size_out: out.length,
      repeat: 1,
    });
  }

  /** The map of that value size; `R0_MAP` for the one that takes r0. */
  #map(size: number): number {
    const known = this.#maps.get(size);
    if (known !== undefined) return known;
    const value_size = size === R0_MAP ? SLOT : size;
    const fd = this.kernel.call(
      this.kernel.attr('MAP_CREATE', { map_type: MAP_ARRAY, key_size: 4, value_size, max_entries: 1 }),
    );
    if (fd < 0) {
      throw new BeeswaxError('BEESWAX_E_KERNEL_MAP', {
        map: 'memory',
        type: 'array',
        operation: 'create',
        errno: errnoName(-fd),
        keySize: 4,
        valueSize: value_size,
        maxEntries: 1,
      });
    }
    this.#maps.set(size, fd);
    return fd;
  }

  /** The file descriptor, or that it was refused. */
  #load(type: 'xdp' | 'tc', insns: Uint8Array): number | Answer {
    const attr = this.kernel.attr('PROG_LOAD', {
      prog_type: PROGRAM_TYPES[type].id,
      insn_cnt: insns.length / SLOT,
      insns,
      license: LICENSE,
      prog_name: 'conformance',
      expected_attach_type: type === 'xdp' ? ATTACH_XDP : 0,
    });
    let fd = this.kernel.call(attr);
    for (let i = 0; i < RETRIES && fd === -ERRNO.EAGAIN; i++) fd = this.kernel.call(attr);
    if (fd >= 0) return fd;
    const why = this.explain ? this.#log(attr) : '';
    return { kind: 'refused', reason: `the verifier: ${errnoName(-fd)}${why === '' ? '' : ` ${why}`}` };
  }

  /** The verifier's last word on a program. */
  #log(attr: Attr<'PROG_LOAD'>): string {
    const log = stableBytes(LOG_SIZE);
    const fd = this.kernel.call(attr.set({ log_level: 1, log_size: LOG_SIZE, log_buf: log }));
    if (fd >= 0) this.kernel.close(fd);
    const end = log.indexOf(0);
    const lines = new TextDecoder().decode(log.subarray(0, end < 0 ? LOG_SIZE : end)).split('\n');
    return lines.filter((line) => line !== '' && !line.startsWith('processed ')).at(-1) ?? '';
  }

  /** An answer where a call fails that should not. */
  #call(attr: Parameters<Kernel['call']>[0]): Answer | undefined {
    let result = this.kernel.call(attr);
    for (let i = 0; i < RETRIES && result === -ERRNO.EINTR; i++) result = this.kernel.call(attr);
    return result < 0 ? { kind: 'crashed', reason: `${attr.command}: ${errnoName(-result)}` } : undefined;
  }
}

const LICENSE = stableCopy(new TextEncoder().encode('GPL\0'));

/** The case as a function behind a caller that gives it r1 and r2 and stores its r0. */
function caller(program: Uint8Array, input: number | undefined, length: number, output: number): Uint8Array {
  const value = (dst: number, map: number): DecodedInsn => makeInsn('lddw_map_value', 0, { dst, imm64: BigInt(map) });
  const insn = (op: OpName, operands = {}): DecodedInsn => makeInsn(op, 0, operands);
  const head = encodeInsns([
    ...(input === undefined ? [] : [value(1, input), insn('mov64_imm', { dst: 2, imm: length })]),
    insn('call_local', { imm: 5 }),
    value(1, output),
    insn('stx64', { dst: 1, src: 0 }),
    insn('mov64_imm', { dst: 0, imm: XDP_PASS }),
    insn('exit'),
  ]);
  const whole = stableBytes(head.length + program.length);
  whole.set(head);
  whole.set(program, head.length);
  return whole;
}
