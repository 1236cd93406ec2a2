/** What a listing or a `head` says of an object. */
export interface ObjectMeta {
  /** The name below the store's root, with `/` between its parts and none in front; not percent-encoded. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Changes whenever the content does. Opaque: compare for equality only. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
}

export interface ReadOptions {
  readonly offset?: number;
  readonly length?: number;
  /** Fails with `OBJECT_CHANGED` when the object no longer has this etag, also while it is being read. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  /** Only when nothing has that name yet; otherwise `OBJECT_EXISTS`. */
  readonly ifNoneMatch?: "*";
  /** Only over the object with this etag; otherwise `OBJECT_CHANGED`. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
}

/**
 * Objects by name, as cloud storage has them: no rename, no partial write. A write is seen whole or not at all, also
 * after a crash, and a listing sees every write that returned before it began.
 *
 * Errors (codes of `BoathouseError`): `OBJECT_NOT_FOUND`, `OBJECT_EXISTS`, `OBJECT_CHANGED`, `STORE_READ_ONLY`,
 * `STORE_FULL`, `STORE_NOT_FOUND` (the container itself), `STORE_UNAVAILABLE`, `STORE_FORBIDDEN`, `OBJECT_TRUNCATED`, and
 * `OBJECT_STATE_UNKNOWN` for a conditional write of which nobody can say whether it took effect.
 */
export interface ObjectStore {
  /** The URL of the root, without a slash at the end: `abfss://raw@account.dfs.core.windows.net`, `file:///data`. */
  readonly url: string;
  /** Everything whose key starts with `prefix`, in ascending order of the key's UTF-8 bytes. */
  list(
    prefix: string,
    options?: { readonly startAfter?: string; readonly signal?: AbortSignal },
  ): AsyncIterable<ObjectMeta>;
  head(key: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectMeta | undefined>;
  read(key: string, options?: ReadOptions): Promise<ObjectContent>;
  write(key: string, body: Uint8Array | AsyncIterable<Uint8Array>, options?: WriteOptions): Promise<ObjectMeta>;
  /** Deleting what is not there is no error. */
  delete(key: string, options?: { readonly signal?: AbortSignal }): Promise<void>;
  /** The absolute path where the object is (or would be) a file of this machine. Stores that are remote have none. */
  localPath?(key: string): string;
}

export interface ObjectContent {
  readonly meta: ObjectMeta;
  readonly body: AsyncIterable<Uint8Array>;
}
