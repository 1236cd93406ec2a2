import { mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../../src/core/value.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { OWNER, openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
let planning: Connection;
beforeAll(async () => {
  house = await openTestLakehouse();
  planning = await (await house.lakehouse.platform()).tables.planningConnection();
  await house.run("CREATE TABLE t (a INT); CREATE TABLE part (a INT, p INT) PARTITIONED BY (p);");
});
afterAll(async () => {
  planning.close();
  await house.close();
});

async function open(connection: Connection): Promise<number> {
  const [row] = await connection.rows("SELECT count::INTEGER AS n FROM duckdb_connection_count()");
  return Number(row?.["n"]);
}

/** The connections that are open in the instance of planning, and in that of statements on the lakehouse's own folders. */
async function connections(): Promise<{ readonly planning: number; readonly statements: number }> {
  const { databases, folders } = await house.lakehouse.platform();
  const { connection } = await databases.connect("UTC", folders);
  const counted = { planning: await open(planning), statements: await open(connection) };
  connection.close();
  await connection.idle();
  return counted;
}

async function temporaryFiles(): Promise<string[]> {
  const { temporaryFolder } = await house.lakehouse.platform();
  return (await readdir(temporaryFolder)).filter((name) => !name.startsWith("duckdb-"));
}

describe("a statement leaves nothing open", () => {
  it("that reads files: queried, written, failed, analyzed", async () => {
    const folder = join(house.folder, "files");
    await mkdir(folder);
    await writeFile(join(folder, "a.csv"), "a\n1\n2\n");
    const before = await connections();
    const source = `read_files('${folder}', format => 'csv')`;
    expect(await house.values(`SELECT a FROM ${source} ORDER BY a`)).toEqual([[1], [2]]);
    await house.values(`INSERT INTO t SELECT a FROM ${source}`);
    await expect(house.values(`SELECT nothing FROM ${source}`)).rejects.toThrow("nothing");
    await expect(house.values(`SELECT * FROM read_files('${folder}/none')`)).rejects.toThrow("no files");
    const session = await house.lakehouse.session({ user: OWNER, catalog: "main", schema: "s" });
    await session.analyze(`SELECT a FROM ${source}`);
    await session.close();
    expect(await connections()).toEqual(before);
  });

  it("that opens streams, when the session ends", async () => {
    const folder = join(house.folder, "stream");
    await mkdir(folder);
    await writeFile(join(folder, "a.csv"), "a\n1\n");
    const before = await connections();
    const session = await house.lakehouse.session({ user: OWNER, catalog: "main", schema: "s" });
    const query = `SELECT * FROM STREAM read_files('${folder}', format => 'csv')`;
    const checkpoint = join(house.folder, "checkpoint");
    await session.streams(query, { checkpoint });
    await session.streams(query, { checkpoint });
    await session.close();
    expect(await connections()).toEqual(before);
  });

  it("that cannot write: the table is there already, the clause is not supported", async () => {
    const before = await connections();
    await expect(
      house.values("CREATE TABLE part USING delta PARTITIONED BY (bucket(4, a)) AS SELECT 1 AS a"),
    ).rejects.toThrow();
    await expect(
      house.values("CREATE TABLE fresh PARTITIONED BY (bucket(4, a)) AS SELECT 1 AS a"),
    ).rejects.toMatchObject({ code: "UNSUPPORTED_FEATURE" });
    await expect(house.values("INSERT INTO part REPLACE USING (p) SELECT 1, 2")).rejects.toThrow();
    expect(await connections()).toEqual(before);
  });

  it("that comes too late to make a table", async () => {
    const [detail] = await house.rows("DESCRIBE DETAIL t");
    const folder = dirname((await house.lakehouse.platform()).storage.localPath(textOf(detail?.["location"])));
    const before = await readdir(folder);
    for (const how of ["TABLE", "TABLE IF NOT EXISTS"]) {
      const made = await Promise.allSettled(
        [1, 2, 3].map((n) => house.values(`CREATE ${how} race AS SELECT ${n} AS n`)),
      );
      expect(made.some((each) => each.status === "fulfilled")).toBe(true);
      expect(await readdir(folder)).toHaveLength(before.length + 1);
      await house.run("DROP TABLE race");
    }
    expect(await readdir(folder)).toEqual(before);
  });

  it("that copied files from the web", async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/csv", etag: '"1"', "content-length": "6" }).end("a\n1\n2\n");
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x.csv`;
    try {
      expect(await house.values(`SELECT count(*) FROM read_files('${url}', format => 'csv')`)).toEqual([[2]]);
      await house.values(`INSERT INTO t SELECT a FROM read_files('${url}', format => 'csv')`);
      await expect(house.values(`SELECT b FROM read_files('${url}', format => 'csv')`)).rejects.toThrow("b");
    } finally {
      server.close();
    }
    expect(await temporaryFiles()).toEqual([]);
  });
});
