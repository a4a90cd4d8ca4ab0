/** Bytes in (r1 their address, r2 their length), r0 out. */
import { type Hook, makeHook } from './hook.js';

export const RAW_HOOK: Hook = makeHook('raw', { minimumLength: 0, grows: false });
