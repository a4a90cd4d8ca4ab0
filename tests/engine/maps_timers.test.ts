/** bpf_timer: what the helpers answer, as in the kernel, and when callbacks run by the engine's clock. */
import { expect, it } from 'vitest';
import { Engine } from '../../src/engine/engine.js';
import type { LoadedObject } from '../../src/engine/types.js';
import { describeNeeding } from '../support/have.js';
import { compile, describeEngines, packet } from './maps_support.js';

/** The packet: which map, a key, an operation, flags; then the nanoseconds. The answer is written over it. */
const SOURCE = `
struct value { __u64 fired; struct bpf_timer timer; __u64 again; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, struct value); } array SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 600); __type(key, __u32); __type(value, struct value); } hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 16); __type(key, __u32); __type(value, __u64); } order SEC(".maps");
__u32 next;

static int fire(void *map, __u32 *key, struct value *value) {
  value->fired++;
  __u32 at = next++ & 15;
  __u64 *slot = bpf_map_lookup_elem(&order, &at);
  if (slot) *slot = *key;
  if (value->again == 1) bpf_timer_start(&value->timer, 1000, 0);
  if (value->again == 2) value->again = (__u64)bpf_timer_cancel(&value->timer);
  if (value->again == 3) bpf_map_delete_elem(map, key);
  return 0;
}
static __always_inline long act(void *map, struct value *value, __u8 *data) {
  switch (data[2]) {
  case 1: return bpf_timer_set_callback(&value->timer, fire);
  case 2: return bpf_timer_start(&value->timer, *(__u64 *)(data + 8), data[3]);
  case 3: return bpf_timer_cancel(&value->timer);
  }
  return 0;
}
SEC("xdp") int control(struct xdp_md *ctx) {
  __u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  if (data + 64 > end) return XDP_ABORTED;
  __u32 key = data[1] | data[4] << 8;
  long answer;
  if (data[0] == 0) {
    struct value *value = bpf_map_lookup_elem(&array, &key);
    if (!value) return XDP_DROP;
    answer = data[2] == 0 ? bpf_timer_init(&value->timer, &array, data[3]) : act(&array, value, data);
  } else {
    struct value *value = bpf_map_lookup_elem(&hash, &key);
    if (!value) return XDP_DROP;
    answer = data[2] == 0 ? bpf_timer_init(&value->timer, &hash, data[3]) : act(&hash, value, data);
  }
  *(long *)data = answer;
  return XDP_PASS;
}
`;

const [INIT, CALLBACK, START, CANCEL] = [0, 1, 2, 3];

function control(object: LoadedObject, map: number, key: number, operation: number, flags = 0, ns = 0n): bigint {
  const input = packet(map, key & 0xff, operation, flags, key >> 8);
  new DataView(input.buffer).setBigUint64(8, ns, true);
  const { action, packet: after } = object.program().run(input);
  expect(action).toBe('XDP_PASS');
  return new DataView(after.buffer, after.byteOffset).getBigInt64(0, true);
}

const HOUR = 3_600_000_000_000n;

describeEngines('timers', (load) => {
  it.each([0, 1])('answer to what comes in the wrong order: map %i', async (map) => {
    const object = await load(SOURCE);
    object.map('hash').set(1, { fired: 0n });
    const ask = (operation: number, flags = 0, ns = 0n): bigint => control(object, map, 1, operation, flags, ns);
    expect(ask(START, 0, HOUR)).toBe(-22n);
    expect(ask(CALLBACK)).toBe(-22n);
    expect(ask(CANCEL)).toBe(-22n);
    expect(ask(INIT, 5)).toBe(-22n);
    expect(ask(INIT, 16)).toBe(-22n);
    expect(ask(INIT, 1)).toBe(0n);
    expect(ask(INIT, 1)).toBe(-16n);
    expect(ask(START, 0, HOUR)).toBe(-22n);
    expect(ask(CALLBACK)).toBe(0n);
    expect(ask(CANCEL)).toBe(0n);
    expect(ask(START, 0, HOUR)).toBe(-22n);
    expect(ask(CALLBACK)).toBe(0n);
    expect(ask(START, 8, HOUR)).toBe(-22n);
    expect(ask(START, 0, HOUR)).toBe(0n);
    expect(ask(START, 0, HOUR)).toBe(0n);
    expect(ask(CANCEL)).toBe(1n);
    const [name] = map === 0 ? ['array'] : ['hash'];
    expect(object.map(name as string).get(1)).toMatchObject({ fired: 0n, again: 0n });
    // Another value means another timer.
    object.map(name as string).set(1, { fired: 5n });
    expect(ask(CALLBACK)).toBe(-22n);
    expect(ask(INIT, 7)).toBe(0n);
  });
});

