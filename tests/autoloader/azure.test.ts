import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSource, type AutoLoaderSource } from "../../src/autoloader/source.ts";
import { systemClock } from "../../src/core/clock.ts";
import { randomIds } from "../../src/core/ids.ts";
import type { Row } from "../../src/core/value.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { Storage } from "../../src/storage/storage.ts";
import { openContainer, type TestContainer } from "../azurite/container.ts";

const RAW = "abfss://raw@lake.dfs.core.windows.net";

let container: TestContainer;
let root: string;
let database: DuckDb;
let connection: Connection;
beforeAll(async () => {
  container = await openContainer();
  root = await mkdtemp(join(tmpdir(), "boathouse-loader-"));
  database = await DuckDb.open({ threads: 1 });
  connection = await database.connect();
});
afterAll(async () => {
  await database.close();
  await rm(root, { recursive: true, force: true });
  await container.delete();
});

function open(): Promise<AutoLoaderSource> {
  return openSource({
    connection,
    storage: new Storage({ root, bindings: { "lake/raw": container.address } }),
    url: `${RAW}/in`,
    options: { format: "csv" },
    checkpoint: `${RAW}/_checkpoint`,
    staging: join(root, "staging"),
    clock: systemClock,
    ids: randomIds,
  });
}

async function drain(source: AutoLoaderSource): Promise<Row[]> {
  const rows: Row[] = [];
  let start = source.committed;
  for (;;) {
    const end = await source.next(start);
    if (end === undefined) return rows;
    const batch = await source.relation({ start, end }, {});
    rows.push(...(await connection.rows(`SELECT id FROM (${batch.sql}) ORDER BY id`)));
    await batch.verify();
    await source.commit(end);
    start = end;
  }
}

describe("a stream of files in a container of Azure", () => {
  it("gives every file once, with its checkpoint in the container as well", async () => {
    await container.put("in/a.csv", Buffer.from("id\n1\n"));
    await container.put("in/sub/b.csv", Buffer.from("id\n2\n"));
    expect(await drain(await open())).toEqual([{ id: 1 }, { id: 2 }]);
    await container.put("in/c.csv", Buffer.from("id\n3\n"));
    expect(await drain(await open())).toEqual([{ id: 3 }]);
    expect(await drain(await open())).toEqual([]);
  });
});
