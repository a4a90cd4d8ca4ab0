/** Where bytes of a capture come from: web streams, async and plain iterables of chunks, or all bytes at once. */

export type CaptureSource = Uint8Array | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The chunks of a source. A web stream is cancelled when the loop over it is left early. */
export async function* chunksOf(source: CaptureSource): AsyncGenerator<Uint8Array, void, undefined> {
  if (source instanceof Uint8Array) {
    yield source;
  } else if ('getReader' in source) {
    yield* chunksOfStream(source);
  } else {
    yield* source;
  }
}

/** Not every browser can iterate a web stream, so that it is read by hand. */
async function* chunksOfStream(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        ended = true;
        return;
      }
      yield value;
    }
  } catch (thrown) {
    ended = true;
    throw thrown;
  } finally {
    if (!ended) await reader.cancel();
    reader.releaseLock();
  }
}

/** A web stream over an iterator of chunks, which pulls one chunk at a time. */
export function streamOf(chunks: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return();
    },
  });
}
