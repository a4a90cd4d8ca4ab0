// npm run bench [-- packets|startup|size…] [--peers NAME,…] [--quick] [--json FILE]
// Prints what is measured side by side, with the machine; bench/README.md says how.
import { existsSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { parseArgs } from 'node:util';

const PARTS = ['packets', 'startup', 'size'];
const THOROUGH = { warmUp: 400, rounds: 3, seconds: 0.4 };
const QUICK = { warmUp: 20, rounds: 1, seconds: 0.02 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'string', default: 'kernel,native,jit,interp' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const parts = positionals.length === 0 ? ['packets'] : positionals;
known('benchmark', parts, PARTS);
if (!existsSync(new URL('../dist/index.js', import.meta.url))) leave(5, 'dist/ is missing: run `npm run build` first');

// Imported late, since they import the build.
const { PEERS } = await import('./peers/peer.mjs');
const { describeMachine, machine } = await import('./machine.mjs');
const reports = await import('./report.mjs');
const named = values.peers.split(',');
known(
  'peer',
  named,
  PEERS.map(({ name }) => name),
);
const peers = PEERS.filter(({ name }) => named.includes(name));

const result = { machine: machine(), priority: raisePriority() };
const say = (line) => process.stderr.write(`${line}\n`);
console.log(`${describeMachine(result.machine)}\n`);
if (parts.includes('packets')) {
  const { benchmarkPackets } = await import('./packets.mjs');
  result.packets = await benchmarkPackets(peers, values.quick ? QUICK : THOROUGH, say);
  console.log(reports.packets(result.packets));
}
if (parts.includes('startup')) {
  const { benchmarkStartup } = await import('./startup.mjs');
  result.startup = await benchmarkStartup(values.quick ? 2 : 15, say);
  console.log(reports.startup(result.startup));
}
if (parts.includes('size')) {
  const { measureSize } = await import('./size.mjs');
  result.size = await measureSize(say);
  console.log(reports.size(result.size));
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, undefined, 2)}\n`);

/** Asks for the highest priority, which only root gets: other work then disturbs less. */
function raisePriority() {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST);
    return 'highest';
  } catch {
    return 'normal';
  }
}

function known(kind, names, there) {
  const unknown = names.find((name) => !there.includes(name));
  if (unknown !== undefined) leave(2, `there is no ${kind} "${unknown}"; there are: ${there.join(', ')}`);
}

function leave(code, reason) {
  console.error(reason);
  process.exit(code);
}
