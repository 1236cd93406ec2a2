import type { AlterAction, AlterColumn, AlterStatement } from "../../../sql/ast/alter.ts";
import { BOOLEAN, field, struct, type StructField, type StructType } from "../../../core/data-type.ts";
import { isBoathouseError } from "../../../core/errors.ts";
import type { Constraint } from "../../../sql/ast/definition.ts";
import { compileExpression } from "../../../sql/expression.ts";
import { hasPolicy } from "../../../catalog/places.ts";
import type { Table } from "../../../catalog/securable.ts";
import {
  addConstraint as addTableConstraint,
  dropConstraint as dropTableConstraint,
} from "../../../delta/table-constraints.ts";
import type { Transaction } from "../../../delta/transaction.ts";
import type { MetadataChange } from "../../../delta/transaction-options.ts";
import type { StatementResult } from "../../session.ts";
import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import { openConnection } from "../connection.ts";
import { boundText } from "../bound-text.ts";
import { analyzeQuery } from "../../../sql/analyzer/analyze.ts";
import type { Command } from "./command.ts";
import { columnsOf } from "./create-table.ts";
import { refuseTemporary } from "./create-view.ts";
import { namedObject } from "./grant.ts";
import { setColumnMask, setRowFilter } from "./policies.ts";
import { tableOf } from "./relation-of.ts";

export const alter: Command<"alter"> = {
  kinds: ["alter"],
  async run(statement, call) {
    await change(statement, call);
    return doneResult(`ALTER ${statement.object.replaceAll("_", " ").toUpperCase()}`);
  },
};

export const comment: Command<"comment"> = {
  kinds: ["comment"],
  async run(statement, call): Promise<StatementResult> {
    const on = await namedObject(statement.object, statement.name, statement.span, call);
    await call.env.catalog.describeObject(call.user, on, { comment: statement.comment ?? null });
    return doneResult("COMMENT");
  },
};

async function change(statement: AlterStatement, call: StatementCall): Promise<void> {
  const { catalog } = call.env;
  const { action } = statement;
  if (statement.partition !== undefined) throw call.unsupported(statement.span, "ALTER of a partition");
  switch (action.kind) {
    case "set_owner":
      await catalog.setOwner(call.user, await on(statement, call), action.owner.name);
      return;
    case "rename":
      await catalog.rename(call.user, await on(statement, call), action.to.parts.at(-1)?.name ?? "");
      return;
    case "set_comment":
      await catalog.describeObject(call.user, await on(statement, call), { comment: action.comment ?? null });
      return;
    case "set_url":
    case "set_credential":
      await catalog.alterExternalLocation(call.user, {
        name: (await call.parts(statement.name)).at(-1) ?? "",
        ...(action.kind === "set_url"
          ? { url: action.url }
          : { credential: action.credential.parts.at(-1)?.name ?? "" }),
      });
      return;
    case "set_query":
      await setQuery(statement, action, call);
      return;
    case "change_member":
      await changeMember(statement, action, call);
      return;
    case "set_row_filter":
      await setRowFilter(await call.objectName(statement.name), action.filter, call);
      return;
    case "drop_row_filter":
      await catalog.dropRowFilter(call.user, await call.objectName(statement.name));
      return;
    case "alter_columns":
      for (const column of action.columns) await alterColumn(statement, column, call);
      return;
    default:
      if (!isTableObject(statement.object)) await describeOther(statement, action, call);
      else await alterMetadata(statement, action, call);
  }
}

/** Properties of an object that is no table. */
async function describeOther(statement: AlterStatement, action: AlterAction, call: StatementCall): Promise<void> {
  if (action.kind !== "set_properties" && action.kind !== "unset_properties") {
    throw call.unsupported(action.span, `ALTER … ${action.kind.replaceAll("_", " ").toUpperCase()}`);
  }
  const properties = Object.fromEntries(
    action.properties.map(({ key, value }) => [
      key,
      action.kind === "unset_properties" ? null : (call.constantText(value) ?? ""),
    ]),
  );
  await call.env.catalog.describeObject(call.user, await on(statement, call), { properties });
}