describeNeeding(['clang'], 'timers by the engine’s clock', () => {
  const open = async (tier: 'interp' | 'jit') => {
    const clock = { now: 0n };
    const engine = await Engine.create({ engine: tier, memory: '64MiB', clock: () => clock.now });
    const object = await engine.load(compile(SOURCE));
    const arm = (map: number, key: number, ns: bigint): void => {
      control(object, map, key, INIT, 1);
      expect(control(object, map, key, CALLBACK)).toBe(0n);
      expect(control(object, map, key, START, 0, ns)).toBe(0n);
    };
    return { clock, engine, object, arm };
  };

  it.each(['interp', 'jit'] as const)('fire when they are due, in order: %s', async (tier) => {
    const { clock, engine, object, arm } = await open(tier);
    for (const [key, ns] of [
      [0, 300n],
      [1, 100n],
      [2, 200n],
      [3, 400n],
    ] as const)
      arm(0, key, ns);
    expect(engine.tick()).toEqual({ ran: 0, traps: [] });
    clock.now = 350n;
    expect(engine.tick().ran).toBe(3);
    expect([...object.map('order').values()].slice(0, 4)).toEqual([1n, 2n, 0n, 0n]);
    expect(engine.tick().ran).toBe(0);
    clock.now = 1000n;
    // A packet lets them run as well.
    object.program().run(packet(0, 0, 9));
    expect(object.map('array').get(3)).toMatchObject({ fired: 1n });
    engine.close();
  });

  it('may start themselves again, and not cancel themselves', async () => {
    const { clock, engine, object, arm } = await open('interp');
    object.map('array').set(0, { again: 1n });
    object.map('array').set(1, { again: 2n });
    arm(0, 0, 1000n);
    arm(0, 1, 1000n);
    for (let turn = 0; turn < 5; turn++) {
      clock.now += 1000n;
      engine.tick();
    }
    expect(object.map('array').get(0)).toMatchObject({ fired: 5n });
    expect(object.map('array').get(1)).toMatchObject({ fired: 1n, again: BigInt.asUintN(64, -35n) });
    engine.close();
  });

  it('go with their elements, however many', async () => {
    const { clock, engine, object, arm } = await open('jit');
    const hash = object.map('hash');
    for (let key = 0; key < 600; key++) {
      hash.set(key, { again: 3n });
      arm(1, key, BigInt(1 + ((key * 7919) % 600)));
    }
    for (let key = 0; key < 600; key += 3) hash.delete(key);
    hash.set(1, { fired: 9n });
    clock.now = 300n;
    let ran = engine.tick().ran;
    expect(hash.size).toBe(400 - ran);
    clock.now = 600n;
    ran += engine.tick().ran;
    expect(ran).toBe(399);
    expect([...hash.entries()]).toHaveLength(1);
    expect(hash.get(1)).toMatchObject({ fired: 9n });
    object.close();
    clock.now = 10_000n;
    expect(engine.tick().ran).toBe(0);
    engine.close();
  });

  it('stop when they trap, and say so', async () => {
    const source = `
struct value { struct bpf_timer timer; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct value); } array SEC(".maps");
static int bad(void *map, __u32 *key, struct value *value) { *(volatile int *)16 = 1; return 0; }
SEC("xdp") int go(struct xdp_md *ctx) {
  __u32 key = 0;
  struct value *value = bpf_map_lookup_elem(&array, &key);
  if (!value) return XDP_DROP;
  bpf_timer_init(&value->timer, &array, 0);
  bpf_timer_set_callback(&value->timer, bad);
  bpf_timer_start(&value->timer, 5, 0);
  return XDP_PASS;
}`;
    const clock = { now: 0n };
    const engine = await Engine.create({ engine: 'interp', memory: '64MiB', clock: () => clock.now });
    const object = await engine.load(compile(source));
    object.program().run(packet());
    clock.now = 5n;
    const { ran, traps } = engine.tick();
    expect(ran).toBe(1);
    expect(traps).toMatchObject([{ code: 'BEESWAX_E_TRAP_WRITE', program: 'go', value: 16n }]);
    expect(object.program().run(packet()).action).toBe('XDP_PASS');
    engine.close();
  });
});
