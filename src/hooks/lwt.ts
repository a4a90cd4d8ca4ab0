/**
 * Lightweight tunnels (routes with a program for input, output or transmission): the program sees the packet from the
 * network header on. Packets are given with their Ethernet header, and come back with one of zeros.
 */
import { Frame } from '../abi/layout.js';
import { type Hook, makeHook } from './hook.js';

const SETTINGS = { minimumLength: Frame.MIN_LENGTH, grows: true } as const;

export const LWT_IN_HOOK: Hook = makeHook('lwt_in', SETTINGS);
export const LWT_OUT_HOOK: Hook = makeHook('lwt_out', SETTINGS);
export const LWT_XMIT_HOOK: Hook = makeHook('lwt_xmit', SETTINGS);
