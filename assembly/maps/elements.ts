/** From the address of a value back to its element, for maps with timers. */
import { MapRecord } from "../../src/abi/layout";
import { is_live, pool_index_of_value, pool_node } from "./pool";
import { FieldRecord, is_array, map_type, max_entries, Node } from "./record";

/** Index of the element of an array whose value lies at an address; -1 for none. */
function array_index(record: usize, value: u32): i32 {
  const offset = value - load<u32>(record, MapRecord.VALUES);
  const stride = load<u32>(record, MapRecord.STRIDE);
  return offset % stride == 0 && offset / stride < max_entries(record) ? <i32>(offset / stride) : -1;
}

/** Address of the value whose timer lies at `timer`; 0 when that is no timer of an element of the map. */
export function value_with_timer(record: u32, timer: u32): u32 {
  const at = load<u32>(record, FieldRecord.TIMER);
  if (at == 0) return 0;
  const value = timer - (at - 1);
  if (is_array(map_type(record))) return array_index(record, value) < 0 ? 0 : value;
  const index = pool_index_of_value(record, value);
  return index < 0 || !is_live(pool_node(record, index)) ? 0 : value;
}

/** Copies the key of the element with this value to `out`; of arrays it is the index. */
export function copy_key_of(record: usize, value: u32, out: usize, size: u32): void {
  if (is_array(map_type(record))) store<u32>(out, array_index(record, value));
  else memory.copy(out, pool_node(record, pool_index_of_value(record, value)) + Node.KEY, size);
}
