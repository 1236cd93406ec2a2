import { hasPolicy } from "../../../catalog/places.ts";
import type { Table } from "../../../catalog/securable.ts";
import type { StructType } from "../../../core/data-type.ts";
import { BoathouseError } from "../../../core/errors.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import { findField } from "../../../delta/schema/table-schema.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import type { OperationInfo } from "../../../delta/write/transaction-options.ts";
import type { StatementCall } from "../statement-call.ts";
import { requireRead, type DeltaTarget } from "./delta-target.ts";

/** Decides whether the change of a table may tell of its rows, of which a row filter or masks hide some. */
export async function requireRows(target: DeltaTarget, call: StatementCall): Promise<void> {
  const { entry } = target;
  await requireRead(target, call);
  if (entry !== undefined && hasPolicy(entry)) (await call.access()).requireAdministration("alter", entry);
}

/**
 * One Delta commit that changes what a table is: the log first, then the catalog follows. Nothing is committed when
 * nothing has changed. Gives the new version.
 */
export async function commitMetadata(
  { table, entry }: DeltaTarget,
  info: Pick<OperationInfo, "operation" | "parameters">,
  change: (transaction: Transaction) => void | Promise<void>,
  call: StatementCall,
  snapshot?: Snapshot,
): Promise<number | undefined> {
  const signal = call.signal === undefined ? {} : { signal: call.signal };
  const transaction = await table.begin({ ...info, userName: call.user, ...signal }, snapshot);
  try {
    await change(transaction);
    if (!transaction.hasChanges) return undefined;
    if (entry !== undefined) refuseGovernedColumns(entry, transaction.schema);
  } catch (error) {
    await transaction.abort();
    throw error;
  }
  const { version } = await transaction.commit();
  await followCommit(entry, transaction, call);
  return version;
}

/** The catalog's entry, where there is one, as the commit leaves the table. */
export async function followCommit(
  found: Table | undefined,
  { schema, metadata }: Pick<Transaction, "schema" | "metadata">,
  call: StatementCall,
): Promise<void> {
  if (found === undefined) return;
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
