/** The objects in `examples/` against the kernel, with the maps and captures that lie beside them. */
import { readdirSync, readFileSync } from 'node:fs';
import type { MapContents } from '../../src/engine/types.js';
import { readPackets } from '../../src/packet/index.js';
import { describeParity, type ObjectFile } from '../support/parity.js';

const FOLDER = new URL('../../examples/', import.meta.url);
const files = readdirSync(FOLDER);
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)));

const captured: Uint8Array[] = [];
for (const name of files.filter((file) => /\.pcap(ng)?$/.test(file))) {
  for await (const batch of readPackets([read(name)])) captured.push(...batch.map(({ data }) => data.slice()));
}

const objects = files
  .filter((file) => file.endsWith('.o'))
  .map((name): ObjectFile => {
    const maps = name.replace(/o$/, 'maps.json');
    const contents = files.includes(maps) ? JSON.parse(Buffer.from(read(maps)).toString()) : {};
    return { name, bytes: read(name), maps: contents as MapContents, packets: captured };
  });

describeParity('examples', objects);
