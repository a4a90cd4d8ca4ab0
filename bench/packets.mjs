// The benchmark of packets: every program on every peer, checked against each other before they are timed.
import { measure } from './measure.mjs';
import { subjects } from './subjects.mjs';

/**
 * @typedef {{ total: number, floor: number, net: number, spread: number }} Figure nanoseconds a packet: the program,
 *   the empty program run in the same way, and the difference; the median of the former by its tenth percentile
 * @typedef {{ title: string, capture: string, packets: number, sample: number,
 *   repeat: Record<string, Figure>, batch: Record<string, Figure>, none: Record<string, string> }} Row
 */

/**
 * @param {readonly import('./peers/peer.mjs').Peer[]} peers
 * @param {import('./measure.mjs').Effort} effort
 * @param {(line: string) => void} say progress
 * @returns {Promise<Row[]>}
 */
export async function benchmarkPackets(peers, effort, say) {
  const rows = [];
  for (const subject of await subjects()) {
    say(`${subject.title}: checking that all agree on ${subject.packets.length} packets of ${subject.capture}`);
    if (subject.original !== undefined) closeAll((await openAll(peers, subject.original, subject)).sessions);
    const timed = await openAll(peers, subject.timed, subject);
    const floor = await openAll(peers, subject.floor, subject);
    say(`${subject.title}: timing`);
    const { title, capture, packets, sample } = subject;
    const row = { title, capture, packets: packets.length, sample: sample.length };
    try {
      for (const mode of ['repeat', 'batch']) row[mode] = await timeMode(mode, timed.sessions, floor.sessions, effort);
    } finally {
      closeAll(timed.sessions);
      closeAll(floor.sessions);
    }
    rows.push({ ...row, none: { ...timed.none, ...floor.none } });
  }
  return rows;
}

/** A session of each peer that can run the program. */
async function openAll(peers, program, subject) {
  const sessions = new Map();
  const none = {};
  for (const { name, open } of peers) {
    const opened = await open(program, subject.packets, subject.sample);
    if (opened.none === undefined) sessions.set(name, opened);
    else none[name] = opened.none;
  }
  agree(program, sessions);
  return { sessions, none };
}

/** @throws Error when peers differ in a return value, or in a packet that the program left. */
function agree({ name }, sessions) {
  const [[first, session], ...others] = sessions;
  const expected = session.judge();
  for (const [other, { judge }] of others) {
    judge().forEach(({ retval, packet }, i) => {
      if (retval !== expected[i].retval)
        throw new Error(`${name}, packet ${i}: ${first} returns ${expected[i].retval}, ${other} ${retval}`);
      if (Buffer.compare(packet, expected[i].packet) !== 0)
        throw new Error(`${name}, packet ${i}: ${first} and ${other} leave different packets`);
    });
  }
}

async function timeMode(mode, timed, floor, effort) {
  const modes = new Map();
  for (const [name, session] of timed) {
    const base = floor.get(name);
    if (session[mode] === undefined || base === undefined) continue;
    modes.set(name, session[mode]);
    modes.set(`${name} floor`, base[mode]);
  }
  const measured = await measure(modes, effort);
  const figures = {};
  for (const name of timed.keys()) {
    const total = measured.get(name);
    if (total === undefined) continue;
    const { ns } = measured.get(`${name} floor`);
    figures[name] = { total: total.ns, floor: ns, net: total.ns - ns, spread: total.median / total.ns };
  }
  return figures;
}

function closeAll(sessions) {
  for (const session of sessions.values()) session.close();
}
