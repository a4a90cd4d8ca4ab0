// deno run --allow-read --allow-env --allow-sys examples/embed/deno.ts
import * as beeswax from 'beeswax';
import { countVerdicts } from './count_verdicts.mjs';

declare const Deno: { readFile(path: URL): Promise<Uint8Array> };

const example = (name: string) => Deno.readFile(new URL(`../${name}`, import.meta.url));

console.log(
  JSON.stringify(await countVerdicts(beeswax, await example('packet_of_death.o'), await example('traffic.pcapng'))),
);
