import type { Connection } from "../../duckdb/connection.ts";
import {
  constraintChecks,
  constraintExists,
  constraintKey,
  constraintMissing,
  constraintViolated,
} from "./constraints.ts";
import { describe } from "../log/log-segment.ts";
import { findProperty } from "../properties.ts";
import { numberIn } from "../log/row-values.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Adds a CHECK constraint, in Spark SQL. Throws `DELTA_CONSTRAINT_ALREADY_EXISTS`, and
 * `DELTA_NEW_CHECK_CONSTRAINT_VIOLATION` when rows of the table break it.
 */
export async function addConstraint(
  transaction: Transaction,
  connection: Connection,
  name: string,
  expression: string,
): Promise<void> {
  const key = constraintKey(name);
  if (findProperty(transaction.metadata, key) !== undefined) throw constraintExists(name);
  transaction.updateMetadata({ setProperties: { [key]: expression } });
  const checks = constraintChecks(transaction, transaction.schema);
  const check = checks.find((each) => each.name === name.toLowerCase());
  if (check === undefined || transaction.snapshot === undefined) return;
  const scan = await transaction.scan();
  const [row] = await connection.rows(
    `SELECT count(*) AS rows FROM ${scan.sql()} WHERE NOT coalesce((${check.condition}), false)`,
  );
  const broken = numberIn(row, "rows");
  if (broken === 0) return;
  throw constraintViolated({ name, expression, broken, where: describe(transaction.location) });
}

/** Throws `DELTA_CONSTRAINT_DOES_NOT_EXIST`. */
export function dropConstraint(transaction: Transaction, name: string): void {
  const key = findProperty(transaction.metadata, constraintKey(name));
  if (key === undefined) throw constraintMissing(name, transaction.metadata);
  transaction.updateMetadata({ unsetProperties: [key] });
}
