/**
 * Thrown by a resolver that is asked for something it has not read yet: analysis does no I/O, so it stops, the thing is
 * loaded, and analysis begins again. Names are often computed (`IDENTIFIER(:table)`), so nothing can know them all before.
 */
export class NotLoaded extends Error {
  readonly #load: () => Promise<void>;
  #place: (thrown: unknown) => unknown = (thrown) => thrown;

  constructor(what: string, load: () => Promise<void>) {
    super(`${what} is not loaded yet`);
    this.#load = load;
  }

  async load(): Promise<void> {
    try {
      await this.#load();
    } catch (error) {
      throw this.#place(error);
    }
  }

  /** Says where the statement asks for it, for errors of loading. */
  placed(place: (thrown: unknown) => unknown): this {
    this.#place = place;
    return this;
  }
}
