import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(async () => {
  await house.close();
});

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 4 });
const list = (of: readonly number[]): string => of.join(", ");
const rows = (of: readonly number[], v: string): string => of.map((id) => `(${id}, '${v}', ${id % 3})`).join(", ");

/** Statements over a table `{t}` with the columns id, v, p. */
const statement = fc.oneof(
  ids.map((of) => `INSERT INTO {t} VALUES ${rows(of, "i")}`),
  ids.map((of) => `UPDATE {t} SET v = concat(v, 'u') WHERE id IN (${list(of)})`),
  fc.nat(2).map((p) => `UPDATE {t} SET p = (p + 1) % 3 WHERE p = ${p}`),
  ids.map((of) => `DELETE FROM {t} WHERE id IN (${list(of)})`),
  fc.nat(2).map((p) => `DELETE FROM {t} WHERE p = ${p}`),
  ids.map(
    (of) =>
      `MERGE INTO {t} AS t USING (SELECT * FROM VALUES ${rows(of, "m")} AS r(id, v, p)) AS s ON t.id = s.id ` +
      "WHEN MATCHED AND s.id % 4 = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v " +
      "WHEN NOT MATCHED THEN INSERT * WHEN NOT MATCHED BY SOURCE AND t.id = 1 THEN UPDATE SET v = 'gone'",
  ),
  ids.map(
    (of) => `INSERT INTO {t} REPLACE WHERE id < 4 SELECT * FROM VALUES ${rows(of, "r")} AS r(id, v, p) WHERE id < 4`,
  ),
  ids.map((of) => `INSERT OVERWRITE {t} VALUES ${rows(of, "o")}`),
  fc.constant("OPTIMIZE {t}"),
  fc.nat(1).map((version) => `RESTORE TABLE {t} TO VERSION AS OF ${version}`),
);

/** How often each row is there. */
function counted(found: readonly unknown[][], sign = 1, into = new Map<string, number>()): Map<string, number> {
  for (const row of found) {
    const key = JSON.stringify(row);
    const count = (into.get(key) ?? 0) + sign;
    if (count === 0) into.delete(key);
    else into.set(key, count);
  }
  return into;
}

describe("whatever is done to a table", () => {
  for (const [name, vectors, partitioned] of [
    ["copied", false, false],
    ["marked", true, false],
    ["parted", true, true],
  ] as const) {
    it(`its changes add up to it, and no two rows have one id (${name})`, { timeout: 60_000 }, async () => {
      let run = 0;
      const property = fc.asyncProperty(fc.array(statement, { minLength: 6, maxLength: 8 }), async (statements) => {
        run += 1;
        const table = `${name}_${run}`;
        await house.run(`
          CREATE TABLE ${table} (id INT, v STRING, p INT) ${partitioned ? "PARTITIONED BY (p)" : ""} TBLPROPERTIES
            (delta.enableChangeDataFeed = true, delta.enableRowTracking = true, delta.enableDeletionVectors = ${String(vectors)});
          INSERT INTO ${table} SELECT id, 'a', id % 3 FROM range(8);
          INSERT INTO ${table} SELECT id, 'b', id % 3 FROM range(8, 10);
        `);
        for (const text of statements) {
          // Rows that a MERGE finds twice are an error, and change nothing.
          await house.values(text.replaceAll("{t}", table)).catch((error: unknown) => {
            expect(error).toMatchObject({ code: "DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE" });
          });
        }
        const tracked = await house.values(`SELECT count(*), count(DISTINCT _metadata.row_id) FROM ${table}`);
        expect(tracked[0]?.[0]).toBe(tracked[0]?.[1]);
        const changes = await house.values(
          `SELECT id, v, p, _change_type, _commit_version FROM table_changes('${table}', 0)`,
        );
        const versions = (await house.values(`DESCRIBE HISTORY ${table}`)).map(([version]) => Number(version));
        for (const version of versions) {
          const there = counted(await house.values(`SELECT id, v, p FROM ${table} VERSION AS OF ${version}`));
          const sum = new Map<string, number>();
          for (const [id, v, p, kind, at] of changes) {
            if (Number(at) > version) continue;
            counted([[id, v, p]], kind === "insert" || kind === "update_postimage" ? 1 : -1, sum);
          }
          expect(sum, `${statements.join("; ")} at ${version}`).toEqual(there);
        }
      });
      await fc.assert(property, { numRuns: 12, seed: 7, endOnFailure: true });
    });
  }
});
