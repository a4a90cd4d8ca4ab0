/** Programs in the kernel: what BPF_PROG_TEST_RUN gives back, and what a rejection says. */
import { beforeAll, expect, it } from 'vitest';
import { HELPERS } from '../../src/abi/helpers.js';
import { MAP_FLAGS } from '../../src/abi/map_types.js';
import { Kernel, KernelObject } from '../../src/kernel/index.js';
import type { MapSpec } from '../../src/model/map_spec.js';
import type { Program } from '../../src/model/program.js';
import { describeNeeding } from '../support/have.js';
import { mapSpec, u32, u64 } from '../support/maps.js';
import { programOf } from '../support/programs.js';

const frame = Uint8Array.from({ length: 64 }, (_, i) => i);

/** r0 = value; exit */
const returns = (value: number, name = 'test'): Program =>
  programOf([['mov64_imm', { dst: 0, imm: value }], ['exit']], { name });

/** Checks for 14 bytes of packet, stores 0xaa at the first, returns XDP_TX; r1 is the context. */
const marksPacket = programOf([
  ['ldx32', { dst: 2, src: 1, off: 0 }],
  ['ldx32', { dst: 3, src: 1, off: 4 }],
  ['mov64_reg', { dst: 4, src: 2 }],
  ['add64_imm', { dst: 4, imm: 14 }],
  ['mov64_imm', { dst: 0, imm: 1 }],
  ['jgt64_reg', { dst: 4, src: 3, off: 2 }],
  ['st8', { dst: 2, imm: 0xaa }],
  ['mov64_imm', { dst: 0, imm: 3 }],
  ['exit'],
]);

