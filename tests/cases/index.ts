/** All cases, by what they are about. */
import { ARITHMETIC } from './arithmetic.js';
import { CALLS } from './calls.js';
import { HELPERS } from './helpers.js';
import { JUMPS } from './jumps.js';
import { LOCKS } from './locks.js';
import { MAPS } from './maps.js';
import { MEMORY } from './memory.js';
import { NETWORK } from './network.js';
import { PACKETS } from './packets.js';
import { FORMATS, PRINTK } from './print.js';
import { RINGBUF } from './ringbuf.js';
import { SKB_CONTEXT } from './skb_context.js';
import { SKB_HELPERS } from './skb_helpers.js';
import { SKB_LOADS } from './skb_loads.js';
import { TRAPS } from './traps.js';
import type { Case } from './types.js';

export const CASES: Readonly<Record<string, readonly Case[]>> = {
  arithmetic: ARITHMETIC,
  jumps: JUMPS,
  memory: MEMORY,
  calls: CALLS,
  traps: TRAPS,
  packets: PACKETS,
  'struct __sk_buff': SKB_CONTEXT,
  ...SKB_HELPERS,
  'skb: packet loads': SKB_LOADS,
  ...NETWORK,
  maps: MAPS,
  ringbuf: RINGBUF,
  locks: LOCKS,
  helpers: HELPERS,
  formats: FORMATS,
  printk: PRINTK,
};
