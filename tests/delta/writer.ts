import { systemClock } from "../../src/core/clock.ts";
import { isBoathouseError } from "../../src/core/errors.ts";
import { randomIds } from "../../src/core/ids.ts";
import { DeltaTable } from "../../src/delta/table.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { LocalStore } from "../../src/storage/local-store.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";

/**
 * A writer process of the concurrency test: `writer.ts <folder> <number> <commits>`. Appends rows (writer, n); every
 * fourth commit moves its own last row instead, which is a delete and an append that must be seen together.
 */
const [folder = "", writer = "0", commits = "0"] = process.argv.slice(2);
const duckdb = await DuckDb.open({ timeZone: "UTC", threads: 1 });
const connection = await duckdb.connect();
const context = {
  connection: await duckdb.connect(),
  clock: systemClock,
  ids: randomIds,
  random: Math.random,
  engineInfo: "Boathouse/test",
};
const table = new DeltaTable(context, new LocalStore(folder), "shared");
for (let n = 0; n < Number(commits); n += 1) await commit(n);
await table.settle();
if (table.checkpointError !== undefined) throw table.checkpointError;
await duckdb.close();

async function commit(n: number): Promise<void> {
  for (;;) {
    const transaction = await table.begin({ operation: n % 4 === 3 ? "MERGE" : "WRITE" });
    if (transaction.isCommitted(`writer-${writer}`, n)) return;
    try {
      if (n % 4 === 3) {
        await deleteRows(transaction, connection, {
          sql: `"writer" = ${writer} AND n = ${n - 1}`,
          predicate: { kind: "compare", column: ["writer"], op: "=", value: { sql: writer } },
        });
      }
      await transaction.append({ connection, select: `SELECT ${writer}::INT AS writer, ${n} AS n` });
      transaction.setTransaction(`writer-${writer}`, n);
      await transaction.commit();
      return;
    } catch (error) {
      if (!isBoathouseError(error) || error.details["retry"] !== true) throw error;
    }
  }
}
