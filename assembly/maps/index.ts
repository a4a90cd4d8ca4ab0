/** What maps give to the rest: `map_*` and the record's life to TypeScript, `*_elem` and their kin to the helpers. */
export { map_bytes, map_create, map_destroy, map_set_fields, valid_map } from "./create";
export { timer_cancel, timer_init, timer_set_callback, timer_start } from "./timers";
export { delete_elem, entry_exists, lookup_elem, lookup_percpu_elem, prog_array_get, update_elem } from "./program";
export { for_each_next, for_each_type } from "./each";
export { map_contains, map_take, peek_elem, pop_elem, push_elem } from "./keyless";
export { perf_close, perf_open, perf_ring } from "./perf";
export { ring_commit, ring_next, ring_query, ring_release, ring_reserve, ring_write } from "./ring";
export { map_count, map_scan } from "./scan";
export { map_delete, map_freeze, map_lookup, map_next_key, map_update } from "./user";
