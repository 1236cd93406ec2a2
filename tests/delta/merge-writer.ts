import { systemClock } from "../../src/core/clock.ts";
import { field, LONG, struct } from "../../src/core/data-type.ts";
import { isBoathouseError } from "../../src/core/errors.ts";
import { randomIds } from "../../src/core/ids.ts";
import { changeTable } from "../../src/delta/api/change.ts";
import { Runtime } from "../../src/delta/api/runtime.ts";
import { optimize } from "../../src/delta/maintain/optimize.ts";
import { DeltaTable } from "../../src/delta/table.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { LocalStore } from "../../src/storage/local-store.ts";

/**
 * A writer process: `merge-writer.ts <folder> <number> <rounds>`. Round n merges into its own 20 rows: one of them goes or
 * comes back, the others become n; one row, that all writers share, grows by one. Every fifth round is followed by an
 * OPTIMIZE. Where it was killed it goes on from what the table says.
 */
const [folder = "", writer = "0", rounds = "0"] = process.argv.slice(2);
const runtime = await Runtime.acquire({ memoryLimit: 300_000_000 });
const duckdb = await DuckDb.open({ timeZone: "UTC", threads: 1 });
const connection = await duckdb.connect();
const context = {
  connection: await duckdb.connect(),
  clock: systemClock,
  ids: randomIds,
  random: Math.random,
  engineInfo: "Boathouse/test",
};
const table = new DeltaTable(context, new LocalStore(folder), "merged");
const schema = struct([field("writer", LONG), field("key", LONG), field("n", LONG)]);
for (let n = 0; n < Number(rounds); n += 1) {
  await untilDone(() => merge(n));
  if (n % 5 === 4) await untilDone(() => optimize(table, { connection }));
}
await table.settle();
if (table.checkpointError !== undefined) throw table.checkpointError;
await duckdb.close();
await runtime.release();

async function merge(n: number): Promise<void> {
  const transaction = await table.begin({ operation: "MERGE" });
  if (transaction.isCommitted(`merge-${writer}`, n)) return;
  transaction.setTransaction(`merge-${writer}`, n);
  const text =
    "MERGE INTO target USING source ON target.writer = source.writer AND target.key = source.key " +
    `WHEN MATCHED AND source.writer = -1 THEN UPDATE SET n = target.n + 1 ` +
    `WHEN MATCHED AND source.key = ${n % 20} THEN DELETE ` +
    "WHEN MATCHED THEN UPDATE SET n = source.n WHEN NOT MATCHED THEN INSERT *";
  const select = `SELECT ${writer}::BIGINT AS writer, i AS key, ${n}::BIGINT AS n FROM range(20) AS t(i) UNION ALL SELECT -1, 0, 0`;
  await changeTable(text, transaction, runtime, { select, schema, release: () => Promise.resolve() });
}

async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isBoathouseError(error) || error.details["retry"] !== true) throw error;
    }
  }
}
