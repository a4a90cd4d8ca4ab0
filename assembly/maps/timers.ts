/**
 * The bpf_timers of map values: a table of them in the heap, and a queue of those that wait, a binary heap with the
 * earliest in front. A value holds its timer's number only; a number is believed if the timer knows the value.
 *
 *   TIMERS ─► ┌──────┬──────┬──────────────────┬──────────────────────┐
 *             │ free │ used │ queue: u32 each  │ timers: Timer.SIZE   │
 *             └──────┴──────┴──────────────────┴──────────────────────┘
 */
import { Arena, Header, Layout } from "../../src/abi/layout";
import { Errno } from "../../src/abi/errno_numbers";
import { arena_alloc } from "../memory/index";
import { acquire, release } from "../memory/lock";
import { FieldRecord } from "./record";

/** A timer, as offsets from its address. */
export const enum Timer {
  /** u32: address of the element's value; of a free timer 0. */
  VALUE = 0,
  /** u32: the map's record. */
  MAP = 4,
  /** u32: table slot of the callback, 0 for none. */
  CALLBACK = 8,
  /** u32: index of the program whose callback it is. */
  PROGRAM = 12,
  /** i64: when it is due, in nanoseconds. */
  DEADLINE = 16,
  /** u32: its place in the queue + 1, 0 while it does not wait. */
  PLACE = 24,
  /** u32: number of the next free timer. */
  NEXT = 28,
  SIZE = 32,
}

/** Timers of an engine. */
const CAPACITY: u32 = 1 << 17;
/** The table's head: number of the first free timer (0: none), timers ever used. */
const FREE: usize = 0;
const USED: usize = 4;
const QUEUE: usize = 8;
const TIMERS: usize = 8 + CAPACITY * 4;

@inline
function table(): usize {
  return load<u32>(Layout.HEADER, Header.TIMERS);
}

/** Address of the timer with a number from 1 up. */
@inline
function timer_at(number: u32): usize {
  return table() + TIMERS + <usize>(number - 1) * Timer.SIZE;
}

@inline
function armed(): u32 {
  return load<u32>(Layout.HEADER, Header.TIMERS_ARMED);
}

@inline
function at_place(place: u32): u32 {
  return load<u32>(table() + QUEUE + <usize>place * 4);
}

@inline
function put(place: u32, number: u32): void {
  store<u32>(table() + QUEUE + <usize>place * 4, number);
  store<u32>(timer_at(number), place + 1, Timer.PLACE);
}

@inline
function deadline(number: u32): i64 {
  return load<i64>(timer_at(number), Timer.DEADLINE);
}

/** Moves the timer at a place to where it belongs. */
function settle(place: u32): void {
  const number = at_place(place);
  const when = deadline(number);
  while (place > 0 && deadline(at_place((place - 1) / 2)) > when) {
    put(place, at_place((place - 1) / 2));
    place = (place - 1) / 2;
  }
  const count = armed();
  while (<u32>(2 * place + 1) < count) {
    let child: u32 = 2 * place + 1;
    if (<u32>(child + 1) < count && deadline(at_place(child + 1)) < deadline(at_place(child))) child++;
    if (deadline(at_place(child)) >= when) break;
    put(place, at_place(child));
    place = child;
  }
  put(place, number);
}

/** Takes a timer out of the queue. Returns whether it waited. */
function disarm(timer: usize): bool {
  const place = load<u32>(timer, Timer.PLACE);
  if (place == 0) return false;
  store<u32>(timer, 0, Timer.PLACE);
  const last = armed() - 1;
  store<u32>(Layout.HEADER, last, Header.TIMERS_ARMED);
  if (place - 1 != last) {
    put(place - 1, at_place(last));
    settle(place - 1);
  }
  return true;
}

/** The number of the timer of a value's field, 0 when it has none. Under the lock. */
function number_at(field: u32): u32 {
  if (table() == 0) return 0;
  const number = load<u32>(field);
  if (number - 1 >= load<u32>(table() + USED)) return 0;
  const timer = timer_at(number);
  const value = load<u32>(timer, Timer.VALUE);
  if (value == 0) return 0;
  return value + load<u32>(load<u32>(timer, Timer.MAP), FieldRecord.TIMER) - 1 == field ? number : 0;
}

