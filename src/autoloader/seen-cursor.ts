import type { Connection, ResultStream } from "../duckdb/connection.ts";
import { compareKeys } from "../storage/key.ts";
import { seenSql } from "./log-format.ts";

/** Goes through the compacted log in the order of keys, beside a listing that goes the same way. */
export class SeenCursor {
  readonly #connection: Connection;
  readonly #path: string;
  #stream: ResultStream | undefined;
  #rows: AsyncGenerator<{ key: string; etag: string }> | undefined;
  #next: { key: string; etag: string } | undefined;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** The etag that a file had when it was last seen. Keys must be asked for in ascending order. */
  async etagOf(key: string): Promise<string | undefined> {
    if (this.#rows === undefined) {
      this.#stream = await this.#connection.stream(`SELECT key, etag FROM ${seenSql(this.#path)} ORDER BY key, batch`);
      this.#rows = rowsOf(this.#stream);
      await this.#advance();
    }
    let found: string | undefined;
    while (this.#next !== undefined && compareKeys(this.#next.key, key) <= 0) {
      if (this.#next.key === key) found = this.#next.etag;
      await this.#advance();
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#rows?.return(undefined);
    this.#stream?.close();
  }

  async #advance(): Promise<void> {
    const step = await this.#rows?.next();
    this.#next = step === undefined || step.done === true ? undefined : step.value;
  }
}

async function* rowsOf(stream: ResultStream): AsyncGenerator<{ key: string; etag: string }> {
  for await (const { rowCount, columns } of stream.batches) {
    for (let row = 0; row < rowCount; row += 1) {
      const [key, etag] = [columns[0]?.[row], columns[1]?.[row]];
      if (typeof key === "string" && typeof etag === "string") yield { key, etag };
    }
  }
}
