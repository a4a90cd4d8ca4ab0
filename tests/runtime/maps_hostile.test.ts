/**
 * The map helpers with any arguments: addresses of all kinds, of maps of every type, of values, records and callbacks,
 * and what is none of these. Nothing but a result or a trap may come of it, and nothing outside of what the program may
 * write may change.
 */
import { expect, it } from 'vitest';
import { type ArgKind, HELPERS, type HelperName } from '../../src/abi/helpers.js';
import { Layout, MapRecord, SlotKind, Worker } from '../../src/abi/layout.js';
import type { MapTypeName } from '../../src/abi/map_types.js';
import { assemble } from '../../src/asm/assemble.js';
import type { MapSpec, Shape } from '../../src/model/map_spec.js';
import { createMap } from '../../src/runtime/maps.js';
import { mapSpec, u32 } from '../support/maps.js';
import { Random } from '../support/random.js';
import { interpreter, loadPrograms, runPacket } from '../support/wasm_harness.js';

const RUNS = 4000;

const NAMES: readonly HelperName[] = [
  'map_lookup_elem',
  'map_update_elem',
  'map_delete_elem',
  'map_push_elem',
  'map_pop_elem',
  'map_peek_elem',
  'map_lookup_percpu_elem',
  'for_each_map_elem',
  'ringbuf_output',
  'ringbuf_reserve',
  'ringbuf_submit',
  'ringbuf_discard',
  'ringbuf_query',
  'perf_event_output',
  'spin_lock',
  'spin_unlock',
  'timer_init',
  'timer_set_callback',
  'timer_start',
  'timer_cancel',
];

/** Two calls in a row, so that what the first one hands out may go into the second. */
const program = (first: HelperName, second: HelperName): string => `
  .section xdp
  r6 = *(u32 *)(r1 + 0)
  r7 = *(u32 *)(r1 + 4)
  r8 = r6
  r8 += 80
  if r8 > r7 goto out
  r3 = &func(callback) ll
  r1 = *(u64 *)(r6 + 0)
  r2 = *(u64 *)(r6 + 8)
  r3 = *(u64 *)(r6 + 16)
  r4 = *(u64 *)(r6 + 24)
  r5 = *(u64 *)(r6 + 32)
  call ${first}
  r9 = r0
  r1 = *(u64 *)(r6 + 40)
  r2 = *(u64 *)(r6 + 48)
  r3 = *(u64 *)(r6 + 56)
  r4 = *(u64 *)(r6 + 64)
  r5 = *(u64 *)(r6 + 72)
  if r1 == 99 goto out
  if r1 != 77 goto again
  r1 = r9
again:
  call ${second}
out:
  r0 = 2
  exit
callback:
  r0 = *(u64 *)(r2 + 0)
  *(u64 *)(r3 + 0) = 5
  r0 = 0
  exit`;

const special: Shape = {
  kind: 'struct',
  size: 32,
  name: 'value',
  fields: [
    { name: 'lock', bitOffset: 0, shape: { kind: 'struct', size: 4, name: 'bpf_spin_lock', fields: [] } },
    { name: 'timer', bitOffset: 64, shape: { kind: 'struct', size: 16, name: 'bpf_timer', fields: [] } },
  ],
};

function specs(): MapSpec[] {
  const of = (type: MapTypeName, key: number, value: number, entries: number, more: Partial<MapSpec> = {}): MapSpec =>
    mapSpec(type, type, key, value, entries, more);
  return [
    of('array', 4, 32, 4, { valueShape: special }),
    of('hash', 4, 32, 8, { valueShape: special }),
    of('percpu_array', 4, 8, 4),
    of('percpu_hash', 8, 8, 4),
    of('lru_hash', 4, 8, 4),
    of('lpm_trie', 8, 8, 4, { flags: 1 }),
    of('prog_array', 4, 4, 4),
    of('perf_event_array', 4, 4, 1),
    of('array_of_maps', 4, 4, 4, { inner: mapSpec('inner', 'array', 4, 8, 2) }),
    of('hash_of_maps', 4, 4, 4, { inner: mapSpec('inner', 'array', 4, 8, 2) }),
    of('devmap', 4, 8, 4),
    of('devmap_hash', 4, 4, 4),
    of('cpumap', 4, 4, 4),
    of('xskmap', 4, 4, 4),
    of('sockmap', 4, 8, 4),
    of('sockhash', 4, 8, 4),
    of('sk_storage', 4, 8, 0, { flags: 1 }),
    of('queue', 0, 8, 4),
    of('stack', 0, 8, 4),
    of('bloom_filter', 0, 8, 4),
    of('ringbuf', 0, 0, 4096),
  ];
}

