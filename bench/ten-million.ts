import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { field, LONG, STRING, struct, TIMESTAMP } from "../src/core/data-type.ts";
import type { Lake } from "../tests/delta/lake.ts";

const ROWS = 10_000_000;

/** Ten million rows of the kinds that tables have: a key, a category, a price, a time, a text. */
export const TEN_MILLION = `SELECT i AS id, i % 1000 AS category, ((i * 7919 % 100000) / 100)::DECIMAL(16, 2) AS price,
  TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i) AS seen, 'item ' || (i * 31 % 50000) AS name FROM range(${ROWS}) AS r(i)`;

const SCHEMA = struct([
  field("id", LONG),
  field("category", LONG),
  field("price", { kind: "decimal", precision: 16, scale: 2 }),
  field("seen", TIMESTAMP),
  field("name", STRING),
]);

/** Makes a table of such rows, by one commit. */
export async function appendTo(
  lake: Lake,
  name: string,
  select: string,
  properties: Readonly<Record<string, string>> = {},
): Promise<void> {
  await mkdir(join(lake.folder, name), { recursive: true });
  const transaction = await lake.table(name).beginCreate({ schema: SCHEMA, properties }, { operation: "CREATE TABLE" });
  await transaction.append({ connection: lake.connection, select });
  await transaction.commit();
}
