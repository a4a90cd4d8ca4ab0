/**
 * Turns the names of verified programs into addresses of one engine: reserves their program records and table slots,
 * and gives each reference its final value. Nothing runs yet.
 */
import { Layout, MapRecord } from '../abi/layout.js';
import { MAP_TYPES, mapTypeName } from '../abi/map_types.js';
import type { AddressedMap, AddressedProgram } from '../analysis/addressed.js';
import type { VerifiedProgram } from '../analysis/verified.js';
import type { Insn } from '../model/program.js';
import { BeeswaxError } from '../util/errors.js';
import type { Runtime } from './runtime.js';

/** An addressed program with the table slot that enters it. */
export interface PlacedProgram extends AddressedProgram {
  readonly slot: number;
}

/** What the record of a map says of it, for the back ends. */
export function describeMap(runtime: Runtime, name: string, record: number): AddressedMap {
  const word = (field: MapRecord): number => runtime.memory.getU32(record + field);
  const type = mapTypeName(word(MapRecord.TYPE));
  if (type === undefined) throw new BeeswaxError('BEESWAX_E_ENGINE_CLOSED', { what: `map ${name}` });
  const row: { perCpu?: true } = MAP_TYPES[type];
  return {
    name,
    type,
    record,
    keySize: word(MapRecord.KEY_SIZE),
    valueSize: word(MapRecord.VALUE_SIZE),
    maxEntries: word(MapRecord.MAX_ENTRIES),
    flags: word(MapRecord.FLAGS),
    values: word(MapRecord.VALUES),
    stride: word(MapRecord.STRIDE),
    cpuStride: row.perCpu ? word(MapRecord.CPU_STRIDE) : 0,
  };
}

/**
 * Gives a program its place in the engine.
 *
 * @param records address of the record of each map that the object has, by name
 * @throws BeeswaxError BEESWAX_E_TOO_MANY, BEESWAX_E_NO_SUCH_MAP, BEESWAX_E_VALUE_REFERENCE.
 */
export function addressProgram(
  runtime: Runtime,
  verified: VerifiedProgram,
  records: ReadonlyMap<string, number>,
): PlacedProgram {
  const { program } = verified;
  const maps = new Map<number, AddressedMap>();
  const functionSlots = new Map<number, number>();
  const immediates = new Map<number, bigint>();

  const mapNamed = (name: string, insn: Insn): AddressedMap => {
    const record = records.get(name);
    if (record === undefined)
      throw new BeeswaxError('BEESWAX_E_NO_SUCH_MAP', { name, maps: [...records.keys()] }).at({ pc: insn.pc });
    const known = maps.get(record);
    if (known !== undefined) return known;
    const map = describeMap(runtime, name, record);
    maps.set(record, map);
    return map;
  };

  for (const fn of verified.functions)
    if (fn.addressTaken) functionSlots.set(fn.start, runtime.slots.reserve('function'));
  for (const insn of program.insns) {
    if (insn.ref === undefined) continue;
    switch (insn.ref.kind) {
      case 'map':
        immediates.set(insn.pc, BigInt(mapNamed(insn.ref.map, insn).record));
        break;
      case 'map_value': {
        const map = mapNamed(insn.ref.map, insn);
        const { offset } = insn.ref;
        // kernel/bpf/arraymap.c array_map_direct_value_addr: one element, the offset inside its value.
        if (map.type !== 'array' || map.maxEntries !== 1 || offset >= map.valueSize)
          throw new BeeswaxError('BEESWAX_E_VALUE_REFERENCE', { map: map.name, offset, size: map.valueSize }).at({
            pc: insn.pc,
          });
        immediates.set(insn.pc, BigInt(map.values + offset));
        break;
      }
      case 'function':
        immediates.set(insn.pc, BigInt(functionSlots.get(insn.ref.pc) ?? 0));
        break;
    }
  }
  return {
    verified,
    index: runtime.programs.reserve(program.name),
    immediates,
    functionSlots,
    maps,
    customHelpers: runtime.host.customHelpers,
    slot: runtime.slots.reserve('program'),
  };
}

/** Gives the place back. */
export function releaseProgram(runtime: Runtime, placed: PlacedProgram): void {
  runtime.programs.release(placed.index);
  runtime.slots.release(placed.slot);
  for (const slot of placed.functionSlots.values()) runtime.slots.release(slot);
}

/** Address of the program record with this index. */
export function programRecord(index: number): number {
  return Layout.PROGRAMS + index * Layout.PROGRAM_SIZE;
}
