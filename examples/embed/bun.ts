// bun examples/embed/bun.ts
import * as beeswax from 'beeswax';
import { countVerdicts } from './count_verdicts.mjs';

declare const Bun: { file(path: URL): { bytes(): Promise<Uint8Array> } };

const example = (name: string) => Bun.file(new URL(`../${name}`, import.meta.url)).bytes();

console.log(
  JSON.stringify(await countVerdicts(beeswax, await example('packet_of_death.o'), await example('traffic.pcapng'))),
);
