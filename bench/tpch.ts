import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { DuckDb } from "../src/duckdb/duckdb.ts";
import { tpchQueries } from "../tests/tpc/queries.ts";
import { TpcSession } from "../tests/tpc/session.ts";
import { makeTables } from "../tests/tpc/table.ts";
import { TPCH_TABLES } from "../tests/tpc/tpch-tables.ts";
import type { Benchmark } from "./benchmark.ts";
import { inTurn, median, ratioLine, timed } from "./measure.ts";

/** Of the flagship's scale to TPC-H's: its default of 10 gives three million line items. */
const PER_SCALE = 0.05;

/** What the translation costs when it runs: DuckDB reads the specification's text as it is, with its own meaning of it. */
export const tpch: Benchmark = {
  name: "tpch",
  description: "the 22 queries of TPC-H translated, over Parquet files; the peer is DuckDB with the same text",
  async *run({ scale, pairs }) {
    const folder = await tpchAt(scale * PER_SCALE);
    const session = await TpcSession.over(folder, TPCH_TABLES);
    try {
      const totals: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
      for (const { name, text } of tpchQueries()) {
        const { sql } = session.translate(text);
        await session.install(sql);
        const rows = (query: string): Promise<number> => timed(() => session.connection.rows(query));
        const [own, peer] = [await session.connection.rows(sql), await session.connection.rows(text)];
        if (own.length !== peer.length) throw new Error(`${name} gives ${own.length} rows, DuckDB ${peer.length}.`);
        const { ours, theirs } = await inTurn(
          Math.max(5, pairs),
          () => rows(sql),
          () => rows(text),
        );
        totals.ours.push(median(ours));
        totals.theirs.push(median(theirs));
        yield ratioLine(name, ours, theirs, "seconds");
      }
      const sum = (values: readonly number[]): number[] => [values.reduce((a, b) => a + b, 0)];
      yield ratioLine("all", sum(totals.ours), sum(totals.theirs), "seconds");
    } finally {
      await session.close();
    }
  },
};

/** The folder of TPC-H's tables as Parquet files: made once for each scale and form of the generator. */
async function tpchAt(scale: number): Promise<string> {
  const generator = ["table.ts", "tpch-tables.ts"].map((file) =>
    readFileSync(join(resolve(import.meta.dirname, "../tests/tpc"), file)),
  );
  const form = createHash("sha256").update(Buffer.concat(generator)).digest("hex").slice(0, 8);
  const folder = join(tmpdir(), `boathouse-bench-${userInfo().uid}`, `tpch-${scale}-${form}`);
  if (existsSync(folder)) return folder;
  const database = await DuckDb.open();
  try {
    const unfinished = `${folder}-${process.pid}`;
    await makeTables(await database.connect(), TPCH_TABLES, { scale, folder: unfinished });
    await rename(unfinished, folder);
    return folder;
  } finally {
    await database.close();
  }
}
