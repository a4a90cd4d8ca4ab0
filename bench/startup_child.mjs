// One fresh process of the start-up benchmark: from object bytes to verdicts, with a back end; prints times as JSON.
// All are milliseconds. `performance.now()` counts from the start of the process.
import { readFileSync } from 'node:fs';

const tier = process.argv[2];
const folder = new URL('../examples/', import.meta.url);
const [first, second] = ['packet_of_death.o', 'port_prefix_filter.o'].map((name) =>
  readFileSync(new URL(name, folder)),
);
const packet = new Uint8Array(64);
packet[12] = 0x08;
packet[14] = 0x45;

const atStart = performance.now();
const { Engine } = await import('../dist/index.js');
const imported = performance.now();
const { engine, cold } = await firstVerdict();
const coldSwap = await swapped(cold);
const otherObject = await verdictFrom(engine, second);
const { engine: otherEngine, cold: warm } = await firstVerdict();
const warmSwap = await swapped(warm);

console.log(
  JSON.stringify({
    nodeStart: atStart,
    import: imported - atStart,
    create: cold.created - cold.start,
    load: cold.verdict - cold.created,
    bytesToVerdict: cold.verdict - atStart,
    bytesToTranslated: coldSwap - atStart,
    processToVerdict: cold.verdict,
    secondObject: otherObject.verdict - otherObject.created,
    secondEngine: warm.verdict - warm.start,
    secondEngineToTranslated: warmSwap - warm.start,
  }),
);
engine.close();
otherEngine.close();

async function firstVerdict() {
  const start = performance.now();
  const engine = await Engine.create({ engine: tier });
  return { engine, cold: { start, ...(await verdictFrom(engine, first)) } };
}

async function verdictFrom(engine, object) {
  const created = performance.now();
  const program = (await engine.load(object)).program();
  program.run(packet);
  return { created, verdict: performance.now(), program };
}

/** When the translation ran; of the interpreter, when it gave its verdict. */
async function swapped({ program, verdict }) {
  if (program.tier === tier) return verdict;
  await program.ready();
  program.run(packet);
  return performance.now();
}
