import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { field, INT, STRING, struct, VARIANT } from "../../src/core/data-type.ts";
import { COMMIT_STATE_UNKNOWN } from "../../src/delta/write/commit.ts";
import { overwrite } from "../../src/delta/write/overwrite.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";
import { DeltaTable } from "../../src/delta/table.ts";
import { listAll } from "../../src/storage/content.ts";
import { FaultyStore } from "../../src/storage/faulty-store.ts";
import { FileCache } from "../../src/storage/file-cache.ts";
import { LocalStore } from "../../src/storage/local-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import type { AzureLocation } from "../../src/storage/url.ts";
import { append, createTable, openLake, rowsOf, type Lake } from "./lake.ts";

/** A store that has no files on this machine: what it keeps in a folder is its own affair. */
function remoteStore(folder: string, url: string): ObjectStore {
  const store = new LocalStore(folder, url);
  return {
    url,
    list: (prefix, options) => store.list(prefix, options),
    head: (key, options) => store.head(key, options),
    read: (key, options) => store.read(key, options),
    write: (key, body, options) => store.write(key, body, options),
    delete: (key, options) => store.delete(key, options),
  };
}

let folder: string;
let lake: Lake;
let store: ObjectStore;
let other: ObjectStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-remote-"));
  store = remoteStore(join(folder, "one"), "abfss://one@lake.dfs.core.windows.net");
  other = remoteStore(join(folder, "two"), "abfss://two@lake.dfs.core.windows.net");
  const resolve = ({ container, key }: AzureLocation): { store: ObjectStore; key: string } => ({
    store: container === "one" ? store : other,
    key,
  });
  lake = await openLake({ remote: { cache: new FileCache({ folder: join(folder, "cache") }), resolve } });
});
afterAll(async () => {
  await lake.close();
  await rm(folder, { recursive: true, force: true });
});

const row = (id: number): string => `SELECT ${id}::BIGINT AS id, 'n' AS name, 1 AS age`;

async function ids(table: DeltaTable): Promise<number[]> {
  return (await rowsOf(lake, await table.snapshot(), "id")).map((each) => Number(each["id"]));
}

/** Overwrites the table (rows 0 and 1) with rows 2 and 3, in two files. */
async function change(name: string, at: ObjectStore): Promise<DeltaTable> {
  const table = new DeltaTable(lake.context, at, name);
  const transaction = await table.begin({ operation: "WRITE" });
  try {
    await overwrite(transaction, { connection: lake.connection, select: row(2) }, { kind: "full" });
    await transaction.append({ connection: lake.connection, select: row(3) });
    await transaction.commit();
  } catch (error) {
    await transaction.abort().catch(() => undefined);
    throw error;
  }
  return table;
}

async function attempt(
  name: string,
  faulty: FaultyStore,
): Promise<{ readonly error: unknown; readonly writes: number }> {
  const properties = { "delta.checkpointInterval": "2" };
  await append(lake, await createTable(lake, name, { select: row(0), properties, store }), row(1));
  const writes = (): number => faulty.operations.filter(({ operation }) => operation === "write").length;
  try {
    await (await change(name, faulty)).settle();
    return { error: undefined, writes: writes() };
  } catch (error) {
    return { error, writes: writes() };
  }
}

