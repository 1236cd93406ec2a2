import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { field, STRING, struct } from "../src/core/data-type.ts";
import { quoteString } from "../src/sql/quote.ts";
import { readFiles } from "../src/formats/format.ts";
import type { SourceFile } from "../src/formats/source-file.ts";
import { openLake, type Lake } from "../tests/delta/lake.ts";
import type { Benchmark } from "./benchmark.ts";
import { inTurn, ratioLine, timed } from "./measure.ts";
import { sampleAt } from "./sample.ts";

const ROWS = 10_000_000;
/** Ten million rows of the kinds that tables have: a key, a few categories, a price, a time, a text. */
const TEN_MILLION = `SELECT i AS id, i % 1000 AS category, ((i * 7919 % 100000) / 100)::DECIMAL(16, 2) AS price,
  TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i) AS seen, 'item ' || (i * 31 % 50000) AS name FROM range(${ROWS}) AS r(i)`;
const SCHEMA = "id BIGINT, category BIGINT, price DECIMAL(16, 2), seen TIMESTAMPTZ, name VARCHAR";

/** Our reader, which gives Spark's cells, against DuckDB's own, which gives almost the same ones. */
export const csv: Benchmark = {
  name: "csv",
  description: "CSV files read as Spark does; the peer is DuckDB's read_csv",
  async *run({ scale, pairs }) {
    const source = await sampleAt(scale);
    const lake = await openLake();
    try {
      for (const name of ["titles", "cast"]) {
        const plain = join(source, `netflix_${name}.csv`);
        const quoted = join(lake.folder, `${name}.csv`);
        await lake.connection.run(
          `COPY (SELECT coalesce(columns(*), '') FROM ${duckDbCsv(plain)}) TO ${quoteString(quoted)} (FORMAT csv, HEADER, FORCE_QUOTE *)`,
        );
        for (const [what, path] of [
          [`${name}, as it comes`, plain],
          [`${name}, all fields quoted`, quoted],
        ] as const) {
          const ours = await sparkCsv(lake, path);
          const { ours: own, theirs } = await inTurn(
            pairs,
            () => timed(() => lake.connection.run(`CREATE OR REPLACE TEMP TABLE rows_read AS ${ours}`)),
            () =>
              timed(() =>
                lake.connection.run(`CREATE OR REPLACE TEMP TABLE rows_read AS SELECT * FROM ${duckDbCsv(path)}`),
              ),
          );
          yield ratioLine(what, own, theirs, "seconds");
        }
      }
    } finally {
      await lake.close();
    }
  },
};

export const append: Benchmark = {
  name: "append",
  description: "ten million rows appended to a Delta table; the peer is DuckDB's COPY to one zstd Parquet file",
  async *run({ pairs }) {
    const lake = await openLake();
    try {
      await lake.connection.run(`CREATE TEMP TABLE given AS ${TEN_MILLION}`);
      const { ours, theirs } = await inTurn(
        pairs,
        () => timed(() => appendTo(lake, `table-${performance.now()}`, "SELECT * FROM given")),
        () =>
          timed(() =>
            lake.connection.run(
              `COPY given TO ${quoteString(join(lake.folder, "plain.parquet"))} (FORMAT parquet, COMPRESSION zstd)`,
            ),
          ),
      );
      yield ratioLine("append", ours, theirs, "seconds");
    } finally {
      await lake.close();
    }
  },
};

export const scan: Benchmark = {
  name: "scan",
  description: "ten million rows of a Delta table read; the peer is read_parquet over the same files",
  async *run({ pairs }) {
    const lake = await openLake();
    try {
      await appendTo(lake, "table", TEN_MILLION);
      const query = (from: string): string => `SELECT sum(price), max(seen), count(DISTINCT name) FROM ${from}`;
      const { ours, theirs } = await inTurn(
        Math.max(5, pairs),
        () =>
          timed(async () => {
            const planned = await (await lake.table("table").snapshot()).scan();
            await lake.connection.rows(query(planned.sql()));
          }),
        () =>
          timed(() =>
            lake.connection.rows(
              query(`read_parquet(${quoteString(`${lake.folder}/table/*.parquet`)}, hive_partitioning = false)`),
            ),
          ),
      );
      yield ratioLine("scan, the log replayed", ours, theirs, "seconds");
    } finally {
      await lake.close();
    }
  },
};

async function appendTo(lake: Lake, name: string, select: string): Promise<void> {
  await mkdir(join(lake.folder, name), { recursive: true });
  const transaction = await lake
    .table(name)
    .beginCreate({ schema: await schemaOf(lake) }, { operation: "CREATE TABLE" });
  await transaction.append({ connection: lake.connection, select });
  await transaction.commit();
}

async function schemaOf(lake: Lake): Promise<Awaited<ReturnType<Lake["connection"]["stream"]>>["schema"]> {
  const columns = SCHEMA.split(/, (?=[a-z])/).map((each) => {
    const [name = "", ...type] = each.split(" ");
    return `CAST(NULL AS ${type.join(" ")}) AS ${name}`;
  });
  const stream = await lake.connection.stream(`SELECT ${columns.join(", ")} LIMIT 0`);
  stream.close();
  return stream.schema;
}

async function sparkCsv(lake: Lake, path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const file: SourceFile = { path, url: pathToFileURL(path).href, size, lastModified: mtimeMs };
  const [header = ""] = (await lake.connection.rows(`SELECT * FROM ${duckDbCsv(path)} LIMIT 1`)).map((row) =>
    Object.keys(row).join(","),
  );
  const { sql } = await readFiles(lake.connection, {
    format: "csv",
    files: [file],
    options: { header: "true", escape: '"' },
    schema: struct(header.split(",").map((name) => field(name, STRING))),
    rescuedColumn: "_rescued_data",
  });
  return sql;
}

function duckDbCsv(path: string): string {
  return `read_csv(${quoteString(path)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', null_padding = true)`;
}
