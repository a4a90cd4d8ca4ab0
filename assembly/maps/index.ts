/** What maps give to the rest: `map_*` and the record's life to TypeScript, `*_elem` and their kin to the helpers. */
export { map_bytes, map_create, map_destroy, valid_map } from "./create";
export { delete_elem, entry_exists, lookup_elem, prog_array_get, update_elem } from "./program";
export { map_count, map_scan } from "./scan";
export { map_delete, map_freeze, map_lookup, map_next_key, map_update } from "./user";