/** Changes that a Delta commit carries: the log first, then the catalog follows. */
async function alterMetadata(statement: AlterStatement, action: AlterAction, call: StatementCall): Promise<void> {
  const found = await tableOf(statement.name, call);
  const access = await call.access();
  if (!access.decide("MODIFY", found).allowed) access.requireAdministration("alter", found);
  const change = async (transaction: Transaction): Promise<void> => {
    if (action.kind === "add_constraint") await addConstraint(transaction, found, action.constraint, call);
    else if (action.kind === "drop_constraint") dropConstraint(transaction, action);
    else transaction.updateMetadata(metadataChange(action, transaction.schema, call));
  };
  await commitMetadata(found, operationOf(action), change, call);
}

/** A CHECK constraint that the table's rows fulfil. Keys are informational and leave nothing behind. */
async function addConstraint(
  transaction: Transaction,
  found: Table,
  constraint: Constraint,
  call: StatementCall,
): Promise<void> {
  if (constraint.kind === "primary_key" || constraint.kind === "foreign_key") return;
  if (constraint.kind !== "check") throw call.unsupported(constraint.span, "This constraint");
  const { name, condition } = constraint;
  // Whether it holds tells of the rows.
  const access = await call.access();
  access.require("SELECT", found);
  if (hasPolicy(found)) access.requireAdministration("alter", found);
  if (name === undefined) {
    throw call.error(constraint.span, "CONSTRAINT_NAME_MISSING", "A CHECK constraint needs a name.");
  }
  const { sql } = compileExpression(condition, {
    schema: transaction.schema,
    context: call.context(access),
    type: BOOLEAN,
  });
  const connection = await openConnection(call, [call.env.storage.localPath(found.location)], sql);
  try {
    await addTableConstraint(transaction, connection, name.name, call.textOf(condition.span));
  } finally {
    connection.close();
  }
}

function dropConstraint(
  transaction: Transaction,
  action: Extract<AlterAction, { readonly kind: "drop_constraint" }>,
): void {
  if (action.constraint !== "named" || action.name === undefined) return;
  try {
    dropTableConstraint(transaction, action.name.name);
  } catch (error) {
    if (!action.ifExists || !isBoathouseError(error, "DELTA_CONSTRAINT_DOES_NOT_EXIST")) throw error;
  }
}

async function commitMetadata(
  found: Table,
  operation: string,
  change: (transaction: Transaction) => void | Promise<void>,
  call: StatementCall,
): Promise<void> {
  const table = await call.env.tables.at(found.location);
  const transaction = await table.begin({ operation, userName: call.user });
  await change(transaction);
  if (!transaction.hasChanges) return;
  await transaction.commit();
  const { snapshot } = await call.access();
  await call.env.catalog.describeTable(call.user, snapshot.fullName(found), {
    columns: transaction.schema,
    properties: transaction.metadata.configuration,
  });
}

function metadataChange(action: AlterAction, schema: StructType, call: StatementCall): MetadataChange {
  switch (action.kind) {
    case "set_properties":
      return {
        setProperties: Object.fromEntries(
          action.properties.map(({ key, value }) => [key, call.constantText(value) ?? ""]),
        ),
      };
    case "unset_properties":
      return { unsetProperties: action.properties.map(({ key }) => key) };
    case "add_columns": {
      const { fields } = columnsOf(action.columns, [], call);
      const known = new Set(schema.fields.map((each) => each.name.toLowerCase()));
      const added = fields.filter((each, index) => {
        if (!known.has(each.name.toLowerCase())) return true;
        if (action.ifNotExists) return false;
        throw call.error(
          action.columns[index]?.span,
          "COLUMN_ALREADY_EXISTS",
          `The column ${each.name} exists already.`,
        );
      });
      if (action.columns.some((each) => each.name.parts.length > 1 || each.position !== undefined)) {
        throw call.unsupported(action.span, "Adding a column inside a struct or at a position");
      }
      // What is there already has no value for the new columns.
      return { schema: struct([...schema.fields, ...added.map((each) => ({ ...each, nullable: true }))]) };
    }
    default:
      throw call.unsupported(action.span, `ALTER TABLE … ${action.kind.replaceAll("_", " ").toUpperCase()}`);
  }
}

