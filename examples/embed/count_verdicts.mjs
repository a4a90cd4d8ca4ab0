// What the four embedding examples share: an object, a capture and an engine in; verdict counts and a map out.
// Nothing here is of one runtime: it takes bytes, wherever they came from.

/**
 * @param {typeof import('beeswax')} beeswax
 * @param {Uint8Array} object a program that clang built for the kernel
 * @param {Uint8Array} capture a pcap or pcapng file
 * @param {import('beeswax').EngineOptions} [options]
 */
export async function countVerdicts({ Engine, readCapture }, object, capture, options = {}) {
  const engine = await Engine.create(options);
  try {
    const loaded = await engine.load(object);
    const program = loaded.program('packet_of_death');
    await program.ready();
    const verdicts = {};
    for await (const records of readCapture([capture])) {
      const packets = records.filter((record) => record.kind === 'packet');
      for (const { action } of program.runBatch(packets)) verdicts[action] = (verdicts[action] ?? 0) + 1;
    }
    const dropped = [...loaded.map('signatures')].map(([signature, { packets }]) => [signature, Number(packets)]);
    return { tier: program.tier, verdicts, dropped };
  } finally {
    engine.close();
  }
}
