import { throwIfAborted } from "../core/cancellation.ts";
import type { Clock } from "../core/clock.ts";
import { BoathouseError, messageOf } from "../core/errors.ts";

export interface HttpSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly retries: number;
  readonly timeout: number;
  readonly clock: Clock;
}

/** Requests that are tried again when the failure may pass: 408, 429, 5xx but 501, no or a broken connection, silence. */
export class HttpRequests {
  readonly settings: HttpSettings;
  readonly #watches = new WeakMap<Response, Watch>();

  constructor(settings: HttpSettings) {
    this.settings = settings;
  }

  /** The first answer that is not to be tried again. Throws `STORE_UNAVAILABLE` when the attempts are used up. */
  async send(
    method: "GET" | "HEAD",
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Response> {
    for (let attempt = 0; ; attempt += 1) {
      throwIfAborted(signal);
      const last = attempt >= this.settings.retries;
      const outcome = await this.#once(method, url, headers, signal);
      if (outcome instanceof Response) {
        if (!isTransient(outcome.status)) return outcome;
        await outcome.body?.cancel();
        if (last) throw unavailable(url, `HTTP status ${outcome.status}`, attempt + 1, undefined);
        await this.pause(attempt, outcome.headers.get("retry-after"), signal);
      } else {
        throwIfAborted(signal);
        if (last) throw unavailable(url, reasonOf(outcome.error), attempt + 1, outcome.error);
        await this.pause(attempt, null, signal);
      }
    }
  }

  /** The bytes of an answer; fails when the server stays silent for too long. */
  async *body(response: Response, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const watch = this.#watches.get(response);
    if (response.body === null) return;
    const reader = response.body.getReader();
    try {
      for (;;) {
        throwIfAborted(signal);
        const { done, value } = await (watch === undefined ? reader.read() : watch.over(() => reader.read()));
        if (done) return;
        yield value;
      }
    } finally {
      watch?.end();
      await reader.cancel().catch(() => undefined);
    }
  }

  /** Waits before the next attempt: as long as the server says, otherwise a random part of a doubling time. */
  async pause(attempt: number, retryAfter: string | null | undefined, signal: AbortSignal | undefined): Promise<void> {
    const backoff = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** attempt) * (0.5 + Math.random() / 2);
    const asked = retryAfterMillis(retryAfter ?? undefined, this.settings.clock.now());
    await this.settings.clock.sleep(asked === undefined ? backoff : Math.min(asked, LONGEST_WAIT), signal);
  }

  async #once(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<Response | { readonly error: unknown }> {
    const watch = new Watch(this.settings.timeout, signal);
    try {
      // Without identity the length and the ranges would be those of a compressed form.
      const all = { "accept-encoding": "identity", ...this.settings.headers, ...headers };
      const response = await watch.over(() => fetch(url, { method, headers: all, signal: watch.signal }));
      this.#watches.set(response, watch);
      return response;
    } catch (error) {
      watch.end();
      return { error };
    }
  }
}

/** Aborts a request when one of its steps takes too long, or when the caller's signal does. */
class Watch {
  readonly #controller = new AbortController();
  readonly #timeout: number;
  readonly #caller: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#controller.abort();

  constructor(timeout: number, caller: AbortSignal | undefined) {
    this.#timeout = timeout;
    this.#caller = caller;
    caller?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  async over<T>(step: () => Promise<T>): Promise<T> {
    const silence = new Error(`no answer for ${this.#timeout} ms`);
    const timer = setTimeout(() => this.#controller.abort(silence), this.#timeout);
    try {
      return await step();
    } finally {
      clearTimeout(timer);
    }
  }

  end(): void {
    this.#caller?.removeEventListener("abort", this.#onAbort);
  }
}

const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 10_000;
const LONGEST_WAIT = 60_000;

function isTransient(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/** `Retry-After`: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterMillis(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function unavailable(url: string, why: string, attempts: number, cause: unknown): BoathouseError {
  const place = url.replace(/\?.*$/, "");
  const tries = attempts === 1 ? "" : ` after ${attempts} attempts`;
  return new BoathouseError("STORE_UNAVAILABLE", `${place} cannot be reached${tries}: ${why}.`, {
    cause,
    details: { attempts },
  });
}

/** `fetch` only says "fetch failed"; what it was stands in its cause. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined
    ? messageOf(error.cause) || error.message
    : messageOf(error);
}
