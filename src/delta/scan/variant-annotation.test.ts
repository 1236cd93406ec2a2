import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DuckDb } from "../../duckdb/duckdb.ts";
import { copyWithoutAnnotations } from "./variant-annotation.ts";

let folder: string;
let db: DuckDb;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-annotation-"));
  db = await DuckDb.open({ timeZone: "UTC", threads: 1 });
});
afterAll(async () => {
  await db.close();
  await rm(folder, { recursive: true, force: true });
});

const path = (name: string): string => join(folder, `${name}.parquet`);

describe("a copy without annotations", () => {
  it("has the groups of variants, and all else as it was", async () => {
    const connection = await db.connect();
    const list = Array.from({ length: 40 }, (_, index) => `${index} AS c${index}`).join(", ");
    await connection.run(
      `COPY (SELECT i AS id, CASE WHEN i <> 1 THEN i::VARIANT END AS v, (i::VARCHAR)::VARIANT AS s, 1.5::DECIMAL(9, 2) AS n, ` +
        `TIMESTAMP '2024-01-01' AS t, ${list} FROM range(5000) r(i)) TO '${path("wide")}' (FORMAT parquet, ROW_GROUP_SIZE 2048, KV_METADATA {k: 'v'})`,
    );
    expect(await copyWithoutAnnotations(path("wide"), path("copy"))).toBe((await stat(path("copy"))).size);
    const types = await connection.rows(
      `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT v, s FROM '${path("copy")}')`,
    );
    expect(types.map(({ type }) => type)).toEqual([
      'STRUCT(metadata BLOB, "value" BLOB, typed_value BIGINT)',
      'STRUCT(metadata BLOB, "value" BLOB, typed_value VARCHAR)',
    ]);
    const same = await connection.rows(
      `SELECT count(*)::INT AS rows FROM '${path("copy")}' c JOIN '${path("wide")}' w USING (id) ` +
        `WHERE c.c39 = w.c39 AND c.t = w.t AND c.n = w.n AND CASE WHEN id = 1 THEN c.v."value" = '\\x00'::BLOB ELSE c.v.typed_value = id END`,
    );
    expect(same).toEqual([{ rows: 5000 }]);
    connection.close();
  });

  it("of a file without any is the same file", async () => {
    const connection = await db.connect();
    await connection.run(`COPY (SELECT 1 AS id, {'a': [1]} AS s) TO '${path("plain")}' (FORMAT parquet)`);
    await copyWithoutAnnotations(path("plain"), path("same"));
    expect(await readFile(path("same"))).toEqual(await readFile(path("plain")));
    connection.close();
  });

  it("is not made of a file whose footer is cut off, or is none", async () => {
    const whole = await readFile(path("plain"));
    const footer = whole.readUInt32LE(whole.length - 8);
    const broken = {
      empty: Buffer.alloc(0),
      short: whole.subarray(0, whole.length - 3),
      long: Buffer.concat([Buffer.from([255, 255, 255, 127]), Buffer.from("PAR1")]),
      noise: Buffer.concat([Buffer.alloc(footer, 0x7c), whole.subarray(-8)]),
      open: Buffer.concat([Buffer.alloc(5, 0x15), Buffer.from([5, 0, 0, 0]), Buffer.from("PAR1")]),
    };
    for (const [name, bytes] of Object.entries(broken)) {
      await writeFile(path(name), bytes);
      await expect(copyWithoutAnnotations(path(name), path(`${name}-copy`)), name).rejects.toMatchObject({
        code: "DELTA_PARQUET_FOOTER_MALFORMED",
      });
    }
  });
});
