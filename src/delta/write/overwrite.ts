import { recordInserts } from "../changes/change-data.ts";
import { refuseGivenIdentity } from "./column-rules.ts";
import { sourceSchema, type DataSource, type WrittenData } from "./data-writer.ts";
import { partitionPredicate } from "../scan/partition-predicate.ts";
import { deleteRows } from "./row-changes.ts";
import { nullableColumns } from "../schema/table-draft.ts";
import type { OverwriteMode } from "./transaction-options.ts";
import type { Transaction } from "./transaction.ts";

/** Puts the rows of a SELECT in the place of what is there: everything, the rows of a condition, or whole partitions. */
export async function overwrite(
  transaction: Transaction,
  given: DataSource,
  mode: OverwriteMode,
  options: { readonly mergeSchema?: boolean } = {},
): Promise<WrittenData> {
  const schema = await sourceSchema(given);
  const source = { ...given, schema };
  if (mode.kind === "full" && mode.overwriteSchema === true) {
    const partitionColumns = mode.partitionColumns ?? transaction.metadata.partitionColumns;
    transaction.updateMetadata({ schema: nullableColumns(schema), partitionColumns, overwriteSchema: true });
  } else if (options.mergeSchema === true) transaction.mergeSchema(schema);
  refuseGivenIdentity(transaction.schema, schema);
  switch (mode.kind) {
    case "full":
      await transaction.removeAll();
      return transaction.write(source);
    case "where": {
      // The new rows come first: the select may read what is about to be removed, and the check may fail.
      const check = {
        condition: mode.condition.sql,
        code: "DELTA_REPLACE_WHERE_MISMATCH",
        message: `Written data does not conform to the condition of replaceWhere (${mode.text}):`,
      };
      const written = await transaction.write(source, [check]);
      const { changeFiles } = await deleteRows(transaction, source.connection, mode.condition);
      if (changeFiles > 0) await recordInserts(transaction, written.adds, source);
      return written;
    }
    case "dynamic":
      return overwritePartitions(transaction, source);
  }
}

async function overwritePartitions(transaction: Transaction, source: DataSource): Promise<WrittenData> {
  const { metadata, schema } = transaction;
  if (metadata.partitionColumns.length === 0) return overwrite(transaction, source, { kind: "full" });
  const written = await transaction.write(source);
  if (written.adds.length > 0) {
    await transaction.remove(
      await transaction.scan({ predicate: partitionPredicate(schema, metadata, written.adds), listOnly: true }),
    );
  }
  return written;
}
