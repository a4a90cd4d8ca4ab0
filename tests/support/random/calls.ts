/** Statements of random functions that call something: helpers, maps, local functions, callbacks; and those that move into the packet. */
import { HELPERS, type HelperName } from '../../../src/abi/helpers.js';
import { XDP_MD } from '../../../src/abi/program_types.js';
import { REG, type Scope } from '../../../src/conformance/fuzz/frame.js';
import { GOTO } from '../../../src/conformance/fuzz/rows.js';
import { type Weighted, Writer, type WriterOptions } from '../../../src/conformance/fuzz/writer.js';
import { type Callee, MAPS, type StackPlan, type XdpSession } from './frame.js';

/** Registers that a call leaves without a value. */
const SCRATCH = [1, 2, 3, 4, 5] as const;
/** Functions that a program has at most, so that their frames fit the kernel's 512 bytes in all. */
const MAX_CALLEES = 6;
/** Bytes of packet that a packet block checks for, at most. */
const MAX_PACKET = 64;

/** Writes functions of XDP programs. */
export class XdpWriter extends Writer {
  readonly #others: readonly Weighted[];

  constructor(
    override readonly session: XdpSession,
    readonly stack: StackPlan,
    options: WriterOptions,
  ) {
    super(session, stack.area, options);
    this.#others = callStatements(this);
  }

  protected override others(): readonly Weighted[] {
    return this.#others;
  }
}

function callStatements(writer: XdpWriter): readonly Weighted[] {
  const calls = new Calls(writer);
  const anywhere: Weighted[] = [
    [4, () => calls.pureHelper()],
    [3, () => calls.mapWrite()],
    [6, (scope) => calls.mapBlock(scope)],
    [3, (scope) => calls.dataBlock(scope)],
    [5, () => calls.localCall()],
  ];
  if (!writer.isEntry) return anywhere;
  return [
    ...anywhere,
    [6, (scope) => calls.packetBlock(scope)],
    [5, () => calls.packetHelper()],
    [2, () => calls.readContext()],
    [2, () => calls.loopHelper()],
  ];
}

class Calls {
  constructor(private readonly writer: XdpWriter) {}