/** A free timer's number; 0 when there is none. Under the lock. */
function take_timer(): u32 {
  if (table() == 0) {
    const made = arena_alloc(Arena.HEAP, <u32>TIMERS + CAPACITY * Timer.SIZE, 8);
    if (made == 0) return 0;
    store<u32>(Layout.HEADER, made, Header.TIMERS);
  }
  const free = load<u32>(table() + FREE);
  if (free != 0) {
    store<u32>(table() + FREE, load<u32>(timer_at(free), Timer.NEXT));
    return free;
  }
  const used = load<u32>(table() + USED);
  if (used == CAPACITY) return 0;
  store<u32>(table() + USED, used + 1);
  return used + 1;
}

function give_timer(number: u32): void {
  const timer = timer_at(number);
  disarm(timer);
  store<u32>(timer, 0, Timer.VALUE);
  store<u32>(timer, 0, Timer.CALLBACK);
  store<u32>(timer, load<u32>(table() + FREE), Timer.NEXT);
  store<u32>(table() + FREE, number);
}

@inline
function lock(): void {
  acquire(Layout.HEADER + Header.TIMER_LOCK);
}

@inline
function unlock(): void {
  release(Layout.HEADER + Header.TIMER_LOCK);
}

/** Makes the timer of a value; `value` is an element's of `map`. 0 or a negative errno. */
export function timer_init(map: u32, value: u32): i32 {
  const field = value + load<u32>(map, FieldRecord.TIMER) - 1;
  lock();
  let result = -Errno.EBUSY;
  if (number_at(field) == 0) {
    const number = take_timer();
    if (number != 0) {
      store<u32>(timer_at(number), value, Timer.VALUE);
      store<u32>(timer_at(number), map, Timer.MAP);
      store<u32>(field, number);
    }
    result = number == 0 ? -Errno.ENOMEM : 0;
  }
  unlock();
  return result;
}

/** 0, or -EINVAL without a timer. */
export function timer_set_callback(field: u32, slot: u32, program: u32): i32 {
  lock();
  const number = number_at(field);
  if (number != 0) {
    store<u32>(timer_at(number), slot, Timer.CALLBACK);
    store<u32>(timer_at(number), program, Timer.PROGRAM);
  }
  unlock();
  return number == 0 ? -Errno.EINVAL : 0;
}

/** Lets a timer wait until `when`, in nanoseconds, whether it waited or not. 0, or -EINVAL without a callback. */
export function timer_start(field: u32, when: i64): i32 {
  lock();
  const number = number_at(field);
  const ready = number != 0 && load<u32>(timer_at(number), Timer.CALLBACK) != 0;
  if (ready) {
    const timer = timer_at(number);
    disarm(timer);
    store<i64>(timer, when, Timer.DEADLINE);
    const place = armed();
    store<u32>(Layout.HEADER, place + 1, Header.TIMERS_ARMED);
    put(place, number);
    settle(place);
  }
  unlock();
  return ready ? 0 : -Errno.EINVAL;
}

/** 1 if the timer waited, else 0; -EINVAL without one. It needs a callback anew. `running` is that of the callback. */
export function timer_cancel(field: u32, running: u32): i32 {
  lock();
  const number = number_at(field);
  let result = number == 0 ? -Errno.EINVAL : 0;
  if (number != 0 && number == running) result = -Errno.EDEADLK;
  if (result == 0) {
    result = disarm(timer_at(number)) ? 1 : 0;
    store<u32>(timer_at(number), 0, Timer.CALLBACK);
  }
  unlock();
  return result;
}

/** Takes the earliest timer that is due out of the queue and returns its number, 0 when none is. */
export function timer_due(now: i64): u32 {
  if (armed() == 0) return 0;
  lock();
  let number: u32 = 0;
  if (armed() != 0 && deadline(at_place(0)) <= now) {
    number = at_place(0);
    disarm(timer_at(number));
  }
  unlock();
  return number;
}

export function timer_address(number: u32): usize {
  return timer_at(number);
}

/** The element is going or gets another value: its timer goes. */
export function free_timer(record: usize, value: u32): void {
  const at = load<u32>(record, FieldRecord.TIMER);
  if (at == 0) return;
  const field = value + at - 1;
  lock();
  const number = number_at(field);
  if (number != 0) give_timer(number);
  unlock();
  memory.fill(field, 0, 16);
}

/** The map is going. */
export function free_timers(record: usize): void {
  if (table() == 0) return;
  lock();
  for (let number: u32 = 1; number <= load<u32>(table() + USED); number++) {
    const timer = timer_at(number);
    if (<usize>load<u32>(timer, Timer.MAP) == record && load<u32>(timer, Timer.VALUE) != 0) give_timer(number);
  }
  unlock();
}