it.each(NAMES)('%s', async (name) => {
  const random = new Random(HELPERS[name].id);
  const second = NAMES[random.below(NAMES.length)] as HelperName;
  const { programs, maps } = assemble(program(name, second), { type: 'xdp' });
  const loaded = await loadPrograms({ programs, maps }, interpreter, { fuel: 1n << 16n });
  const { runtime } = loaded;
  const made = specs().map((spec) => createMap(runtime, spec));
  const canary = createMap(runtime, mapSpec('canary', 'array', 4, 4096, 1, { flags: 128 }));
  canary.update(u32(0), new Uint8Array(4096).fill(0xc7));
  made.find(({ type }) => type === 'perf_event_array')?.openPerf(4096);

  const { memory } = runtime;
  const stack = memory.getU32(runtime.worker + Worker.STACK);
  const slots = Array.from({ length: 65536 }, (_, slot) => slot);
  const callback = slots.find((slot) => memory.u8[Layout.SLOT_KINDS + slot] === SlotKind.FUNCTION) ?? 0;
  expect(callback).toBeGreaterThan(0);
  const values = made.map(({ record }) => memory.getU32(record + MapRecord.VALUES)).filter((at) => at !== 0);
  const odd = [
    0n,
    1n,
    2n,
    3n,
    4n,
    8n,
    77n,
    64n,
    4088n,
    0x7fffffffn,
    0xffffffffn,
    1n << 32n,
    1n << 63n,
    (1n << 64n) - 1n,
  ];
  const any = (): bigint => odd[random.below(odd.length)] as bigint;
  const onStack = (): bigint => BigInt(stack + 512 - 8 * random.between(0, 8));
  const aMap = (): bigint => BigInt((made[random.below(made.length)] as (typeof made)[0]).record);
  const aValue = (): bigint => BigInt((values[random.below(values.length)] as number) + 8 * random.below(5));
  const fitting: Readonly<Record<ArgKind, () => bigint>> = {
    ctx: () => BigInt(memory.getU32(runtime.worker + Worker.CTX)),
    map: aMap,
    map_key: onStack,
    map_value: onStack,
    mem: onStack,
    out: onStack,
    string: onStack,
    size: () => BigInt(random.below(64)),
    scalar: () => BigInt(random.below(3)),
    callback: () => BigInt(callback),
    any: aValue,
  };
  const kinds = Object.values(fitting);
  const args = (helper: HelperName): bigint[] =>
    Array.from({ length: 5 }, (_, index) => {
      const kind: ArgKind = HELPERS[helper].args[index] ?? 'scalar';
      if (random.chance(0.8)) return fitting[kind]();
      return random.chance(0.5)
        ? any()
        : (kinds[random.below(kinds.length)] as () => bigint)() + (random.chance(0.1) ? 64n : 0n);
    });
  const frozen = Buffer.from(canary.lookup(u32(0)) as Uint8Array).toString('hex');
  const attributes = (): string =>
    made.map(({ record }) => Buffer.from(memory.copy(record, 32)).toString('hex')).join();
  const before = attributes();
  const outcomes = new Set<string>();
  for (let run = 0; run < RUNS; run++) {
    const words = BigUint64Array.from([...args(name), ...args(second)]);
    if (random.chance(0.6)) words[5] = random.chance(0.5) ? 99n : 77n;
    const outcome = runPacket(loaded, new Uint8Array(words.buffer));
    outcomes.add(outcome.trap?.reason ?? 'ok');
    expect(outcome.trap?.reason).not.toBe('INTERNAL');
    expect(memory.getU32(runtime.worker + Worker.HELD_COUNT)).toBe(0);
    runtime.exports.run_timer(BigInt(run) << 40n);
  }
  // What is submitted or unlocked must have been reserved or locked in the same run, which the other helper may do.
  if (!/submit|discard|unlock/.test(name)) expect(outcomes).toContain('ok');
  expect(attributes()).toBe(before);
  expect(Buffer.from(canary.lookup(u32(0)) as Uint8Array).toString('hex')).toBe(frozen);
  for (const map of made) {
    for (const [key] of map.entries()) expect(map.has(key), map.name).toBe(true);
    map.close();
  }
});
