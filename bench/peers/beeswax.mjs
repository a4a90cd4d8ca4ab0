// Both back ends of beeswax, from the build in dist/. Packets lie in the engine's memory and are run in place.
import { readFileSync } from 'node:fs';
import { BatchFlag, Descriptor } from '../../dist/abi/layout.js';
import { Engine } from '../../dist/index.js';

/** Packets, or runs of one packet, in one entry into Wasm: what `runBatch` does. */
const CHUNK = 256;

export const translated = peer('jit', 'beeswax, translated', 'jit', CHUNK);
export const interpreted = peer('interp', 'beeswax, interpreted', 'interp', CHUNK / 4);

function peer(name, title, tier, repeats) {
  return {
    name,
    title,
    async open(program, packets, sample) {
      const engine = await Engine.create({ engine: tier });
      const object = await engine.load(readFileSync(program.object), { maps: program.maps });
      const loaded = object.program(program.name);
      const batch = loaded.createBatch(packets.length);
      for (const packet of packets) loaded.add(batch, packet);
      const { run_batch } = loaded.runtime.exports;
      const { index } = loaded.placed;
      const descriptor = (packet) => batch.descriptors + packet * Descriptor.SIZE;
      const runAll = () => {
        for (let first = 0; first < packets.length; first += CHUNK)
          run_batch(index, descriptor(first), Math.min(CHUNK, packets.length - first), 0);
      };
      return {
        judge() {
          runAll();
          return packets.map((_, i) => {
            const { retval, packet } = loaded.result(batch, i);
            return { retval, packet };
          });
        },
        batch: { runs: packets.length, call: runAll },
        repeat: {
          runs: sample.length * repeats,
          call() {
            for (const i of sample) run_batch(index, descriptor(i), repeats, BatchFlag.REPEAT);
          },
        },
        close() {
          batch.close();
          engine.close();
        },
      };
    },
  };
}
