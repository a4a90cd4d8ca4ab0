// What is timed: the example programs over their captures, each with its floor, an empty program in its place.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readPackets } from '../dist/node.js';

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * A program as every peer finds it: the object, the C that it was built from, its initial maps.
 *
 * @typedef {{ name: string, object: string, source: string, maps: object }} BenchProgram
 *
 * `original` is what the peers must agree on besides, where the timed program is the original in a wrapper.
 *
 * @typedef {{ title: string, timed: BenchProgram, floor: BenchProgram, original?: BenchProgram,
 *   capture: string, packets: Uint8Array[], sample: number[] }} Subject
 */

/** Packets that are run many times in a row: spread evenly over the capture, so that they have its mix. */
const SAMPLE = 48;

/** @returns {Promise<Subject[]>} */
export async function subjects() {
  const traffic = await capture('../examples/traffic.pcapng');
  const balancer = await capture('../examples/balancer.pcap');
  const empty = program('programs/empty');
  const maps = readMaps('../examples/l4_balancer.maps.json');
  return [
    {
      title: 'L4 balancer',
      timed: { ...program('programs/l4_balancer_restored'), maps },
      floor: program('programs/empty_restored'),
      original: { ...program('../examples/l4_balancer'), maps },
      ...balancer,
    },
    ...[
      ['packet of death filter', 'packet_of_death'],
      ['port and prefix filter', 'port_prefix_filter'],
      ['protocol counter', 'protocol_counter'],
    ].map(([title, name]) => ({
      title,
      timed: { ...program(`../examples/${name}`), maps: readMaps(`../examples/${name}.maps.json`) },
      floor: empty,
      ...traffic,
    })),
  ];
}

function program(at) {
  return { name: basename(at), object: path(`${at}.o`), source: path(`${at}.c`), maps: {} };
}

function readMaps(at) {
  return JSON.parse(readFileSync(path(at), 'utf8'));
}

async function capture(at) {
  const packets = [];
  for await (const some of readPackets(readFileSync(path(at)))) packets.push(...some.map(({ data }) => data));
  const sample = Array.from({ length: SAMPLE }, (_, i) => Math.floor((i * packets.length) / SAMPLE));
  return { capture: basename(at), packets, sample };
}
