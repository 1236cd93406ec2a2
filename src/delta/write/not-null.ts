import { BoathouseError } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { describe } from "../log/log-segment.ts";
import { numberIn } from "../log/row-values.ts";
import { columnAt, isInsideCollection, type ColumnPath } from "../schema/schema-edit.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Makes sure that no row of the table is null in the columns, which are about to become NOT NULL. A field counts where
 * its struct is there. Throws `DELTA_NEW_NOT_NULL_VIOLATION` and, inside arrays and maps, `DELTA_NESTED_NOT_NULL_CONSTRAINT`.
 */
export async function requireNoNulls(
  transaction: Transaction,
  connection: Connection,
  paths: readonly ColumnPath[],
): Promise<void> {
  const { snapshot, location } = transaction;
  if (snapshot === undefined || paths.length === 0) return;
  const conditions = paths.map((path) => {
    const name = path.join(".");
    if (isInsideCollection(snapshot.schema, path)) {
      throw new BoathouseError(
        "DELTA_NESTED_NOT_NULL_CONSTRAINT",
        `${name} is inside an array or a map, where NOT NULL cannot be enforced.`,
        { sqlState: "0AKDC", hint: "Use a CHECK constraint, such as CHECK (forall(a, x -> x IS NOT NULL))." },
      );
    }
    const parts = path.map((_, index) => quoteIdentifier(columnAt(snapshot.schema, path.slice(0, index + 1)).name));
    const parent = parts.length === 1 ? "true" : `${parts.slice(0, -1).join(".")} IS NOT NULL`;
    return { name, sql: `${parent} AND ${parts.join(".")} IS NULL` };
  });
  const scan = await transaction.scan();
  const counts = conditions.map(({ sql }, index) => `count(*) FILTER (WHERE ${sql}) AS n${index}`);
  const [row] = await connection.rows(`SELECT ${counts.join(", ")} FROM ${scan.sql()}`);
  for (const [index, { name, sql }] of conditions.entries()) {
    const broken = numberIn(row, `n${index}`);
    if (broken === 0) continue;
    throw new BoathouseError(
      "DELTA_NEW_NOT_NULL_VIOLATION",
      `${broken} ${broken === 1 ? "row" : "rows"} of ${describe(location)} violate the new NOT NULL constraint on ${name}.`,
      { sqlState: "23512", hint: `Find them with: SELECT * FROM … WHERE ${sql.replaceAll('"', "`")}` },
    );
  }
}
