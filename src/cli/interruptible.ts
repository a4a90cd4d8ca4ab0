/** Chunks that end when a signal aborts, even while the source waits for more: a terminal's Ctrl-C on a live stream. */
export async function* interruptible(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const aborted = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  let waiting = false;
  try {
    for (;;) {
      waiting = true;
      const next = await Promise.race([iterator.next(), aborted]);
      if (next === undefined) return;
      waiting = false;
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A source that waits may answer never; closing it is all that is left to do.
    const closed = iterator.return?.();
    if (!waiting) await closed;
  }
}
