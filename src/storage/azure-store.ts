import type { BlobItem, ContainerClient } from "@azure/storage-blob";
import { throwIfAborted } from "../core/cancellation.ts";
import { systemClock, type Clock } from "../core/clock.ts";
import { BoathouseError, unreachable } from "../core/errors.ts";
import { randomIds } from "../core/ids.ts";
import { containerClient, type AzureCredential } from "./azure-credential.ts";
import { azureError } from "./azure-errors.ts";
import { attempt, AzureFailure, type RequestSettings } from "./azure-requests.ts";
import type { AzureTarget } from "./azure-target.ts";
import { upload, WRITE_ID } from "./azure-upload.ts";
import { checkKey, checkPrefix, compareKeys } from "./key.ts";
import { inKeyOrder } from "./key-order.ts";
import type { ObjectContent, ObjectMeta, ObjectStore, ReadOptions, WriteOptions } from "./object-store.ts";

export interface AzureStoreOptions {
  readonly target: AzureTarget;
  readonly credential: AzureCredential;
  /** How the container is called in artefacts: `abfss://…`. */
  readonly url: string;
  readonly clock?: Clock;
  /** How often a request is tried again. 5 by default. */
  readonly retries?: number;
  /** Milliseconds for one attempt of a request, none of which moves more than a few megabytes. A minute by default. */
  readonly timeout?: number;
}

/**
 * A container of Azure Blob storage or ADLS Gen2 (whose directories a listing leaves out), through the Blob service.
 *
 * Every write carries an id in the object's metadata. When the answer to a write is lost, the next attempt would find
 * "somebody else's" object, or the last one says nothing: the id tells that it was this write that won. Where even that
 * cannot be found out, a conditional write throws `OBJECT_STATE_UNKNOWN`.
 */
export class AzureStore implements ObjectStore {
  readonly url: string;
  readonly #options: AzureStoreOptions;
  readonly #settings: RequestSettings;
  #client: Promise<ContainerClient> | undefined;

  constructor(options: AzureStoreOptions) {
    const { clock = systemClock, retries = 5, timeout = 60_000 } = options;
    this.url = options.url;
    this.#options = options;
    this.#settings = { clock, retries, timeout };
  }

