/** XDP: packets from the Ethernet header on; BPF_PROG_TEST_RUN refuses shorter ones (net/bpf/test_run.c). */
import { Frame } from '../abi/layout.js';
import { type Hook, makeHook } from './hook.js';

export const XDP_HOOK: Hook = makeHook('xdp', { minimumLength: Frame.MIN_LENGTH, grows: false });
