import type { Table } from "../../../catalog/securable.ts";
import type { StructType } from "../../../core/data-type.ts";
import { BoathouseError } from "../../../core/errors.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import { findField } from "../../../delta/schema/table-schema.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import type { OperationInfo } from "../../../delta/write/transaction-options.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { StatementCall } from "../statement-call.ts";
import { tableOf } from "./relation-of.ts";

/** A table whose definition the statement's user may change: MODIFY, or ownership. */
export async function alterableTable(name: ObjectName, call: StatementCall): Promise<Table> {
  const found = await tableOf(name, call);
  const access = await call.access();
  if (!access.decide("MODIFY", found).allowed) access.requireAdministration("alter", found);
  return found;
}

/** The newest version of a table of the catalog. */
export async function snapshotOf(found: Table, call: StatementCall): Promise<Snapshot> {
  return (await call.env.tables.at(found.location)).snapshot();
}

/**
 * One Delta commit that changes what a table is: the log first, then the catalog follows. Nothing is committed when
 * nothing has changed. Gives the new version.
 */
export async function commitMetadata(
  found: Table,
  info: Pick<OperationInfo, "operation" | "parameters">,
  change: (transaction: Transaction) => void | Promise<void>,
  call: StatementCall,
  snapshot?: Snapshot,
): Promise<number | undefined> {
  const table = await call.env.tables.at(found.location);
  const signal = call.signal === undefined ? {} : { signal: call.signal };
  const transaction = await table.begin({ ...info, userName: call.user, ...signal }, snapshot);
  try {
    await change(transaction);
    if (!transaction.hasChanges) return undefined;
    refuseGovernedColumns(found, transaction.schema);
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  const { version } = await transaction.commit();
  await followCommit(found, transaction, call);
  return version;
}

/** The catalog's entry as the commit leaves the table. */
export async function followCommit(
  found: Table,
  { schema, metadata }: Pick<Transaction, "schema" | "metadata">,
  call: StatementCall,
): Promise<void> {
  const { snapshot } = await call.access();
  await call.env.catalog.describeTable(call.user, snapshot.fullName(found), {
    columns: schema,
    partitionColumns: metadata.partitionColumns,
    properties: metadata.configuration,
  });
}

/** Refuses to take away or rename a column that a row filter or mask needs: what it hides would be seen, or nothing. */
function refuseGovernedColumns(found: Table, schema: StructType): void {
  const uses: [column: string, what: string][] = [];
  for (const each of found.rowFilter?.arguments ?? []) if ("column" in each) uses.push([each.column, "the row filter"]);
  for (const [column, mask] of Object.entries(found.columnMasks)) {
    uses.push([column, "its mask"]);
    for (const each of mask.arguments) if ("column" in each) uses.push([each.column, `the mask of ${column}`]);
  }
  for (const [column, what] of uses) {
    if (findField(schema, column) !== undefined) continue;
    throw new BoathouseError("OBJECT_IN_USE", `The column ${column} of ${found.name} is used by ${what}.`, {
      sqlState: "2BP01",
      hint: "Drop the policy first (DROP ROW FILTER, ALTER COLUMN … DROP MASK), then set it anew.",
    });
  }
}