  async *list(
    prefix: string,
    options: { readonly startAfter?: string; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<ObjectMeta> {
    checkPrefix(prefix, this.url);
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const { startAfter, signal } = options;
    let last: string | undefined;
    for await (const meta of inKeyOrder(this.#pages(prefix, signal), folder)) {
      if (last !== undefined && compareKeys(meta.key, last) <= 0) throw this.#unordered(last, meta.key);
      last = meta.key;
      if (startAfter === undefined || compareKeys(meta.key, startAfter) > 0) yield meta;
    }
  }

  async head(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<ObjectMeta | undefined> {
    checkKey(key, this.url);
    return (await this.#head(key, options.signal))?.meta;
  }

  async read(key: string, options: ReadOptions = {}): Promise<ObjectContent> {
    checkKey(key, this.url);
    const { offset = 0, length = Number.POSITIVE_INFINITY, ifMatch, signal } = options;
    if (offset < 0 || length < 0) return unreachable("A range cannot be negative.");
    const first =
      length === 0 ? undefined : await this.#range(key, { offset, length: Math.min(length, RANGE) }, options);
    if (first !== undefined) {
      const { meta, bytes } = first;
      const end = Math.min(meta.size, offset + length);
      return { meta, body: this.#body(meta, { bytes, offset, end }, signal) };
    }
    const found = await this.#head(key, signal);
    if (found === undefined) throw this.#notFound(key);
    if (ifMatch !== undefined && found.meta.etag !== ifMatch) throw this.#changed(key);
    return { meta: found.meta, body: nothing() };
  }

  async write(
    key: string,
    body: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions = {},
  ): Promise<ObjectMeta> {
    checkKey(key, this.url);
    const { ifNoneMatch, ifMatch, signal } = options;
    throwIfAborted(signal);
    const id = randomIds.uuid();
    const conditions = {
      ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
      ...(ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) }),
    };
    const blob = (await this.#container()).getBlockBlobClient(key);
    try {
      const { etag, lastModified, size } = await upload({
        blob,
        body,
        id,
        conditions,
        settings: this.#settings,
        signal,
      });
      return metaOf(key, { etag, lastModified, contentLength: size });
    } catch (error) {
      if (!(error instanceof AzureFailure)) throw error;
      return await this.#settle(key, id, options, error);
    }
  }

  async delete(key: string, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    checkKey(key, this.url);
    const blob = (await this.#container()).getBlobClient(key);
    try {
      await attempt(this.#settings, options.signal, (abortSignal) =>
        blob.delete({ deleteSnapshots: "include", abortSignal }),
      );
    } catch (error) {
      if (isMissing(error) || (error instanceof AzureFailure && error.code === "DirectoryIsNotEmpty")) return;
      throw azureError(error, `${this.url}/${key}`);
    }
  }

  #container(): Promise<ContainerClient> {
    if (this.#client === undefined) {
      this.#client = containerClient(this.#options.target, this.#options.credential);
      this.#client.catch(() => (this.#client = undefined));
    }
    return this.#client;
  }

  async *#pages(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<ObjectMeta> {
    const container = await this.#container();
    let continuationToken: string | undefined;
    do {
      const page = await this.#page(prefix, signal, async (abortSignal) => {
        const items = container.listBlobsFlat({
          // Only its metadata says of an entry that it is a directory.
          includeMetadata: true,
          abortSignal,
          ...(prefix === "" ? {} : { prefix }),
        });
        const pages = items.byPage({
          maxPageSize: PAGE,
          ...(continuationToken === undefined ? {} : { continuationToken }),
        });
        return (await pages.next()).value;
      });
      if (page === undefined) return;
      for (const item of page.segment.blobItems) {
        if (!isDirectory(item.metadata) && !isFolderMarker(item)) yield metaOf(item.name, item.properties);
      }
      continuationToken = page.continuationToken === "" ? undefined : page.continuationToken;
    } while (continuationToken !== undefined);
  }

  async #head(
    key: string,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly meta: ObjectMeta; readonly writeId: string | undefined } | undefined> {
    const blob = (await this.#container()).getBlobClient(key);
    try {
      const found = await attempt(this.#settings, signal, (abortSignal) => blob.getProperties({ abortSignal }));
      if (isDirectory(found.metadata)) return undefined;
      return { meta: metaOf(key, found), writeId: found.metadata?.[WRITE_ID] };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw azureError(error, `${this.url}/${key}`);
    }
  }

  /** Undefined when the object ends before the range. */
  async #range(
    key: string,
    range: { readonly offset: number; readonly length: number },
    { ifMatch, signal }: Pick<ReadOptions, "ifMatch" | "signal">,
  ): Promise<{ readonly meta: ObjectMeta; readonly bytes: Buffer } | undefined> {
    const blob = (await this.#container()).getBlobClient(key);
    try {
      return await attempt(this.#settings, signal, async (abortSignal) => {
        const answer = await blob.download(range.offset, range.length, {
          abortSignal,
          maxRetryRequests: 0,
          ...(ifMatch === undefined ? {} : { conditions: { ifMatch: quoted(ifMatch) } }),
        });
        const chunks: Buffer[] = [];
        for await (const chunk of answer.readableStreamBody ?? []) chunks.push(Buffer.from(chunk));
        const bytes = Buffer.concat(chunks);
        if (bytes.length !== answer.contentLength) throw brokenOff();
        if (isDirectory(answer.metadata)) throw this.#notFound(key);
        const { etag, lastModified, contentRange = "" } = answer;
        const contentLength = Number(/\/(\d+)$/.exec(contentRange)?.[1] ?? bytes.length);
        return { meta: metaOf(key, { etag, lastModified, contentLength }), bytes };
      });
    } catch (error) {
      if (error instanceof AzureFailure && error.status === 416) return undefined;
      if (error instanceof AzureFailure && error.status === 412) throw this.#changed(key);
      throw azureError(error, `${this.url}/${key}`);
    }
  }

  /** The first bytes are there; the rest comes in ranges of the same object, the next ones while one is used. */
  async *#body(
    meta: ObjectMeta,
    first: { readonly bytes: Buffer; readonly offset: number; readonly end: number },
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array> {
    const ahead: Promise<Buffer>[] = [];
    let position = first.offset + first.bytes.length;
    const request = (): void => {
      const length = Math.min(RANGE, first.end - position);
      const bytes = this.#range(meta.key, { offset: position, length }, { ifMatch: meta.etag, ...withSignal(signal) });
      const whole = bytes.then((found) => {
        if (found?.bytes.length !== length) throw this.#changed(meta.key);
        return found.bytes;
      });
      whole.catch(() => undefined);
      ahead.push(whole);
      position += length;
    };
    yield* pieces(first.bytes, signal);
    for (;;) {
      while (ahead.length < AHEAD && position < first.end) request();
      const next = ahead.shift();
      if (next === undefined) break;
      yield* pieces(await next, signal);
    }
  }

  /** Finds out what became of a write that was not acknowledged. */
  async #settle(key: string, id: string, options: WriteOptions, failure: AzureFailure): Promise<ObjectMeta> {
    const isRefused = REFUSED.has(failure.status ?? 0) && failure.code !== "LeaseIdMissing";
    const isConditional = options.ifNoneMatch !== undefined || options.ifMatch !== undefined;
    if (failure.uncertain) {
      const found = await this.#head(key, undefined).catch((cause: unknown) => {
        throw isConditional ? this.#unknown(key, cause) : cause;
      });
      if (found?.writeId === id) return found.meta;
      if (isConditional && !isRefused) throw this.#unknown(key, failure);
    }
    // Blocks are gone when another upload of the name was committed meanwhile.
    if (options.ifNoneMatch !== undefined && (isRefused || failure.code === "InvalidBlockList")) {
      throw new BoathouseError("OBJECT_EXISTS", `${this.url}/${key} exists already.`, { cause: failure });
    }
    if (failure.status === 412 || failure.code === "InvalidBlockList") throw this.#changed(key);
    if (options.ifMatch !== undefined && isMissing(failure)) throw this.#changed(key);
    throw azureError(failure, `${this.url}/${key}`);
  }

  /** Undefined where the folder is missing: a hierarchical namespace may say so. */
  async #page<T>(
    key: string,
    signal: AbortSignal | undefined,
    send: (signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await attempt(this.#settings, signal, send);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw azureError(error, `${this.url}/${key}`);
    }
  }

  #notFound(key: string): BoathouseError {
    return new BoathouseError("OBJECT_NOT_FOUND", `There is no object ${this.url}/${key}.`);
  }

  #changed(key: string): BoathouseError {
    return new BoathouseError("OBJECT_CHANGED", `${this.url}/${key} has been changed by somebody else.`);
  }

  #unknown(key: string, cause: unknown): BoathouseError {
    return new BoathouseError("OBJECT_STATE_UNKNOWN", `Whether ${this.url}/${key} was written is not known.`, {
      cause,
      hint: "Look whether it is there once the storage can be reached.",
    });
  }

  #unordered(before: string, after: string): BoathouseError {
    return new BoathouseError(
      "STORE_UNAVAILABLE",
      `${this.url} lists ${after} after ${before}, which is out of order.`,
    );
  }
}

