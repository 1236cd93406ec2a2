import type { StructField } from "../../../core/data-type.ts";
import { BoathouseError } from "../../../core/errors.ts";
import { CURRENT_DEFAULT, GENERATION_EXPRESSION } from "../../../delta/write/column-rules.ts";
import { syncIdentity as syncMark } from "../../../delta/write/sync-identity.ts";
import { findField } from "../../../delta/schema/table-schema.ts";
import type { AlterColumn, AlterStatement, ColumnChange } from "../../../sql/ast/alter.ts";
import { partsOf } from "../../../sql/ast/node.ts";
import { checkDefault } from "../../../sql/column-expression.ts";
import { identityOf } from "../../../sql/identity.ts";
import { plainContext } from "../../../sql/plain-context.ts";
import { openConnection } from "../connection.ts";
import { sharedFolders } from "../shared-folders.ts";
import type { StatementCall } from "../statement-call.ts";
import { commitMetadata, requireRows } from "./alter-commit.ts";
import { deltaTarget } from "./delta-target.ts";
import { described, pathText } from "./column-change.ts";

type RuleChange = Extract<ColumnChange, { readonly kind: "set_default" | "drop_default" | "drop_identity" }>;

export function isRuleChange(change: ColumnChange): change is RuleChange {
  return change.kind === "set_default" || change.kind === "drop_default" || change.kind === "drop_identity";
}

/** A column with another default or none, or one that is no identity column any more. Rows that are there stay. */
export function changedRule(
  each: StructField,
  change: RuleChange,
  path: readonly string[],
  call: StatementCall,
): StructField {
  if (path.length > 1)
    throw call.unsupported(change.span, `A default or identity inside ${pathText(path.slice(0, -1))}`);
  const kept = Object.entries(each.metadata ?? {});
  if (change.kind === "drop_identity") {
    if (identityOf(each) === undefined) throw notIdentity(each.name);
    return { ...each, metadata: Object.fromEntries(kept.filter(([key]) => !key.startsWith("delta.identity."))) };
  }
  if (identityOf(each) !== undefined) {
    throw new BoathouseError(
      "DELTA_IDENTITY_COLUMNS_ALTER_COLUMN_NOT_SUPPORTED",
      `ALTER TABLE ALTER COLUMN is not supported for IDENTITY columns: ${each.name} has no default.`,
      { sqlState: "429BQ" },
    );
  }
  if (change.kind === "drop_default") {
    return { ...each, metadata: Object.fromEntries(kept.filter(([key]) => key !== CURRENT_DEFAULT)) };
  }
  const { expression } = change;
  const text = call.textOf(expression.span);
  if (each.metadata?.[GENERATION_EXPRESSION] !== undefined) {
    throw new BoathouseError(
      "GENERATED_COLUMN_WITH_DEFAULT_VALUE",
      `A column cannot have both a default value and a generation expression: ${each.name}.`,
      { sqlState: "42623" },
    );
  }
  checkDefault({ column: each, expression, text, context: plainContext(call.text) }, "ALTER TABLE ALTER COLUMN");
  return { ...each, metadata: { ...each.metadata, [CURRENT_DEFAULT]: text } };
}

/** `ALTER COLUMN id SYNC IDENTITY`: the next value is beyond those that are there. */
export async function syncIdentity(
  statement: AlterStatement,
  altered: AlterColumn,
  call: StatementCall,
): Promise<void> {
  const target = await deltaTarget(statement.name, "alter", call);
  // How far the values go tells of the rows.
  await requireRows(target, call);
  const snapshot = await target.table.snapshot();
  const name = pathText(partsOf(altered.column));
  const column = findField(snapshot.schema, partsOf(altered.column).join("."));
  const parameters = column === undefined ? {} : { column: described([], column) };
  const folders = [
    call.env.storage.reachableFolder(target.url),
    ...(await sharedFolders(snapshot, target.entry, call)),
  ];
  const connection = await openConnection(call, folders, "");
  try {
    await commitMetadata(
      target,
      { operation: "CHANGE COLUMN", parameters },
      (transaction) => syncMark(transaction, connection, column?.name ?? name),
      call,
      snapshot,
    );
  } catch (error) {
    throw call.placed(error, altered.span);
  } finally {
    connection.close();
  }
}

function notIdentity(name: string): BoathouseError {
  return new BoathouseError(
    "DELTA_IDENTITY_COLUMNS_ALTER_NON_IDENTITY_COLUMN",
    `DROP IDENTITY cannot be called on non IDENTITY columns: ${name}.`,
    { sqlState: "429BQ" },
  );
}
