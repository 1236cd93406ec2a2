import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { deleteRows } from "../src/delta/write/row-changes.ts";
import { quoteString } from "../src/sql/quote.ts";
import { openLake, type Lake } from "../tests/delta/lake.ts";
import { changeOurs, deltaPeers, type DeltaPeer, type MeasuredChange } from "./delta-peers.ts";
import type { DeltaPart } from "./delta.ts";
import { inTurn, ratioLine, timed } from "./measure.ts";
import { appendTo, TEN_MILLION } from "./ten-million.ts";

const VECTORS = { "delta.enableDeletionVectors": "true" };
/** Of the table's ids one in a hundred, all over it. */
const UPSERT = `SELECT i * 100 + 7 AS id, 5::BIGINT AS category, 1.50::DECIMAL(16, 2) AS price,
  TIMESTAMPTZ '2026-06-01 00:00:00+00' AS seen, 'changed' AS name FROM range(100000) AS r(i)`;
const UPSERT_FILE = "upsert.parquet";
const SUM = (from: string): string => `SELECT sum(price), max(seen), count(DISTINCT name) FROM ${from}`;

/** Rows: ten million appended, read, one in a hundred deleted and upserted, put together again. */
export const deltaRows: DeltaPart = {
  async *run({ pairs }) {
    const lake = await openLake();
    try {
      yield* appending(lake, pairs);
      yield* reading(lake, pairs);
      const peers = await deltaPeers();
      await lake.connection.run(`COPY (${UPSERT}) TO ${quoteString(join(lake.folder, UPSERT_FILE))} (FORMAT parquet)`);
      await appendTo(lake, "upserted", TEN_MILLION, VECTORS);
      await appendTo(lake, "upserted-plain", TEN_MILLION);
      for (const peer of peers) yield* upserting(lake, peer, pairs);
      for (const peer of peers.filter(({ name }) => name === "delta-rs")) yield* optimizing(lake, peer, pairs);
    } finally {
      await lake.close();
    }
  },
};

async function* appending(lake: Lake, pairs: number): AsyncIterable<string> {
  await lake.connection.run(`CREATE TEMP TABLE given AS ${TEN_MILLION}`);
  let tables = 0;
  const plain = join(lake.folder, "plain.parquet");
  const { ours, theirs } = await inTurn(
    pairs,
    () => timed(() => appendTo(lake, `appended-${(tables += 1)}`, "SELECT * FROM given")),
    () => timed(() => lake.connection.run(`COPY given TO ${quoteString(plain)} (FORMAT parquet, COMPRESSION zstd)`)),
  );
  await lake.connection.run("DROP TABLE given");
  yield ratioLine("append 10M rows / COPY", ours, theirs, "seconds");
}

/** The peer reads the same files, deleted rows and all. */
async function* reading(lake: Lake, pairs: number): AsyncIterable<string> {
  await appendTo(lake, "scanned", TEN_MILLION, VECTORS);
  const files = `read_parquet(${quoteString(join(lake.folder, "scanned", "*.parquet"))}, hive_partitioning = false)`;
  const turns = Math.max(5, pairs);
  const scanned = (): Promise<{ readonly ours: number[]; readonly theirs: number[] }> =>
    inTurn(
      turns,
      () =>
        timed(async () => {
          const scan = await (await lake.table("scanned").snapshot()).scan();
          await lake.connection.rows(SUM(scan.sql()));
        }),
      () => timed(() => lake.connection.rows(SUM(files))),
    );
  const whole = await scanned();
  yield ratioLine("scan 10M rows / read_parquet", whole.ours, whole.theirs, "seconds");
  const table = lake.table("scanned");
  const change = await table.begin({ operation: "DELETE" });
  await deleteRows(change, lake.connection, { sql: '"id" % 100 = 42' });
  await change.commit();
  const { files: marked } = await (await table.snapshot()).scan();
  if (marked.some(({ deleted = [] }) => deleted.length === 0)) throw new Error("No row is marked as deleted.");
  const less = await scanned();
  yield ratioLine("scan, 1% deleted / read_parquet", less.ours, less.theirs, "seconds");
}

/** Each change on a copy of its own, in a process of its own. */
async function* upserting(lake: Lake, peer: DeltaPeer, pairs: number): AsyncIterable<string> {
  const rows = join(lake.folder, UPSERT_FILE);
  const onCopy = async (name: string, change: (table: string) => Promise<MeasuredChange>): Promise<MeasuredChange> => {
    const table = join(lake.folder, "copy");
    await cp(join(lake.folder, name), table, { recursive: true });
    const measured = await change(table);
    await rm(table, { recursive: true });
    return measured;
  };
  const { ours, theirs } = await inTurn(
    pairs,
    () => onCopy("upserted", (table) => changeOurs("upsert", table, rows)),
    () => onCopy(peer.vectors ? "upserted" : "upserted-plain", (table) => peer.run("upsert", table, rows)),
  );
  yield* compared(`upsert 1% of 10M / ${peer.name}`, ours, theirs);
}

async function* optimizing(lake: Lake, peer: DeltaPeer, pairs: number): AsyncIterable<string> {
  const table = join(lake.folder, "small");
  const fill = async (): Promise<void> => {
    await rm(table, { recursive: true, force: true });
    for (let part = 0; part < PARTS; part += 1) {
      const select = `SELECT * FROM (${TEN_MILLION}) WHERE id % ${PARTS} = ${part}`;
      if (part === 0) await appendTo(lake, "small", select);
      else {
        const append = await lake.table("small").begin({ operation: "WRITE" });
        await append.append({ connection: lake.connection, select });
        await append.commit();
      }
    }
  };
  const { ours, theirs } = await inTurn(
    pairs,
    async () => {
      await fill();
      return changeOurs("optimize", table, "");
    },
    async () => {
      await fill();
      return peer.run("optimize", table, "");
    },
  );
  yield* compared(`OPTIMIZE 10M rows, ${PARTS} files / ${peer.name}`, ours, theirs);
}

const PARTS = 20;

function* compared(what: string, ours: readonly MeasuredChange[], theirs: readonly MeasuredChange[]): Iterable<string> {
  const seconds = (all: readonly MeasuredChange[]): number[] => all.map((each) => each.seconds);
  const memory = (all: readonly MeasuredChange[]): number[] => all.map((each) => each.peakMemory);
  yield ratioLine(what, seconds(ours), seconds(theirs), "seconds");
  yield ratioLine("  its peak memory", memory(ours), memory(theirs), "bytes");
}
