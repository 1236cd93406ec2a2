import type { AlterAction, AlterColumn, AlterStatement } from "../../../sql/ast/alter.ts";
import { isTable } from "../../../catalog/securable.ts";
import type { BoathouseError } from "../../../core/errors.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { StatementResult } from "../../session.ts";
import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import { boundText } from "../bound-text.ts";
import { analyzeQuery } from "../../../sql/analyzer/analyze.ts";
import { alterColumns } from "./alter-columns.ts";
import { commitMetadata } from "./alter-commit.ts";
import { alterConstraint } from "./alter-constraint.ts";
import { alterFeature } from "./alter-feature.ts";
import { alterProperties } from "./alter-properties.ts";
import type { ActionOf } from "./column-change.ts";
import { syncIdentity } from "./column-rule-change.ts";
import { deltaTarget, pathOf } from "./delta-target.ts";
import { alterClustering } from "./cluster-by.ts";
import type { Command } from "./command.ts";
import { refuseTemporary } from "./create-view.ts";
import { namedObject } from "./grant.ts";
import { setColumnMask, setRowFilter } from "./policies.ts";
import { relationOf } from "./relation-of.ts";

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
    const { object, name, comment: text } = statement;
    const isPath = object === "table" && (await pathOf(name, call)) !== undefined;
    if (!isPath) {
      const named = await namedObject(object, name, statement.span, call);
      await call.env.catalog.describeObject(call.user, named, { comment: text ?? null });
    }
    if (isPath || (object === "table" && isTable(await relationOf(name, call)))) {
      await commentLog(name, text ?? "", call);
    }
    return doneResult("COMMENT");
  },
};

/** The log has the comment as well, for who reads the table without this catalog. */
async function commentLog(name: ObjectName, text: string, call: StatementCall): Promise<void> {
  const target = await deltaTarget(name, "alter", call);
  const info = { operation: "SET TBLPROPERTIES", parameters: { properties: { comment: text } } };
  const change = (transaction: Transaction): void => {
    transaction.updateMetadata({ comment: text });
  };
  await commitMetadata(target, info, change, call);
}

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
      await changeColumns(statement, action, call);
      return;
    default:
      if (!isTableObject(statement.object)) await describeOther(statement, action, call);
      else await changeTable(statement, action, call);
  }
}

/** Changes that a Delta commit carries. */
async function changeTable(statement: AlterStatement, action: AlterAction, call: StatementCall): Promise<void> {
  switch (action.kind) {
    case "add_columns":
    case "replace_columns":
    case "rename_column":
    case "drop_columns":
    case "change_column":
      await alterColumns(statement, action, call);
      return;
    case "add_constraint":
    case "drop_constraint":
      await alterConstraint(statement, action, call);
      return;
    case "drop_feature":
      await alterFeature(statement, action, call);
      return;
    case "set_properties":
    case "unset_properties":
      await alterProperties(statement, action, call);
      return;
    case "cluster_by":
      await alterClustering(statement, action, call);
      return;
    case "set_location":
      if ((await pathOf(statement.name, call)) === undefined) throw refused(action, call);
      throw call.error(
        action.span,
        "DELTA_CANNOT_SET_LOCATION_ON_PATH_IDENTIFIER",
        "Cannot change the location of a path based table.",
      );
    default:
      throw refused(action, call);
  }
}

function refused(action: AlterAction, call: StatementCall): BoathouseError {
  return call.unsupported(action.span, `ALTER TABLE … ${action.kind.replaceAll("_", " ").toUpperCase()}`);
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

/** Masks belong to the catalog; what else changes of columns, one commit carries. */
async function changeColumns(
  statement: AlterStatement,
  action: ActionOf<"alter_columns">,
  call: StatementCall,
): Promise<void> {
  const columns: AlterColumn[] = [];
  for (const altered of action.columns) {
    const { change: wanted } = altered;
    if (wanted.kind === "sync_identity") {
      await syncIdentity(statement, altered, call);
      continue;
    }
    if (wanted.kind !== "set_mask" && wanted.kind !== "drop_mask") {
      columns.push(altered);
      continue;
    }
    const table = await call.objectName(statement.name);
    const column = altered.column.parts.map((each) => each.name).join(".");
    if (wanted.kind === "set_mask") await setColumnMask(table, column, wanted.mask, call);
    else await call.env.catalog.dropColumnMask(call.user, table, column);
  }
  if (columns.length > 0) await alterColumns(statement, { ...action, columns }, call);
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
