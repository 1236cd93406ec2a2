import { throwIfAborted } from "../core/cancellation.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { BoathouseError, unreachable } from "../core/errors.ts";
import { checkKey } from "./key.ts";
import { httpMeta, sameEtag, totalOf } from "./http-meta.ts";
import { HttpRequests, type HttpSettings } from "./http-requests.ts";
import type { ObjectContent, ObjectMeta, ObjectStore, ReadOptions } from "./object-store.ts";

export interface HttpStoreOptions {
  /** Sent with every request: `Authorization`, for instance. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Appended to every URL, without `?`: a shared access signature, for instance. */
  readonly query?: string;
  /** How often a request is tried again after 408, 429, 5xx or a broken connection. 4 by default. */
  readonly retries?: number;
  /** How long a server may stay silent, in milliseconds. 30,000 by default. */
  readonly timeout?: number;
  readonly clock?: Clock;
  /** Where requests go when another server stands for this one; objects keep the names of this one. */
  readonly endpoint?: string;
}

/**
 * What a web server has, read-only. `size` is -1 where the server does not say; the etag is the server's, or its
 * `Last-Modified` and size, or one that equals no other where it gives neither.
 *
 * A body that ends before its announced length is asked for again from there on (`Range` and `If-Match`) where the
 * server has a strong etag; otherwise the read fails with `OBJECT_TRUNCATED`. With `ifMatch` the server is asked once
 * more at the end, and the last bytes are only given when the object is still the same.
 */
export class HttpStore implements ObjectStore {
  readonly url: string;
  readonly #endpoint: string;
  readonly #query: string;
  readonly #requests: HttpRequests;

  constructor(url: string, options: HttpStoreOptions = {}) {
    this.url = url.replace(/\/+$/, "");
    this.#endpoint = (options.endpoint ?? this.url).replace(/\/+$/, "");
    this.#query = options.query === undefined || options.query === "" ? "" : `?${options.query}`;
    const settings: HttpSettings = {
      headers: options.headers ?? {},
      retries: options.retries ?? 4,
      timeout: options.timeout ?? 30_000,
      clock: options.clock ?? systemClock,
    };
    this.#requests = new HttpRequests(settings);
  }

  // oxlint-disable-next-line require-yield
  async *list(prefix: string): AsyncGenerator<ObjectMeta> {
    await Promise.resolve();
    throw new BoathouseError(
      "UNSUPPORTED_STORE_OPERATION",
      `${this.url}/${prefix} cannot be listed: HTTP has no listing.`,
      {
        hint: "Name the files one by one, or take the list from a manifest.",
      },
    );
  }

