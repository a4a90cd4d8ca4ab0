// The benchmark of starting up: fresh processes, each back end in turn, medians.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const TIERS = ['interp', 'auto', 'jit'];
const CHILD = fileURLToPath(new URL('startup_child.mjs', import.meta.url));

/**
 * @param {number} processes how many of each back end
 * @param {(line: string) => void} say progress
 * @returns {Promise<{ processes: number, medians: Record<string, Record<string, number>> }>} milliseconds
 */
export async function benchmarkStartup(processes, say) {
  const runs = new Map(TIERS.map((tier) => [tier, []]));
  for (let i = 0; i < processes; i++) {
    say(`start-up: processes ${i + 1} of ${processes}`);
    for (const tier of TIERS) runs.get(tier).push(child(tier));
  }
  const medians = {};
  for (const [tier, times] of runs) {
    medians[tier] = {};
    for (const name of Object.keys(times[0])) medians[tier][name] = median(times.map((time) => time[name]));
  }
  return { processes, medians };
}

function child(tier) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHILD, tier], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the process for ${tier} failed: ${stderr}`);
  return JSON.parse(stdout);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
