import { NotLoaded } from "../../sql/not-loaded.ts";

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