describe("a table in a remote store", () => {
  for (const when of ["before", "after"] as const) {
    it(`is whole when its writer is killed ${when} any of its writes`, async () => {
      const outcomes: boolean[] = [];
      for (let at = 1; outcomes.at(-1) !== true; at += 1) {
        const name = `crash-${when}-${at}`;
        const faulty = new FaultyStore(store, { at, kind: "crash", when, operations: ["write"] });
        const { error, writes } = await attempt(name, faulty);
        const found = await ids(lake.table(name, store));
        if (error === undefined) expect(found).toEqual([2, 3]);
        else {
          expect([
            [0, 1],
            [2, 3],
          ]).toContainEqual(found);
        }
        await append(lake, lake.table(name, store), row(9));
        expect(await ids(lake.table(name, store))).toEqual([...found, 9]);
        outcomes.push(writes < at);
      }
      // Two uploads, the commit, and what comes after it.
      expect(outcomes.length).toBeGreaterThan(4);
    });
  }

  it("keeps no file of a commit that failed", async () => {
    for (let at = 1; at <= 3; at += 1) {
      const name = `failed-${at}`;
      const faulty = new FaultyStore(store, { at, kind: "unavailable", operations: ["write"] });
      const { error } = await attempt(name, faulty);
      expect(error).toMatchObject({
        code: expect.stringMatching(`STORE_UNAVAILABLE|${COMMIT_STATE_UNKNOWN}`) as string,
      });
      const files = (await listAll(store, `${name}/`)).filter(({ key }) => key.endsWith(".parquet"));
      expect(files.filter(({ key }) => !key.includes("_delta_log"))).toHaveLength(2);
      expect(await ids(lake.table(name, store))).toEqual([0, 1]);
    }
  });

  it("fetches the files that a scan reads, once, and none where the list of files is enough", async () => {
    const schema = struct([field("p", STRING), field("n", INT)]);
    const table = await createTable(lake, "pruned", { schema, partitionColumns: ["p"], store });
    await append(lake, table, "SELECT chr(97 + i::INT) AS p, i::INT AS n FROM range(4) t(i)");
    await rm(join(folder, "cache"), { recursive: true, force: true });
    const counted = new FaultyStore(store);
    const fetched = (): string[] =>
      counted.operations
        .filter(({ operation, key }) => operation === "read" && key.endsWith(".parquet"))
        .map(({ key }) => key);
    // The folder of the cache went while a process used it.
    const cache = new FileCache({ folder: join(folder, "cache-2") });
    const context = { ...lake.context, remote: { cache, resolve: () => ({ store: other, key: "" }) } };
    const again = new DeltaTable(context, counted, "pruned");
    const snapshot = await again.snapshot();
    const predicate = { kind: "compare", column: ["p"], op: "=", value: { sql: "'b'" } } as const;
    const listed = await snapshot.scan({ listOnly: true });
    expect(listed.files).toHaveLength(4);
    expect(() => listed.sql()).toThrow(expect.objectContaining({ code: "INTERNAL_ERROR" }));
    const deleting = await again.begin({ operation: "DELETE" });
    await deleteRows(deleting, lake.connection, { predicate, sql: `"p" = 'b'` });
    await deleting.abort();
    expect(fetched()).toEqual([]);
    for (let n = 0; n < 3; n += 1) {
      const scan = await snapshot.scan({ predicate });
      expect(await lake.connection.rows(`SELECT n FROM ${scan.sql()}`)).toEqual([{ n: 1 }]);
    }
    expect(fetched()).toHaveLength(1);
    expect(await rowsOf(lake, snapshot)).toHaveLength(4);
    expect(fetched()).toHaveLength(4);
  });

  it("has one copy more of a file that cannot be read as it stands", async () => {
    const file = await readFile(new URL("../engine/files/variant-nested.parquet", import.meta.url));
    const table = await createTable(lake, "variants", {
      schema: struct([field("id", INT), field("v", VARIANT)]),
      store,
    });
    await store.write("variants/a.parquet", file);
    const add = { path: "a.parquet", partitionValues: {}, size: file.length, modificationTime: 0, dataChange: true };
    await store.write("variants/_delta_log/00000000000000000001.json", Buffer.from(JSON.stringify({ add })));
    await rm(join(folder, "cache"), { recursive: true, force: true });
    for (let time = 0; time < 2; time += 1) {
      const scan = await (await new DeltaTable(lake.context, store, "variants").snapshot()).scan();
      const rows = await lake.connection.rows(`SELECT id, v IS NULL AS none FROM ${scan.sql()} ORDER BY id LIMIT 3`);
      expect(rows.map((each) => each["none"])).toEqual([false, true, false]);
    }
    const copies = (await readdir(join(folder, "cache"))).filter((name) => name.endsWith(".parquet"));
    expect(copies).toHaveLength(2);
    await table.settle();
  });

  it("says that a file is missing", async () => {
    const table = await createTable(lake, "missing", { select: row(1), store });
    const [file] = (await (await table.snapshot()).scan({ listOnly: true })).files;
    await store.delete(`missing/${file?.path}`);
    const cache = new FileCache({ folder: join(folder, "cache-3") });
    const fresh = new DeltaTable(
      { ...lake.context, remote: { cache, resolve: () => ({ store, key: "" }) } },
      store,
      "missing",
    );
    await expect((await fresh.snapshot()).scan()).rejects.toMatchObject({ code: "DELTA_FILE_NOT_FOUND" });
  });

  it("has files in other containers, and none outside of containers", async () => {
    const table = await createTable(lake, "source", { select: row(7), store: other });
    const [file] = (await (await table.snapshot()).scan({ listOnly: true })).files;
    const name = file?.path ?? "";
    const read = async (path: string): Promise<number[]> => {
      const root = `named-${encodeURIComponent(path).replaceAll("%", "_").slice(0, 80)}`;
      const made = await createTable(lake, root, { store });
      const add = { path, partitionValues: {}, size: file?.size, modificationTime: 1, dataChange: true };
      await store.write(`${root}/_delta_log/00000000000000000001.json`, Buffer.from(JSON.stringify({ add })));
      return ids(made);
    };
    expect(await read(`abfss://two@lake.dfs.core.windows.net/source/${name}`)).toEqual([7]);
    expect(await read(`https://lake.blob.core.windows.net/two/source/${name}`)).toEqual([7]);
    await store.write("elsewhere/copy.parquet", (await other.read(`source/${name}`)).body);
    expect(await read("/elsewhere/copy.parquet")).toEqual([7]);
    for (const path of [
      "../elsewhere/copy.parquet",
      "%2e%2e/x",
      "/../x",
      "file:///etc/passwd",
      "abfss://one@lake.dfs.core.windows.net/../x",
    ]) {
      await expect(read(path)).rejects.toMatchObject({ code: "DELTA_INVALID_PATH" });
    }
    for (const path of ["s3://bucket/x.parquet", "https://example.com/x.parquet", "http://169.254.169.254/x"]) {
      await expect(read(path)).rejects.toMatchObject({ code: "DELTA_FILE_NOT_LOCAL" });
    }
  });
});
