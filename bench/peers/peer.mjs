// The one interface behind which every engine is timed, and the list of those that there are.
import { interpreted, translated } from './beeswax.mjs';
import { kernel } from './kernel.mjs';
import { native } from './native.mjs';

/**
 * @typedef {object} Peer
 * @property {string} name short, for columns and JSON
 * @property {string} title for people
 * @property {(program: import('../subjects.mjs').BenchProgram, packets: Uint8Array[], sample: number[]) =>
 *   Promise<Session | Nothing>} open
 *
 * What cannot be run says why.
 * @typedef {{ none: string }} Nothing
 *
 * @typedef {object} Session
 * @property {() => Outcome[]} judge runs each packet once: what every peer must agree on
 * @property {Mode} repeat the packets of the sample, each many times in a row, as BPF_PROG_TEST_RUN can
 * @property {Mode} [batch] the packets one after the other, each once
 * @property {() => void} close
 *
 * One call runs through the capture or the sample; `runs` is how many times the program runs in it. A peer with a clock of its own
 * tells what it measured in the last call, in nanoseconds a run; its call may be asynchronous.
 * @typedef {{ runs: number, call: () => void | Promise<void>, measured?: () => number }} Mode
 * @typedef {{ retval: number, packet: Uint8Array }} Outcome
 */

/** @type {readonly Peer[]} */
export const PEERS = [kernel, native, translated, interpreted];
