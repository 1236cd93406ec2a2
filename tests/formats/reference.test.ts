import { createHash } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { inferCsv } from "../../src/formats/csv/infer.ts";
import { CSV_OPTIONS } from "../../src/formats/csv/options.ts";
import { readCsv } from "../../src/formats/csv/read.ts";
import { readOptions, type OptionValues } from "../../src/formats/option.ts";

const DATA = resolve(import.meta.dirname, "../../../shared/data/netflix");

async function readAll(connection: Connection, name: string, given: OptionValues, types: boolean): Promise<string> {
  const path = resolve(DATA, name);
  const { size, mtimeMs } = statSync(path);
  const files = [{ path, url: `file://${path}`, size, lastModified: mtimeMs }];
  const options = readOptions("csv", CSV_OPTIONS, { header: "true", ...given }, "read");
  const schema = await inferCsv(connection, files, options, types);
  return (await readCsv(connection, { files, options, schema, columns: "name", rescuedColumn: "_rescued_data" })).sql;
}

async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
  const database = await DuckDb.open();
  try {
    return await work(await database.connect());
  } finally {
    await database.close();
  }
}

describe.skipIf(!existsSync(DATA))("the recorded run of Databricks", () => {
  it("is reproduced to the cell with Spark's default options", async () => {
    const hash = await withConnection(async (connection) => {
      const bronze = await readAll(connection, "netflix_titles.csv", {}, false);
      const rows = await connection.rows(`
        WITH silver AS (SELECT TRY_CAST(coalesce(duration_minutes, '0') AS INT) AS duration_minutes,
          TRY_CAST(coalesce(duration_seasons, '1') AS INT) AS duration_seasons, type, title, date_added, release_year,
          CASE WHEN rating IS NOT NULL THEN split_part(rating, '-', 1) END AS rating, description, show_id, _rescued_data,
          CASE WHEN title IS NOT NULL THEN split_part(title, ':', 1) END AS "Shorttitle",
          CASE type WHEN 'Movie' THEN 1 WHEN 'TV Show' THEN 2 ELSE 0 END AS type_flag FROM (${bronze}))
        SELECT *, dense_rank() OVER (ORDER BY duration_minutes DESC NULLS LAST)::INT AS duration_ranking FROM silver`);
      expect(rows).toHaveLength(6236);
      const lines = rows.map((row) => Buffer.from(JSON.stringify(Object.values(row))));
      return createHash("sha256")
        .update(lines.toSorted((a, b) => a.compare(b)).join("\n"))
        .digest("hex");
    });
    expect(hash).toBe("23ab05d89b5da9ea06c2c244da529f7484d5a3299cb3a241cb5d3995abd78c6c");
  });

  it("reads every title right by RFC 4180", async () => {
    const [row] = await withConnection(async (connection) => {
      const titles = await readAll(connection, "netflix_titles.csv", { escape: '"' }, false);
      return connection.rows(`SELECT count(*)::INT AS rows, count(CASE WHEN show_id IS NULL THEN 1 END)::INT AS broken,
        count(CASE WHEN type = 'Movie' THEN 1 END)::INT AS movies, count(CASE WHEN type = 'TV Show' THEN 1 END)::INT AS shows,
        count(_rescued_data)::INT AS rescued FROM (${titles})`);
    });
    expect(row).toEqual({ rows: 6236, broken: 4, movies: 4265, shows: 1969, rescued: 0 });
  });

  it.each([
    ["netflix_cast.csv", 44_311],
    ["netflix_category.csv", 13_670],
    ["netflix_countries.csv", 7_179],
    ["netflix_directors.csv", 4_852],
  ])("reads %s with an integer key", async (name, expected) => {
    const rows = await withConnection(async (connection) => {
      const sql = await readAll(connection, name, {}, true);
      return connection.rows(
        `SELECT count(*)::INT AS rows, count(show_id)::INT AS keys, any_value(typeof(show_id)) AS type FROM (${sql})`,
      );
    });
    expect(rows).toEqual([{ rows: expected, keys: expected, type: "INTEGER" }]);
  });
});
