/**
 * Thrown by a resolver that is asked for something it has not read yet: analysis does no I/O, so it stops, the thing is
 * loaded, and analysis begins again. Names are often computed (`IDENTIFIER(:table)`), so nothing can know them all before.
 */
export class NotLoaded extends Error {
  readonly load: () => Promise<void>;

  constructor(what: string, load: () => Promise<void>) {
    super(`${what} is not loaded yet`);
    this.load = load;
  }
}

/** Runs a synchronous analysis until nothing is left to load. */
export async function withLoading<T>(analysis: () => T): Promise<T> {
  for (;;) {
    try {
      return analysis();
    } catch (error) {
      if (!(error instanceof NotLoaded)) throw error;
      await error.load();
    }
  }
}
