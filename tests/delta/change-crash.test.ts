import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openChangeFeed, planChanges } from "../../src/delta/changes/change-feed.ts";
import { changeFeedSql } from "../../src/delta/changes/change-feed-sql.ts";
import { deleteRows } from "../../src/delta/write/row-changes.ts";
import type { DeltaTable } from "../../src/delta/table.ts";
import { FaultyStore } from "../../src/storage/faulty-store.ts";
import { append, createTable, openLake, type Lake } from "./lake.ts";

let lake: Lake;
beforeAll(async () => {
  lake = await openLake();
});
afterAll(() => lake.close());

const TEN = "SELECT i::BIGINT AS id, 'x' AS name, 1 AS age FROM range(10) AS t(i)";
const PROPERTIES = { "delta.enableChangeDataFeed": "true", "delta.enableRowTracking": "true" };

/** The rows with their ids, and what the feed adds up to. */
async function stateOf(table: DeltaTable): Promise<{ readonly rows: unknown[]; readonly fed: unknown[] }> {
  const scan = await (await table.snapshot()).scan();
  const feed = await openChangeFeed(table, { start: { version: 0 } });
  const sql = await changeFeedSql(await planChanges(table, feed));
  return {
    rows: await lake.connection.rows(
      `SELECT id::INT AS id, _metadata.row_id::INT AS row FROM ${scan.sql({ metadata: true })} ORDER BY id`,
    ),
    fed: await lake.connection.rows(
      `SELECT id::INT AS id, sum(CASE _change_type WHEN 'insert' THEN 1 ELSE -1 END)::INT AS n FROM ${sql} ` +
        "GROUP BY id HAVING n <> 0 ORDER BY id",
    ),
  };
}

describe("a change of rows that is killed", () => {
  for (const when of ["before", "after"] as const) {
    it(`leaves the table and what is told of it in accord, ${when} every step of storage`, async () => {
      for (let at = 1; ; at += 1) {
        const name = `change-${when}-${at}`;
        await createTable(lake, name, { select: TEN, properties: PROPERTIES });
        const store = new FaultyStore(lake.store, { at, kind: "crash", when });
        try {
          const transaction = await lake.table(name, store).begin({ operation: "DELETE" });
          await deleteRows(transaction, lake.connection, { sql: '"id" < 3' });
          await transaction.commit();
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/SIMULATED_CRASH|DELTA_COMMIT_STATE_UNKNOWN/) });
        }
        const fresh = lake.table(name);
        await append(lake, fresh, "SELECT 50::BIGINT AS id");
        const { rows, fed } = await stateOf(fresh);
        const kept = rows.length === 11 ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : [3, 4, 5, 6, 7, 8, 9];
        const highest = rows.length === 11 ? 10 : 17;
        expect(rows).toEqual([...kept.map((id) => ({ id, row: id })), { id: 50, row: highest }]);
        expect(fed).toEqual([...kept, 50].map((id) => ({ id, n: 1 })));
        if (at > store.operations.length) break;
      }
    });
  }
});