function operationOf(action: AlterAction): string {
  const names: Partial<Record<AlterAction["kind"], string>> = {
    set_properties: "SET TBLPROPERTIES",
    unset_properties: "UNSET TBLPROPERTIES",
    add_columns: "ADD COLUMNS",
    add_constraint: "ADD CONSTRAINT",
    drop_constraint: "DROP CONSTRAINT",
  };
  return names[action.kind] ?? "ALTER TABLE";
}

async function alterColumn(statement: AlterStatement, altered: AlterColumn, call: StatementCall): Promise<void> {
  const table = await call.objectName(statement.name);
  const column = altered.column.parts.map((each) => each.name).join(".");
  const { change: wanted } = altered;
  switch (wanted.kind) {
    case "set_mask":
      await setColumnMask(table, column, wanted.mask, call);
      return;
    case "drop_mask":
      await call.env.catalog.dropColumnMask(call.user, table, column);
      return;
    case "set_column_comment":
    case "set_nullable":
      break;
    default:
      throw call.unsupported(wanted.span, `ALTER COLUMN … ${wanted.kind.replaceAll("_", " ").toUpperCase()}`);
  }
  if (wanted.kind === "set_nullable" && !wanted.nullable)
    throw call.unsupported(wanted.span, "SET NOT NULL on a column with rows");
  const found = await tableOf(statement.name, call);
  (await call.access()).require("MODIFY", found);
  const change = (transaction: Transaction): void => {
    transaction.updateMetadata({ schema: changedColumn(transaction.schema, altered, call) });
  };
  await commitMetadata(found, "CHANGE COLUMN", change, call);
}

function changedColumn(schema: StructType, altered: AlterColumn, call: StatementCall): StructType {
  const name = altered.column.parts
    .map((each) => each.name)
    .join(".")
    .toLowerCase();
  const { change: wanted } = altered;
  let isThere = false;
  const fields = schema.fields.map((each): StructField => {
    if (each.name.toLowerCase() !== name) return each;
    isThere = true;
    if (wanted.kind === "set_column_comment")
      return field(each.name, each.type, each.nullable, { ...each.metadata, comment: wanted.comment });
    return { ...each, nullable: true };
  });
  if (!isThere)
    throw call.error(altered.column.span, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", `There is no column ${name}.`);
  return struct(fields);
}

async function setQuery(
  statement: AlterStatement,
  action: Extract<AlterAction, { readonly kind: "set_query" }>,
  call: StatementCall,
): Promise<void> {
  const bound = await call.analyze((resolver, context) => analyzeQuery(action.query, resolver, context));
  await refuseTemporary(action.query, call);
  const definition = {
    text: boundText(action.query, call).text,
    catalog: call.state.catalog,
    schema: call.state.schema,
  };
  await call.env.catalog.setDefinition(call.user, await call.objectName(statement.name), definition, bound.schema);
}

async function changeMember(
  statement: AlterStatement,
  action: Extract<AlterAction, { readonly kind: "change_member" }>,
  call: StatementCall,
): Promise<void> {
  if (statement.object !== "group") throw call.unsupported(action.span, "Members of this object");
  const group = (await call.parts(statement.name)).at(-1) ?? "";
  const member = (await call.parts(action.name)).at(-1) ?? "";
  if (action.add) await call.env.catalog.addMember(call.user, group, member);
  else await call.env.catalog.removeMember(call.user, group, member);
}

function on(statement: AlterStatement, call: StatementCall): ReturnType<typeof namedObject> {
  return namedObject(statement.object, statement.name, statement.span, call);
}

function isTableObject(object: AlterStatement["object"]): boolean {
  return object === "table" || object === "streaming_table" || object === "materialized_view";
}
