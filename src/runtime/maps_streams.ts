/** The open streams of a map, which are told when it closes. */
export class Streams {
  readonly #open = new Set<{ close(): void }>();

  add<S extends { close(): void }>(stream: S): S {
    this.#open.add(stream);
    return stream;
  }

  remove(stream: { close(): void }): void {
    this.#open.delete(stream);
  }

  close(): void {
    for (const stream of this.#open) stream.close();
    this.#open.clear();
  }
}
