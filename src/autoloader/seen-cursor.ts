import type { Connection, ResultStream } from "../duckdb/connection.ts";
import type { ColumnBatch, Value } from "../core/value.ts";
import { compareKeys } from "../storage/key.ts";
import { seenSql } from "./log-format.ts";

/** Goes through the compacted log in the order of keys, beside a listing that goes the same way. */
export class SeenCursor {
  readonly #connection: Connection;
  readonly #path: string;
  #stream: ResultStream | undefined;
  #batches: AsyncIterator<ColumnBatch> | undefined;
  #keys: readonly Value[] = [];
  #etags: readonly Value[] = [];
  #at = 0;
  #ended = false;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** The etag that a file had when it was last seen. Keys must be asked for in ascending order. */
  async etagOf(key: string): Promise<string | undefined> {
    let found: string | undefined;
    for (;;) {
      for (; this.#at < this.#keys.length; this.#at += 1) {
        const order = compareKeys(textOf(this.#keys[this.#at]), key);
        if (order > 0) return found;
        if (order === 0) found = textOf(this.#etags[this.#at]);
      }
      if (this.#ended) return found;
      await this.#load();
    }
  }

  async close(): Promise<void> {
    await this.#batches?.return?.(undefined);
    this.#stream?.close();
  }

  async #load(): Promise<void> {
    if (this.#batches === undefined) {
      this.#stream = await this.#connection.stream(`SELECT key, etag FROM ${seenSql(this.#path)} ORDER BY key, batch`);
      this.#batches = this.#stream.batches[Symbol.asyncIterator]();
    }
    const step = await this.#batches.next();
    this.#ended = step.done === true;
    this.#keys = step.done === true ? [] : (step.value.columns[0] ?? []);
    this.#etags = step.done === true ? [] : (step.value.columns[1] ?? []);
    this.#at = 0;
  }
}

function textOf(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
