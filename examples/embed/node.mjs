// node examples/embed/node.mjs
import { readFile } from 'node:fs/promises';
import * as beeswax from 'beeswax';
import { countVerdicts } from './count_verdicts.mjs';

const example = (name) => readFile(new URL(`../${name}`, import.meta.url));

console.log(
  JSON.stringify(await countVerdicts(beeswax, await example('packet_of_death.o'), await example('traffic.pcapng'))),
);