  async head(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<ObjectMeta | undefined> {
    const url = this.#urlOf(key);
    const response = await this.#requests.send("HEAD", url, {}, options.signal);
    if (response.status === 404 || response.status === 410) return undefined;
    if (response.ok) return httpMeta(key, response.headers);
    if (response.status !== 405 && response.status !== 501) throw this.#failure(key, response);
    const first = await this.#requests.send("GET", url, { range: "bytes=0-0" }, options.signal);
    await first.body?.cancel();
    if (first.status === 404 || first.status === 410) return undefined;
    if (!first.ok && first.status !== 416) throw this.#failure(key, first);
    const meta = httpMeta(key, first.headers);
    return first.status === 200 ? meta : { ...meta, size: totalOf(first.headers) ?? -1 };
  }

  async read(key: string, options: ReadOptions = {}): Promise<ObjectContent> {
    const { offset = 0, length, ifMatch, signal } = options;
    if (offset < 0 || (length !== undefined && length < 0)) return unreachable("A range cannot be negative.");
    if (length === 0) return this.#nothing(key, options);
    const ranged = offset > 0 || length !== undefined;
    const range = ranged ? { range: `bytes=${offset}-${length === undefined ? "" : offset + length - 1}` } : {};
    const response = await this.#requests.send("GET", this.#urlOf(key), { ...range, ...strong(ifMatch) }, signal);
    if (response.status === 416) {
      await response.body?.cancel();
      return this.#nothing(key, options);
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw this.#failure(key, response);
    }
    const partial = response.status === 206;
    const whole = httpMeta(key, response.headers);
    const meta = partial ? { ...whole, size: totalOf(response.headers) ?? -1 } : whole;
    if (ifMatch !== undefined && !sameEtag(meta.etag, ifMatch)) {
      await response.body?.cancel();
      throw this.#changed(key);
    }
    const end = endOf(meta.size, offset, length);
    // A server may ignore the range and send everything.
    const start = partial ? offset : 0;
    return { meta, body: this.#body(key, meta, response, { start, offset, end }, options) };
  }

  async write(): Promise<ObjectMeta> {
    return Promise.reject(this.#readOnly());
  }

  async delete(): Promise<void> {
    return Promise.reject(this.#readOnly());
  }

  /** Bytes `offset` to `end` of the object, from a response that begins at `start`; continues it when it breaks off. */
  async *#body(
    key: string,
    meta: ObjectMeta,
    first: Response,
    span: Span,
    options: ReadOptions,
  ): AsyncGenerator<Uint8Array> {
    let response = first;
    let position = span.start;
    let held: Uint8Array | undefined;
    for (let attempt = 0; ; attempt += 1) {
      let broken: unknown;
      try {
        for await (const chunk of this.#requests.body(response, options.signal)) {
          const from = Math.max(0, span.offset - position);
          const to = Math.min(chunk.length, span.end - position);
          position += chunk.length;
          if (from >= to) continue;
          // One chunk is held back: the last one is given only when the read is known to be good.
          if (held !== undefined) yield held;
          held = chunk.subarray(from, to);
          attempt = 0;
          if (position >= span.end) break;
        }
      } catch (error) {
        throwIfAborted(options.signal);
        broken = error;
      }
      if (position >= span.end || (broken === undefined && meta.size < 0)) break;
      const resumed = await this.#resume(key, meta, position, attempt, options);
      if (resumed === undefined) throw this.#truncated(key, position - span.start, span.end - span.start, broken);
      response = resumed;
    }
    if (options.ifMatch !== undefined) {
      const now = await this.head(key, options.signal === undefined ? {} : { signal: options.signal });
      if (now === undefined || !sameEtag(now.etag, options.ifMatch)) throw this.#changed(key);
    }
    if (held !== undefined) yield held;
  }

  async #resume(
    key: string,
    meta: ObjectMeta,
    position: number,
    attempt: number,
    options: ReadOptions,
  ): Promise<Response | undefined> {
    const match = strong(meta.etag);
    if (match["if-match"] === undefined || attempt >= this.#requests.settings.retries) return undefined;
    await this.#requests.pause(attempt, undefined, options.signal);
    const headers = { ...match, range: `bytes=${position}-` };
    const response = await this.#requests.send("GET", this.#urlOf(key), headers, options.signal);
    if (response.status === 206 && sameEtag(httpMeta(key, response.headers).etag, meta.etag)) return response;
    await response.body?.cancel();
    if (response.status === 404 || response.status === 412 || response.status === 206) throw this.#changed(key);
    return undefined;
  }

  /** An empty range, or one behind the end. */
  async #nothing(key: string, options: ReadOptions): Promise<ObjectContent> {
    const meta = await this.head(key, options.signal === undefined ? {} : { signal: options.signal });
    if (meta === undefined) throw this.#notFound(key);
    if (options.ifMatch !== undefined && !sameEtag(meta.etag, options.ifMatch)) throw this.#changed(key);
    return { meta, body: nothing() };
  }

  #urlOf(key: string): string {
    const path = checkKey(key, this.url).split("/").map(encodeURIComponent).join("/");
    return `${this.#endpoint}/${path}${this.#query}`;
  }

  #failure(key: string, response: Response): BoathouseError {
    const { status } = response;
    if (status === 404 || status === 410) return this.#notFound(key);
    if (status === 412) return this.#changed(key);
    const details = { status };
    if (status === 401 || status === 403) {
      return new BoathouseError("STORE_FORBIDDEN", `${this.url}/${key} was refused with HTTP status ${status}.`, {
        details,
        hint: "Check the credentials of the linked service.",
      });
    }
    return new BoathouseError("STORE_UNAVAILABLE", `${this.url}/${key} was answered with HTTP status ${status}.`, {
      details,
    });
  }

  #notFound(key: string): BoathouseError {
    return new BoathouseError("OBJECT_NOT_FOUND", `There is no object ${this.url}/${key}.`);
  }

  #changed(key: string): BoathouseError {
    return new BoathouseError("OBJECT_CHANGED", `${this.url}/${key} has changed while it was read.`, {
      hint: "Run again: the new content is then read from its beginning.",
    });
  }

  #truncated(key: string, received: number, expected: number, cause: unknown): BoathouseError {
    const size = expected === Infinity ? "" : ` of ${expected}`;
    return new BoathouseError("OBJECT_TRUNCATED", `${this.url}/${key} broke off after ${received}${size} bytes.`, {
      cause,
      details: { received, ...(expected === Infinity ? {} : { expected }) },
      hint: "Run again; nothing of a broken download is kept.",
    });
  }

  #readOnly(): BoathouseError {
    return new BoathouseError("STORE_READ_ONLY", `${this.url} can only be read.`);
  }
}

/** Of the object, the response begins at `start`; `offset` to `end` (exclusive) are wanted. */
interface Span {
  readonly start: number;
  readonly offset: number;
  readonly end: number;
}

function endOf(size: number, offset: number, length: number | undefined): number {
  const whole = size < 0 ? Infinity : size;
  return length === undefined ? whole : Math.min(whole, offset + length);
}

/** `If-Match` compares strongly, so a weak etag would never match. */
function strong(etag: string | undefined): { "if-match"?: string } {
  return etag !== undefined && /^"[^"]*"$/.test(etag) ? { "if-match": etag } : {};
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No bytes.
}
