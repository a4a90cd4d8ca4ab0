// Proof that the conformance suite finds faults: seeds single faults into the reference model, the decoder, the
// interpreter's source and the translator, and counts how many the suite finds; beside it the public suite's score,
// where BPF_CONFORMANCE names a clone of it. Run `npm run build` first.
//
//   node scripts/mutation.mjs [--engines reference,decoder,interpreter,translator] [--every N] [--level 0|1|2|3]
//     [--filter TEXT] [--json FILE]
//
// Ends with 1 when a fault that a program can tell was not found, or one held equivalent was.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { builtInCases } from '../dist/conformance/built_in.js';
import { parseCaseFile } from '../dist/conformance/case_file.js';
import { mutatedDecoder } from '../dist/conformance/mutation/decoder.js';
import { allFaults } from '../dist/conformance/mutation/index.js';
import { mutatedInterpreter } from '../dist/conformance/mutation/interpreter.js';
import { FAULT_EXPORT, mutatedDispatch } from '../dist/conformance/mutation/interpreter_source.js';
import { mutatedReference } from '../dist/conformance/mutation/reference.js';
import { mutate, scores } from '../dist/conformance/mutation/score.js';
import { Suite } from '../dist/conformance/mutation/suite.js';
import { mutatedTranslator } from '../dist/conformance/mutation/translator.js';
import { buildMutatedRuntime } from './mutated-runtime.mjs';

const { values } = parseArgs({
  options: {
    engines: { type: 'string', default: 'reference,decoder,interpreter,translator' },
    every: { type: 'string', default: '1' },
    level: { type: 'string', default: '2' },
    filter: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});

const faults = allFaults().filter(({ id }, i) => i % Number(values.every) === 0 && id.includes(values.filter));
const OPEN = {
  reference: () => mutatedReference(),
  decoder: () => mutatedDecoder(),
  interpreter: () =>
    mutatedInterpreter(
      buildMutatedRuntime((dispatch) => mutatedDispatch(dispatch, faults), FAULT_EXPORT),
      faults,
    ),
  translator: () => mutatedTranslator(Number(values.level)),
};

function publicCases(clone) {
  const folder = join(clone, 'tests');
  const files = readdirSync(folder).filter((file) => file.endsWith('.data'));
  return files.map((file) => parseCaseFile(readFileSync(join(folder, file), 'utf8'), file.slice(0, -'.data'.length)));
}

const suites = [new Suite('this suite', [...(await builtInCases())])];
const clone = process.env.BPF_CONFORMANCE;
if (clone === undefined) console.log('BPF_CONFORMANCE names no clone of bpf_conformance: its score is left out');
else suites.push(new Suite('bpf_conformance', publicCases(clone)));
for (const { name, cases } of suites) console.log(`${name}: ${cases.length} cases`);
console.log(
  `${faults.length} faults, ${faults.filter(({ equivalent }) => equivalent !== undefined).length} held equivalent`,
);

const results = [];
for (const name of values.engines.split(',')) {
  const start = performance.now();
  const engine = await OPEN[name]();
  let count = 0;
  for await (const result of mutate(engine, faults, suites)) {
    results.push(result);
    if (process.stderr.isTTY && ++count % 10 === 0) process.stderr.write(`\r${name}: ${count} faults`);
  }
  await engine.engine.close();
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

const [own] = suites;
const missed = results.filter(({ fault, by }) => fault.equivalent === undefined && by.get(own.name) === undefined);
const refuted = results.filter(({ fault, by }) => fault.equivalent !== undefined && by.get(own.name) !== undefined);
for (const { fault, engine } of missed) console.log(`not found in ${engine}: ${fault.id}`);
for (const { fault, engine, by } of refuted) {
  console.log(`held equivalent in ${engine}, but found by ${by.get(own.name)}: ${fault.id}`);
}
const table = scores(results);
const percent = ({ faults: all, found }) =>
  `${found} of ${all}${all === 0 ? '' : ` (${(Math.floor((1000 * found) / all) / 10).toFixed(1)} %)`}`;
console.log(`\n${'fault in'.padEnd(14)}${suites.map(({ name }) => name.padEnd(26)).join('')}`);
for (const engine of new Set(table.map((row) => row.engine))) {
  const cells = suites.map(({ name }) => percent(table.find((row) => row.engine === engine && row.suite === name)));
  console.log(`${engine.padEnd(14)}${cells.map((cell) => cell.padEnd(26)).join('')}`);
}
const equivalent = new Map(results.flatMap(({ fault }) => (fault.equivalent ? [[fault.id, fault.equivalent]] : [])));
console.log(`\nheld equivalent, ${equivalent.size}:`);
for (const [id, why] of equivalent) console.log(`  ${id}: ${why}`);

if (values.json !== undefined) {
  const found = results.map(({ fault, engine, by }) => ({
    fault: fault.id,
    engine,
    ...(fault.equivalent === undefined ? {} : { equivalent: fault.equivalent }),
    found: Object.fromEntries([...by].map(([suite, name]) => [suite, name ?? null])),
  }));
  writeFileSync(values.json, `${JSON.stringify({ scores: table, faults: found }, null, 1)}\n`);
}
process.exitCode = missed.length + refuted.length === 0 ? 0 : 1;
