/**
 * The allocators of the three arenas. Blocks carry no headers: whoever frees one says how long it is. Memory that was
 * never handed out is zero already and is not touched, so that a large block costs only the pages that are used.
 */
import { Arena, Header, Layout } from "../../src/abi/layout";
import { align_up, ArenaState, arena_state, give_extent, listed_bytes, take_extent } from "./extents";
import { acquire, release } from "./lock";

/** Blocks are multiples of this, and aligned to it: a cache line. */
const GRANULE: u32 = 64;
/** Blocks from this size on start on a page of the host. */
const LARGE: u32 = 0x10000;
const HOST_PAGE: u32 = 4096;

@inline
function block_size(size: u32): u32 {
  return size == 0 ? GRANULE : (size + GRANULE - 1) & ~(GRANULE - 1);
}

/** Sets up an arena from the bounds in the header, on its first use. */
function open_arena(arena: u32): usize {
  const state = arena_state(arena);
  if (load<u32>(state, ArenaState.FRESH) != 0) return state;
  const ro_base = load<u32>(Layout.HEADER, Header.RO_BASE);
  const rw_base = load<u32>(Layout.HEADER, Header.RW_BASE);
  const start = arena == Arena.HEAP ? Layout.HEAP : arena == Arena.RO ? ro_base : rw_base;
  const limit = arena == Arena.HEAP ? ro_base : arena == Arena.RO ? rw_base : load<u32>(Layout.HEADER, Header.USER_END);
  store<u32>(state, start, ArenaState.FRESH);
  store<u32>(state, limit, ArenaState.LIMIT);
  return state;
}

/**
 * A zeroed block of an arena (`Arena`), aligned to `align` (a power of two) and to 64 bytes at least.
 * Returns its address, 0 when there is no room.
 */
export function arena_alloc(arena: u32, size: u32, align: u32): u32 {
  if (size > u32.MAX_VALUE - GRANULE) return 0;
  const bytes = block_size(size);
  let alignment = max(align, GRANULE);
  if (bytes >= LARGE) alignment = max(alignment, HOST_PAGE);

  acquire(Layout.HEADER + Header.ALLOC_LOCK);
  open_arena(Arena.HEAP);
  const state = open_arena(arena);
  const reused = take_extent(arena, bytes, alignment);
  let fresh: u32 = 0;
  if (reused == 0) {
    const start = load<u32>(state, ArenaState.FRESH);
    const aligned = align_up(start, alignment);
    if (aligned + bytes <= load<u32>(state, ArenaState.LIMIT)) {
      fresh = <u32>aligned;
      store<u32>(state, fresh + bytes, ArenaState.FRESH);
      give_extent(arena, start, fresh - start);
    }
  }
  release(Layout.HEADER + Header.ALLOC_LOCK);

  if (reused != 0) memory.fill(reused, 0, bytes);
  return reused != 0 ? reused : fresh;
}

/** Gives a block back; `size` as it was asked for. Address 0 is no block. */
export function arena_free(arena: u32, address: u32, size: u32): void {
  if (address == 0) return;
  acquire(Layout.HEADER + Header.ALLOC_LOCK);
  give_extent(arena, address, block_size(size));
  release(Layout.HEADER + Header.ALLOC_LOCK);
}

/** Bytes of an arena that are free, though not all in one piece. */
export function arena_left(arena: u32): u32 {
  acquire(Layout.HEADER + Header.ALLOC_LOCK);
  const state = open_arena(arena);
  const fresh = load<u32>(state, ArenaState.LIMIT) - load<u32>(state, ArenaState.FRESH);
  const left = fresh + <u32>listed_bytes(arena);
  release(Layout.HEADER + Header.ALLOC_LOCK);
  return left;
}
