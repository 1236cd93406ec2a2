import { BOOLEAN } from "../../../core/data-type.ts";
import { isBoathouseError } from "../../../core/errors.ts";
import { constraintKey } from "../../../delta/write/constraints.ts";
import { scanFunctions } from "../../../delta/scan/variant-layout.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import { findProperty } from "../../../delta/properties.ts";
import {
  addConstraint as addTableConstraint,
  dropConstraint as dropTableConstraint,
} from "../../../delta/write/table-constraints.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import type { AlterStatement } from "../../../sql/ast/alter.ts";
import { compileExpression } from "../../../sql/expression.ts";
import { openConnection } from "../connection.ts";
import { sharedFolders } from "../shared-folders.ts";
import type { StatementCall } from "../statement-call.ts";
import { commitMetadata, requireRows } from "./alter-commit.ts";
import { deltaTarget, type DeltaTarget } from "./delta-target.ts";
import type { ActionOf } from "./column-change.ts";

export async function alterConstraint(
  statement: AlterStatement,
  action: ActionOf<"add_constraint" | "drop_constraint">,
  call: StatementCall,
): Promise<void> {
  const target = await deltaTarget(statement.name, "alter", call);
  const snapshot = await target.table.snapshot();
  if (action.kind === "add_constraint") {
    const { constraint } = action;
    const expr = constraint.kind === "check" ? call.textOf(constraint.condition.span) : "";
    const parameters = { name: "name" in constraint ? (constraint.name?.name ?? "") : "", expr };
    const add = (transaction: Transaction): Promise<void> =>
      addConstraint(transaction, { target, snapshot }, constraint, call);
    await commitMetadata(target, { operation: "ADD CONSTRAINT", parameters }, add, call, snapshot);
    return;
  }
  const name = action.name?.name ?? "";
  const key = findProperty(snapshot.metadata, constraintKey(name));
  const expr = key === undefined ? undefined : snapshot.configuration[key];
  const parameters = { name, ...(expr === undefined ? { existed: "false" } : { expr, existed: "true" }) };
  const drop = (transaction: Transaction): void => {
    dropConstraint(transaction, action);
  };
  await commitMetadata(target, { operation: "DROP CONSTRAINT", parameters }, drop, call, snapshot);
}

/** A CHECK constraint that the table's rows fulfil. Keys are informational and leave nothing behind. */
async function addConstraint(
  transaction: Transaction,
  { target, snapshot }: { readonly target: DeltaTarget; readonly snapshot: Snapshot },
  constraint: ActionOf<"add_constraint">["constraint"],
  call: StatementCall,
): Promise<void> {
  if (constraint.kind === "primary_key" || constraint.kind === "foreign_key") return;
  if (constraint.kind !== "check") throw call.unsupported(constraint.span, "This constraint");
  const { name, condition } = constraint;
  // Whether it holds tells of the rows.
  await requireRows(target, call);
  if (name === undefined) {
    throw call.error(constraint.span, "CONSTRAINT_NAME_MISSING", "A CHECK constraint needs a name.");
  }
  const { sql } = compileExpression(condition, {
    schema: transaction.schema,
    context: call.context(await call.access()),
    type: BOOLEAN,
  });
  const folders = [
    call.env.storage.reachableFolder(target.url),
    ...(await sharedFolders(snapshot, target.entry, call)),
  ];
  const connection = await openConnection(call, folders, `${sql} ${scanFunctions(snapshot.schema)}`);
  try {
    await addTableConstraint(transaction, connection, name.name, call.textOf(condition.span));
  } finally {
    connection.close();
  }
}

function dropConstraint(transaction: Transaction, action: ActionOf<"drop_constraint">): void {
  if (action.constraint !== "named" || action.name === undefined) return;
  try {
    dropTableConstraint(transaction, action.name.name);
  } catch (error) {
    if (!action.ifExists || !isBoathouseError(error, "DELTA_CONSTRAINT_DOES_NOT_EXIST")) throw error;
  }
}
