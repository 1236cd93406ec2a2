import { BoathouseError, isBoathouseError } from "../../../core/errors.ts";
import { keepStructs } from "../../../delta/scan/emptied-structs.ts";
import { scanFunctions } from "../../../delta/scan/variant-layout.ts";
import { requireNoNulls } from "../../../delta/write/not-null.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import type { AlterStatement } from "../../../sql/ast/alter.ts";
import type { Span } from "../../../sql/ast/node.ts";
import { openConnection } from "../connection.ts";
import { sharedFolders } from "../shared-folders.ts";
import type { StatementCall } from "../statement-call.ts";
import { addedColumns, replacedColumns } from "./added-columns.ts";
import { commitMetadata, requireRows } from "./alter-commit.ts";
import { deltaTarget } from "./delta-target.ts";
import { changedColumns, droppedColumns, hiveChange, renamedColumn } from "./changed-columns.ts";
import type { ActionOf, ColumnsChange } from "./column-change.ts";

type ColumnAction = ActionOf<
  "add_columns" | "replace_columns" | "rename_column" | "drop_columns" | "change_column" | "alter_columns"
>;

/** `ALTER TABLE … ADD | DROP | RENAME | REPLACE | CHANGE | ALTER COLUMN`: one commit, whatever the number of columns. */
export async function alterColumns(
  statement: AlterStatement,
  action: ColumnAction,
  call: StatementCall,
): Promise<void> {
  const target = await deltaTarget(statement.name, "alter", call);
  const snapshot = await target.table.snapshot();
  const {
    operation,
    parameters,
    schema,
    notNull = [],
  } = await placing(action.span, call, () => changeOf(action, snapshot, call));
  if (notNull.length > 0) {
    // Whether it holds tells of the rows.
    await requireRows(target, call);
  }
  await commitMetadata(
    target,
    { operation, parameters },
    async (transaction) => {
      const drops = action.kind === "drop_columns" || action.kind === "replace_columns";
      if (notNull.length > 0 || drops) {
        const folders = [
          call.env.storage.reachableFolder(target.url),
          ...(await sharedFolders(snapshot, target.entry, call)),
        ];
        const connection = await openConnection(call, folders, scanFunctions(snapshot.schema));
        try {
          await requireNoNulls(transaction, connection, notNull);
          if (drops) await keepStructs(transaction, schema, connection);
        } finally {
          connection.close();
        }
      }
      const rowsChecked = notNull.length > 0;
      await placing(action.span, call, () => {
        transaction.updateMetadata({ schema, rowsChecked });
      }).catch((error: unknown) => {
        throw ofStatement(error, action);
      });
    },
    call,
    snapshot,
  );
}

function changeOf(action: ColumnAction, snapshot: Snapshot, call: StatementCall): ColumnsChange {
  switch (action.kind) {
    case "add_columns":
      return addedColumns(action, snapshot, call);
    case "drop_columns":
      return droppedColumns(action, snapshot);
    case "rename_column":
      return renamedColumn(action, snapshot);
    case "replace_columns":
      return replacedColumns(action, snapshot, call);
    case "change_column":
      return changedColumns(hiveChange(action, snapshot, call), snapshot, call);
    case "alter_columns":
      return changedColumns(action.columns, snapshot, call);
  }
}

/** What a change of columns may not do, under the condition of its statement. */
function ofStatement(error: unknown, action: ColumnAction): unknown {
  if (!isBoathouseError(error, "DELTA_UNSUPPORTED_SCHEMA_CHANGE")) return error;
  const code =
    action.kind === "replace_columns"
      ? "DELTA_UNSUPPORTED_ALTER_TABLE_REPLACE_COL_OP"
      : "DELTA_UNSUPPORTED_ALTER_TABLE_CHANGE_COL_OP";
  const { message, hint, location, source } = error;
  return new BoathouseError(code, message, {
    sqlState: "0AKDC",
    ...(hint === undefined ? {} : { hint }),
    ...(location === undefined ? {} : { location }),
    ...(source === undefined ? {} : { source }),
  });
}

/** Errors get their place in the statement. */
async function placing<T>(span: Span, call: StatementCall, run: () => T): Promise<T> {
  try {
    return await Promise.resolve(run());
  } catch (error) {
    throw call.placed(error, span);
  }
}
