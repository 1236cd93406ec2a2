import { BoathouseError } from "./errors.ts";

/** What a cancelled piece of work rejects with. */
export function cancelled(reason = "cancelled"): BoathouseError {
  return new BoathouseError("CANCELLED", reason, { kind: "interrupted" });
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw reasonOf(signal);
}

/** Runs `start`, which calls `done` later and returns its own clean-up; rejects when the signal aborts first. */
export function abortable(signal: AbortSignal | undefined, start: (done: () => void) => () => void): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(reasonOf(signal));
      return;
    }
    const stop = start(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    });
    const onAbort = (): void => {
      stop();
      reject(signal === undefined ? cancelled() : reasonOf(signal));
    };
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof BoathouseError) return reason;
  return cancelled(reason instanceof Error && reason.name !== "AbortError" ? reason.message : "cancelled");
}
