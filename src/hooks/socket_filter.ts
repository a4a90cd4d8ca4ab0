/**
 * Socket filters: the program sees the packet from the network header on, and returns how many bytes the socket gets.
 * Packets are given with their Ethernet header, and come back with one of zeros, as from BPF_PROG_TEST_RUN.
 */
import { Frame } from '../abi/layout.js';
import { type Hook, makeHook } from './hook.js';

export const SOCKET_FILTER_HOOK: Hook = makeHook('socket_filter', { minimumLength: Frame.MIN_LENGTH, grows: true });