describeNeeding(['kernelBpf'], 'programs in the kernel', () => {
  let kernel: Kernel;
  beforeAll(async () => {
    kernel = await Kernel.open();
  });

  const load = (program: Program, maps: MapSpec[] = []): KernelObject =>
    KernelObject.load(kernel, { programs: [program], maps });

  it('returns r0 as it is, beside the name of its verdict', () => {
    const object = load(returns(-524));
    const result = object.program('test').run({ data: frame });
    expect(result.retval).toBe(-524 >>> 0);
    expect(result.action).toBe('XDP_ABORTED');
    object.close();
  });

  it('gives back the packet as the program left it', () => {
    const object = load(marksPacket);
    const program = object.program('test');
    const { action, packet, metaLength } = program.run({ data: frame });
    expect(action).toBe('XDP_TX');
    expect(packet).toEqual(Uint8Array.from(frame, (byte, i) => (i === 0 ? 0xaa : byte)));
    expect(metaLength).toBe(0);
    const jumbo = new Uint8Array(3000);
    expect(program.run({ data: jumbo }).packet.length).toBe(3000);
    expect(frame[0]).toBe(0);
    object.close();
  });

  it('passes metadata and counts it at the front of what comes back', () => {
    const object = load(returns(2));
    const meta = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
    const { packet, metaLength } = object.program('test').run({ data: frame, meta });
    expect(metaLength).toBe(8);
    expect(packet.subarray(0, 8)).toEqual(meta);
    expect(packet.subarray(8)).toEqual(frame);
    object.close();
  });

  it('tells the program the loopback as its interface', () => {
    const readsIfindex = programOf([['ldx32', { dst: 0, src: 1, off: 12 }], ['exit']]);
    const object = load(readsIfindex);
    const program = object.program('test');
    expect(program.run({ data: frame }).retval).toBe(1);
    expect(program.run({ data: frame, ingressIfindex: 1 }).retval).toBe(1);
    expect(() => program.run({ data: frame, ingressIfindex: 65000 })).toThrow(/ENODEV.*interface 65000/);
    object.close();
  });

  it('refuses packets that the kernel refuses', () => {
    const object = load(returns(2));
    expect(() => object.program('test').run({ data: frame.subarray(0, 13) })).toThrow(
      expect.objectContaining({
        code: 'BEESWAX_E_KERNEL_RUN',
        data: expect.objectContaining({ errno: 'EINVAL', length: 13 }),
      }),
    );
    object.close();
  });

  it('times repeated runs', () => {
    const object = load(marksPacket);
    const { nsPerRun } = object.program('test').run({ data: frame }, { repeat: 100_000 });
    expect(nsPerRun).toBeLessThan(1000);
    object.close();
  });

  it('counts in a map', () => {
    const counts = programOf([
      ['st32', { dst: 10, off: -4, imm: 1 }],
      ['lddw_map', { dst: 1, ref: { kind: 'map', map: 'hits' } }],
      ['mov64_reg', { dst: 2, src: 10 }],
      ['add64_imm', { dst: 2, imm: -4 }],
      ['call_helper', { imm: HELPERS.map_lookup_elem.id }],
      ['jeq64_imm', { dst: 0, off: 2 }],
      ['mov64_imm', { dst: 1, imm: 1 }],
      ['atomic_add64', { dst: 0, src: 1 }],
      ['mov64_imm', { dst: 0, imm: 2 }],
      ['exit'],
    ]);
    const object = load(counts, [mapSpec('hits', 'array', 4, 8, 2)]);
    for (let i = 0; i < 3; i++) object.program('test').run({ data: frame });
    expect([...object.map('hits').entries()]).toEqual([
      [u32(0), u64(0n)],
      [u32(1), u64(3n)],
    ]);
    object.close();
  });

  it('reads initial data through a value reference', () => {
    const contents = u64(5n, 77n);
    const reads = programOf([
      ['lddw_map_value', { dst: 1, ref: { kind: 'map_value', map: '.rodata', offset: 8 } }],
      ['ldx32', { dst: 0, src: 1 }],
      ['exit'],
    ]);
    const maps = [mapSpec('.rodata', 'array', 4, 16, 1, { contents, flags: MAP_FLAGS.BPF_F_RDONLY_PROG })];
    const object = KernelObject.load(kernel, { programs: [reads], maps });
    expect(object.program('test').run({ data: frame }).retval).toBe(77);
    expect(() => object.map('.rodata').update(u32(0), contents)).toThrow(/EPERM/);
    object.close();

    const fill = (filled: KernelObject): void => filled.map('.rodata').update(u32(0), u64(5n, 78n));
    const changed = KernelObject.load(kernel, { programs: [reads], maps, fill });
    expect(changed.program('test').run({ data: frame }).retval).toBe(78);
    changed.close();
  });

  it('calls local functions and passes callbacks', () => {
    /** bpf_loop(5, f1, r10 - 8, 0), where f1 adds its index; then f2(r1) doubles the sum. */
    const calls = programOf(
      [
        ['st64', { dst: 10, off: -8, imm: 0 }],
        ['mov64_imm', { dst: 1, imm: 5 }],
        ['lddw_code', { dst: 2, ref: { kind: 'function', pc: 12 } }],
        ['mov64_reg', { dst: 3, src: 10 }],
        ['add64_imm', { dst: 3, imm: -8 }],
        ['mov64_imm', { dst: 4, imm: 0 }],
        ['call_helper', { imm: HELPERS.loop.id }],
        ['ldx64', { dst: 1, src: 10, off: -8 }],
        ['call_local', { imm: 17 - 10 }],
        ['mov64_imm', { dst: 3, imm: 0 }],
        ['exit'],
        // f1, slot 12
        ['ldx64', { dst: 3, src: 2 }],
        ['add64_reg', { dst: 3, src: 1 }],
        ['stx64', { dst: 2, src: 3 }],
        ['mov64_imm', { dst: 0, imm: 0 }],
        ['exit'],
        // f2, slot 17
        ['mov64_reg', { dst: 0, src: 1 }],
        ['add64_reg', { dst: 0, src: 1 }],
        ['exit'],
      ],
      { functions: [12, 17] },
    );
    const object = load(calls);
    expect(object.program('test').run({ data: frame }).retval).toBe(20);
    object.close();
  });

  it('fills slots of prog arrays and maps of maps', () => {
    const jumps = programOf(
      [
        ['lddw_map', { dst: 2, ref: { kind: 'map', map: 'jumps' } }],
        ['mov64_imm', { dst: 3, imm: 1 }],
        ['call_helper', { imm: HELPERS.tail_call.id }],
        ['mov64_imm', { dst: 0, imm: 0 }],
        ['exit'],
      ],
      { name: 'entry' },
    );
    const inner = mapSpec('inner', 'array', 4, 8, 4);
    const object = KernelObject.load(kernel, {
      programs: [jumps, returns(42, 'target')],
      maps: [
        mapSpec('jumps', 'prog_array', 4, 4, 2, { slots: new Map([[1, 'target']]) }),
        inner,
        mapSpec('outer', 'array_of_maps', 4, 4, 2, { inner, slots: new Map([[1, 'inner']]) }),
      ],
    });
    expect([...object.failures]).toEqual([]);
    expect(object.program('entry').run({ data: frame }).retval).toBe(42);
    expect(object.map('outer').lookup(u32(1))).toBeDefined();
    expect(object.map('outer').lookup(u32(0))).toBeUndefined();
    object.close();
  });

  it('fails a program or map alone, with the reason of the verifier', () => {
    const reads = programOf([['mov64_reg', { dst: 0, src: 5 }], ['exit']], { name: 'bad' });
    const needsMap = programOf(
      [['lddw_map', { dst: 1, ref: { kind: 'map', map: 'nope' } }], ['mov64_imm', { dst: 0 }], ['exit']],
      { name: 'needs' },
    );
    const object = KernelObject.load(kernel, {
      programs: [reads, needsMap, returns(2)],
      maps: [mapSpec('nope', 'array', 3, 8, 1)],
    });
    expect(() => object.program('bad')).toThrow('the kernel rejects bad (EACCES): R5 !read_ok');
    expect(() => object.program('needs')).toThrow(/create map nope: EINVAL/);
    expect(() => object.program('none')).toThrow('there is no program none; there is test');
    expect(object.program('test').run({ data: frame }).action).toBe('XDP_PASS');
    object.close();
    object.close();
  });

  it('has no type for raw programs', () => {
    const object = load({ ...returns(1), type: 'raw' });
    expect(() => object.program('test')).toThrow(expect.objectContaining({ code: 'BEESWAX_E_KERNEL_NO_TYPE' }));
  });

  it('runs tc programs on the frame and socket filters on what follows its header', () => {
    const length = (type: 'tc' | 'socket_filter'): Program =>
      programOf([['ldx32', { dst: 0, src: 1, off: 0 }], ['exit']], { type, section: type });
    const results = (['tc', 'socket_filter'] as const).map((type) => {
      const object = load(length(type));
      const { retval } = object.program('test').run({ data: frame });
      object.close();
      return retval;
    });
    expect(results).toEqual([64, 50]);
  });
});
