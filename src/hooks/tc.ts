/**
 * Traffic control (classifiers, actions, tcx): packets from the Ethernet header on with struct __sk_buff beside them,
 * verdicts TC_ACT_*.
 */
import { Frame } from '../abi/layout.js';
import { type Hook, makeHook } from './hook.js';

export const TC_HOOK: Hook = makeHook('tc', { minimumLength: Frame.MIN_LENGTH, grows: true });
