// Measures the modes of sessions side by side: benchmark.js samples each in turn, in several rounds, so that what
// disturbs the machine disturbs all of them.
import Benchmark from 'benchmark';

/**
 * @typedef {{ ns: number, median: number, samples: number }} Measurement nanoseconds a run: the tenth percentile,
 *   which other work on the machine hardly moves, and the median, which shows whether there was such work
 *
 * @typedef {{ warmUp: number, rounds: number, seconds: number }} Effort milliseconds before, rounds, and how long each
 *   benchmark takes in each of them
 */

/** A sample, in seconds: short, so that many of them are undisturbed. */
const SAMPLE = 0.004;

/**
 * @param {Map<string, import('./peers/peer.mjs').Mode>} modes by name
 * @param {Effort} effort
 * @returns {Promise<Map<string, Measurement>>}
 */
export async function measure(modes, { warmUp, rounds, seconds }) {
  const samples = new Map([...modes.keys()].map((name) => [name, []]));
  for (const mode of modes.values()) await warm(mode, warmUp);
  for (let round = 0; round < rounds; round++) await runSuite(modes, seconds, samples);
  return new Map([...samples].map(([name, values]) => [name, summary(values)]));
}

/** V8 takes optimised code into use between two turns of the event loop, so that this needs many of them. */
async function warm(mode, milliseconds) {
  const end = performance.now() + milliseconds;
  do {
    await mode.call();
    await new Promise((resolve) => setImmediate(resolve));
  } while (performance.now() < end);
}

function runSuite(modes, seconds, samples) {
  return new Promise((resolve, reject) => {
    const suite = new Benchmark.Suite();
    for (const [name, mode] of modes) {
      const own = mode.measured;
      suite.add(name, {
        async: true,
        defer: own !== undefined,
        delay: 0.001,
        initCount: 1,
        minSamples: own === undefined ? 5 : 2,
        minTime: SAMPLE,
        maxTime: seconds,
        fn: own === undefined ? () => mode.call() : (deferred) => void timedByPeer(mode, samples.get(name), deferred),
        onError: ({ target }) => reject(target.error),
        onComplete({ target }) {
          if (own === undefined) samples.get(name).push(...target.stats.sample.map((s) => (s * 1e9) / mode.runs));
        },
      });
    }
    suite.on('complete', () => resolve(undefined));
    suite.run({ async: true });
  });
}

async function timedByPeer(mode, samples, deferred) {
  await mode.call();
  samples.push(mode.measured());
  deferred.resolve();
}

function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (fraction) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))];
  return { ns: at(0.1), median: at(0.5), samples: sorted.length };
}
