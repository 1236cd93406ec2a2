import { stat } from "node:fs/promises";
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
