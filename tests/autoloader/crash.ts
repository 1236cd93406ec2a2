import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { openSource, type AutoLoaderSource } from "../../src/autoloader/source.ts";
import { isBoathouseError } from "../../src/core/errors.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { FaultyStore, type Fault } from "../../src/storage/faulty-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { Storage, type ResolvedObject } from "../../src/storage/storage.ts";
import type { Location } from "../../src/storage/url.ts";

/** Storage that breaks at a chosen operation, counted over all its stores. */
class FaultyStorage extends Storage {
  readonly #fault: Fault;
  readonly #stores = new Map<ObjectStore, FaultyStore>();

  constructor(root: string, fault: Fault) {
    super({ root });
    this.#fault = fault;
  }

  override at(location: Location): ResolvedObject {
    const resolved = super.at(location);
    let store = this.#stores.get(resolved.store);
    if (store === undefined) {
      store = new FaultyStore(resolved.store, this.#fault);
      this.#stores.set(resolved.store, store);
    }
    return { ...resolved, store };
  }
}

/** What a Delta table does for a stream: a transaction's version lands once. */
class Target {
  readonly versions = new Map<number, readonly unknown[]>();

  commit(version: number, rows: readonly unknown[]): void {
    if (!this.versions.has(version)) this.versions.set(version, rows);
  }

  get ids(): unknown[] {
    return [...this.versions].toSorted(([a], [b]) => a - b).flatMap(([, rows]) => rows);
  }
}

let database: DuckDb;
let connection: Connection;
let template: string;

beforeAll(async () => {
  database = await DuckDb.open({ threads: 1 });
  connection = await database.connect();
  template = await mkdtemp(join(tmpdir(), "boathouse-crash-"));
  const folder = join(template, "storage/lake/raw/in");
  await mkdir(folder, { recursive: true });
  // More batches than the log keeps apart, and one that changes the schema.
  for (let index = 0; index < 13; index += 1) {
    const extra = index === 7;
    await writeFile(
      join(folder, `f${String(index).padStart(2, "0")}.csv`),
      extra ? `id,extra\n${index},x\n` : `id\n${index}\n`,
    );
  }
});
afterAll(async () => {
  await database.close();
  await rm(template, { recursive: true, force: true });
});

function open(storage: Storage, root: string): Promise<AutoLoaderSource> {
  return openSource({
    connection,
    storage,
    url: "abfss://raw@lake.dfs.core.windows.net/in",
    options: { format: "csv", maxFilesPerTrigger: "1" },
    checkpoint: "abfss://raw@lake.dfs.core.windows.net/_checkpoint",
    staging: join(root, "staging"),
  });
}

/** Runs to the end, restarting where the schema has grown. Batches that the target has already are written again, in vain. */
async function run(storage: Storage, root: string, target: Target): Promise<void> {
  for (;;) {
    try {
      const source = await open(storage, root);
      let start = source.committed;
      for (let end = await source.next(start); end !== undefined; end = await source.next(start)) {
        const { sql, verify } = await source.relation({ start, end });
        const rows = await connection.rows(`SELECT id FROM (${sql})`);
        await verify();
        target.commit(
          end.batch,
          rows.map((row) => row["id"]),
        );
        await source.commit(end);
        start = end;
      }
      return;
    } catch (error) {
      if (!isBoathouseError(error, "UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE")) throw error;
    }
  }
}

async function crashAt(fault: Fault): Promise<{ crashed: boolean; target: Target }> {
  const root = await mkdtemp(join(tmpdir(), "boathouse-crash-run-"));
  try {
    await cp(template, root, { recursive: true, preserveTimestamps: true });
    const target = new Target();
    let crashed = false;
    try {
      await run(new FaultyStorage(root, fault), root, target);
    } catch {
      crashed = true;
    }
    await run(new Storage({ root }), root, target);
    return { crashed, target };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const EXPECTED = Array.from({ length: 13 }, (_, index) => index);

/** Kills a stream at every `step`-th operation from the first one on, until one run is over before it is killed. */
export async function killEverywhere(when: "before" | "after", step: number): Promise<void> {
  // Writes and deletions are what leaves something half done.
  for (let at = 1; ; at += step) {
    const { crashed, target } = await crashAt({ at, kind: "crash", when, operations: ["write", "delete"] });
    expect({ at, ids: target.ids }).toEqual({ at, ids: EXPECTED });
    if (!crashed) return;
  }
}