/** Objects of a page of a listing, at most: what the service allows. */
const PAGE = 5000;
/** Bytes of one request for a part of an object. */
const RANGE = 4 << 20;
/** So many of them are on their way at once. */
const AHEAD = 3;
/** Bytes that are handed over at once. */
const PIECE = 1 << 20;

/** Statuses of a conditional write that did not take effect. */
const REFUSED: ReadonlySet<number> = new Set([409, 412]);

interface BlobProperties {
  readonly etag?: string | undefined;
  readonly lastModified?: Date | undefined;
  readonly contentLength?: number | undefined;
}

function metaOf(key: string, { etag = "", lastModified, contentLength = 0 }: BlobProperties): ObjectMeta {
  // Headers quote it, listings do not.
  return { key, size: contentLength, etag: etag.replace(/^"|"$/g, ""), lastModified: lastModified?.getTime() ?? 0 };
}

function quoted(etag: string): string {
  return `"${etag}"`;
}

function isDirectory(metadata: Readonly<Record<string, string>> | undefined): boolean {
  return metadata?.["hdi_isfolder"]?.toLowerCase() === "true";
}

/** What some tools leave where a folder is to be seen. */
function isFolderMarker({ name, properties }: BlobItem): boolean {
  return name.endsWith("/") && properties.contentLength === 0;
}

function isMissing(error: unknown): boolean {
  return error instanceof AzureFailure && error.status === 404 && !/Container|Filesystem/.test(error.code ?? "");
}

function brokenOff(): Error {
  return Object.assign(new Error("the answer broke off"), { code: "ECONNRESET" });
}

function withSignal(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

async function* pieces(bytes: Buffer, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += PIECE) {
    throwIfAborted(signal);
    yield await Promise.resolve(bytes.subarray(start, start + PIECE));
  }
  throwIfAborted(signal);
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // No bytes.
}