  /** Calls a helper whose arguments are in place, then gives r1 to r5 new values. */
  #helper(name: HelperName): void {
    this.writer.emit.emit('call_helper', { imm: HELPERS[name].id });
    this.#refresh(HELPERS[name].returns === 'scalar');
  }

  /** r1 to r5 hold scalars again: constants, words of the stack, or r0 if that is one. */
  #refresh(copiesR0 = true): void {
    const { random, emit } = this.writer;
    for (const dst of SCRATCH) {
      random.weighted<() => void>([
        [3, () => emit.emit('ldx64', { dst, src: REG.FP, off: this.writer.inArea(8) })],
        [2, () => this.writer.constant(dst)],
        [copiesR0 ? 2 : 0, () => emit.emit('mov64_reg', { dst, src: 0 })],
      ])();
    }
  }

  #imm(dst: number, imm: number): void {
    this.writer.emit.emit('mov64_imm', { dst, imm });
  }

  #map(dst: number, map: keyof typeof MAPS): void {
    this.writer.emit.reference('lddw_map', dst, { kind: 'map', map });
  }

  /** A range of the area: its address in one register, its length, a multiple of `step`, in the next. */
  #range(dst: number, step: number): void {
    const { random, stack } = this.writer;
    const length = step * random.between(1, 4);
    const room = Math.floor((stack.area.size - length) / 4);
    this.writer.stackAddress(dst, stack.area.at + 4 * random.between(0, room));
    this.#imm(dst + 1, length);
  }

  /** Helpers that depend on nothing but their arguments, and on the CPU, which is 0. */
  pureHelper(): void {
    const { random } = this.writer;
    random.weighted<() => void>([
      [1, () => this.#helper('get_smp_processor_id')],
      [1, () => this.#helper('get_numa_node_id')],
      [
        2,
        () => {
          this.#imm(1, random.between(1000, 2000));
          this.#imm(2, random.pick([0, 0, 1]));
          this.#helper('redirect');
        },
      ],
      [
        5,
        () => {
          this.#range(1, 4);
          if (random.chance(0.3)) [1, 2].forEach((dst) => void this.#imm(dst, 0));
          this.#range(3, 4);
          this.#helper('csum_diff');
        },
      ],
    ])();
  }

  /** Helpers on the packet; some move its bounds. */
  packetHelper(): void {
    const { random, emit } = this.writer;
    const onContext = (name: HelperName): void => {
      emit.emit('mov64_reg', { dst: 1, src: REG.CTX });
      this.#helper(name);
    };
    const copies = (name: HelperName): void => {
      if (random.chance(0.8)) this.#imm(2, random.between(0, 70));
      this.#range(3, 1);
      onContext(name);
    };
    random.weighted<() => void>([
      [1, () => onContext('xdp_get_buff_len')],
      [3, () => copies('xdp_load_bytes')],
      [3, () => copies('xdp_store_bytes')],
      [
        3,
        () => {
          this.#imm(2, random.pick([random.between(-32, 32), random.between(-300, 300)]));
          onContext(random.pick(['xdp_adjust_head', 'xdp_adjust_tail']));
        },
      ],
      [
        1,
        () => {
          this.#imm(2, -4 * random.between(0, 9));
          onContext('xdp_adjust_meta');
        },
      ],
    ])();
  }

  /** Stores a small key where map calls read it. */
  #key(): void {
    const { random, emit, stack } = this.writer;
    if (random.chance(0.5)) {
      emit.emit('st32', { dst: REG.FP, off: stack.key, imm: random.below(8) });
      return;
    }
    const src = this.writer.scalar();
    if (!this.writer.session.wild) emit.emit('and32_imm', { dst: src, imm: 7 });
    emit.emit('stx32', { dst: REG.FP, src, off: stack.key });
  }

  /** Updates or deletes an element; what comes of it is in r0. */
  mapWrite(): void {
    const { random, stack } = this.writer;
    this.#key();
    if (random.chance(0.3)) {
      this.#map(1, random.pick(['hash', 'hash', 'array']));
      this.writer.stackAddress(2, stack.key);
      this.#helper('map_delete_elem');
      return;
    }
    const map = random.pick(
      this.writer.isEntry ? (['hash', 'array', 'per_cpu'] as const) : (['hash', 'per_cpu'] as const),
    );
    this.#map(1, map);
    this.writer.stackAddress(2, stack.key);
    this.writer.stackAddress(3, stack.area.at + random.pick([0, stack.area.size - Math.max(32, MAPS[map].valueSize)]));
    this.#imm(4, random.pick([0, 0, 1, 2, 3]));
    this.#helper('map_update_elem');
  }

  /** Looks an element up and works on its value through r7. */
  mapBlock(scope: Scope): void {
    const { random, emit, stack, session } = this.writer;
    const map = random.pick(['array', 'array', 'hash', 'per_cpu'] as const);
    const end = emit.label();
    this.#key();
    this.#map(1, map);
    this.writer.stackAddress(2, stack.key);
    this.#helper('map_lookup_elem');
    if (!(session.wild && random.chance(0.1))) emit.to('jeq64_imm', end, { dst: 0, imm: 0 });
    emit.emit('mov64_reg', { dst: REG.BASE, src: 0 });
    this.writer.constant(0);
    const base = { size: MAPS[map].valueSize, kind: 'map' } as const;
    this.writer.block({ ...scope, base, depth: scope.depth + 1 }, random.between(1, 4));
    emit.place(end);
  }

  /** Works on the value of an array through its address. */
  dataBlock(scope: Scope): void {
    const { random, emit } = this.writer;
    const offset = random.pick([0, 8, 32]);
    emit.reference('lddw_map_value', REG.BASE, { kind: 'map_value', map: 'data', offset });
    const base = { size: MAPS.data.valueSize - offset, kind: 'map' } as const;
    this.writer.block({ ...scope, base, depth: scope.depth + 1 }, random.between(1, 4));
  }

  /** Checks that the packet, or the metadata before it, is long enough and works on it through r7. */
  packetBlock(scope: Scope): void {
    const { random, emit, session } = this.writer;
    const { data, data_end, data_meta } = XDP_MD;
    const [size, from, to] = random.chance(0.1)
      ? [random.pick([4, 8]), data_meta, data]
      : [random.pick([14, 20, 34, 42, MAX_PACKET]), data, data_end];
    const end = emit.label();
    emit.emit('ldx32', { dst: REG.BASE, src: REG.CTX, off: from.offset });
    emit.emit('ldx32', { dst: REG.POINTER, src: REG.CTX, off: to.offset });
    emit.emit('mov64_reg', { dst: 5, src: REG.BASE });
    emit.emit('add64_imm', { dst: 5, imm: size });
    if (session.wild && random.chance(0.1)) emit.to('jgt64_reg', end, { dst: 5, src: REG.BASE });
    else this.#checkedAgainstEnd(end);
    this.writer.constant(5);
    const base = { size, kind: 'packet' } as const;
    this.writer.block({ ...scope, base, depth: scope.depth + 1 }, random.between(1, 5));
    emit.place(end);
    this.writer.constant(5);
  }

  /** Jumps to `tooShort` unless r5 is within the packet that r8 ends, in any of the ways to write it. */
  #checkedAgainstEnd(tooShort: ReturnType<Writer['emit']['label']>): void {
    const { random, emit } = this.writer;
    random.pick<() => void>([
      () => emit.to('jgt64_reg', tooShort, { dst: 5, src: REG.POINTER }),
      () => emit.to('jlt64_reg', tooShort, { dst: REG.POINTER, src: 5 }),
      () => {
        const enough = emit.label();
        emit.to('jle64_reg', enough, { dst: 5, src: REG.POINTER });
        emit.to(random.pick(GOTO), tooShort);
        emit.place(enough);
      },
    ])();
  }

  /** Reads a word of the context that is no pointer. */
  readContext(): void {
    const { random, emit } = this.writer;
    const { offset } = random.pick([XDP_MD.ingress_ifindex, XDP_MD.rx_queue_index]);
    emit.emit('ldx32', { dst: this.writer.scalar(), src: REG.CTX, off: offset });
  }

  /** Calls a later function, an old one or a new one, with r1 to r5 as they are. */
  localCall(): void {
    const { random, emit, session, index } = this.writer;
    const callee = this.#choose('function');
    if (callee === undefined) return;
    if (session.wild && random.chance(0.15)) {
      emit.to('lddw_code', callee.label, { dst: 0 });
      emit.emit(random.pick(['callx', 'callx_imm']), { dst: 0, imm: 0 });
    } else {
      const recurses = session.wild && random.chance(0.03) && index > 0;
      emit.to('call_local', recurses ? (session.callees[index - 1] as Callee).label : callee.label);
    }
    this.#refresh();
  }

  /** bpf_loop with a callback that works on the first words of the area. */
  loopHelper(): void {
    const { random, emit, stack } = this.writer;
    const callee = this.#choose('callback');
    if (callee === undefined) return;
    this.#imm(1, random.below(6));
    emit.to('lddw_code', callee.label, { dst: 2 });
    this.writer.stackAddress(3, stack.area.at);
    this.#imm(4, random.chance(0.1) ? 1 : 0);
    this.#helper('loop');
  }

  #choose(kind: Callee['kind']): Callee | undefined {
    const { random, emit, session, index } = this.writer;
    const later = session.callees.filter((callee, i) => callee.kind === kind && i >= index);
    if (later.length > 0 && random.chance(0.5)) return random.pick(later);
    if (session.callees.length >= MAX_CALLEES) return later.length > 0 ? random.pick(later) : undefined;
    const callee: Callee = { kind, label: emit.label() };
    session.callees.push(callee);
    return callee;
  }
}
