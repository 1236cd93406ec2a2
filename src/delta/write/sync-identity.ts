import type { StructField } from "../../core/data-type.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { BoathouseError } from "../../core/errors.ts";
import { identityOf, identityOverflow } from "../../sql/identity.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { markFor, withHighWaterMarks } from "./high-water-marks.ts";
import { optionalTextIn } from "../log/row-values.ts";
import { findField } from "../schema/table-schema.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Brings the mark of an identity column up to the values that are there, which rows brought themselves: the next one is
 * beyond them. It is never lowered. Throws `DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN`.
 */
export async function syncIdentity(transaction: Transaction, connection: Connection, name: string): Promise<void> {
  const { schema } = transaction;
  const column = findField(schema, name);
  const identity = column === undefined ? undefined : identityOf(column);
  if (column === undefined || identity === undefined) throw notIdentity(name);
  const scan = await transaction.scan();
  const last = `${identity.step > 0n ? "max" : "min"}(${quoteIdentifier(column.name)})`;
  const [row] = await connection.rows(`SELECT ${last}::VARCHAR AS last FROM ${scan.sql()}`);
  const text = optionalTextIn(row, "last");
  const mark = text === undefined ? undefined : markOf(BigInt(text), column, identity);
  if (mark === undefined) return;
  const synced = withHighWaterMarks(schema, new Map([[schema.fields.indexOf(column), mark]]));
  if (synced !== schema) transaction.updateMetadata({ schema: synced });
}

function markOf(
  value: bigint,
  column: StructField,
  identity: { readonly start: bigint; readonly step: bigint },
): bigint | undefined {
  try {
    return markFor(value, identity);
  } catch (error) {
    throw error instanceof RangeError ? identityOverflow(column.name, error) : error;
  }
}

function notIdentity(name: string): BoathouseError {
  return new BoathouseError(
    "DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN",
    `ALTER TABLE ALTER COLUMN SYNC IDENTITY cannot be called on non IDENTITY columns: ${name}.`,
    { sqlState: "429BQ", hint: "DESCRIBE TABLE tells which columns there are." },
  );
}
