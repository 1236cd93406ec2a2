import { didYouMean } from "../../../core/nearest.ts";
import { findProperty, isInternalProperty } from "../../../delta/properties.ts";
import type { Transaction } from "../../../delta/write/transaction.ts";
import type { AlterStatement } from "../../../sql/ast/alter.ts";
import type { Property } from "../../../sql/ast/definition.ts";
import type { StatementCall } from "../statement-call.ts";
import { commitMetadata } from "./alter-commit.ts";
import { deltaTarget } from "./delta-target.ts";
import type { ActionOf } from "./column-change.ts";

/** `SET TBLPROPERTIES (…)`, `UNSET TBLPROPERTIES [IF EXISTS] (…)` of a table. */
export async function alterProperties(
  statement: AlterStatement,
  action: ActionOf<"set_properties" | "unset_properties">,
  call: StatementCall,
): Promise<void> {
  const target = await deltaTarget(statement.name, "alter", call);
  for (const property of action.properties) refuseReserved(property, call);
  if (action.kind === "set_properties") {
    const properties = Object.fromEntries(
      action.properties.map(({ key, value }) => [key, call.constantText(value) ?? ""]),
    );
    const set = (transaction: Transaction): void => {
      transaction.updateMetadata({ setProperties: properties });
    };
    await commitMetadata(target, { operation: "SET TBLPROPERTIES", parameters: { properties } }, set, call);
    return;
  }
  const snapshot = await target.table.snapshot();
  const { ifExists } = action;
  const properties = action.properties.flatMap(({ key, span }) => {
    const own = findProperty(snapshot.metadata, key);
    if (own !== undefined || ifExists) return [own ?? key];
    throw call.error(
      span,
      "DELTA_UNSET_NON_EXISTENT_PROPERTY",
      `The table ${target.shown} has no property ${key}.`,
      didYouMean(key, Object.keys(snapshot.configuration)) ?? "UNSET TBLPROPERTIES IF EXISTS passes over it.",
    );
  });
  const unset = (transaction: Transaction): void => {
    transaction.updateMetadata({ unsetProperties: properties });
  };
  const parameters = { properties, ifExists };
  await commitMetadata(target, { operation: "UNSET TBLPROPERTIES", parameters }, unset, call, snapshot);
}

/** What other statements set, or only writers. */
function refuseReserved({ key, span }: Property, call: StatementCall): void {
  const name = key.toLowerCase();
  if (name.startsWith("delta.constraints.")) {
    const hint = "ALTER TABLE … ADD CONSTRAINT name CHECK (…), and DROP CONSTRAINT name.";
    throw call.error(span, "DELTA_ADD_CONSTRAINTS", "CHECK constraints are no table properties to set.", hint);
  }
  if (name === "location") {
    throw call.error(span, "DELTA_CANNOT_CHANGE_LOCATION", "The location of a table is no table property to set.");
  }
  if (name === "provider") {
    throw call.error(span, "DELTA_CANNOT_CHANGE_PROVIDER", "provider is a reserved table property.");
  }
  if (name === "comment" || name === "owner") {
    const hint = name === "comment" ? "COMMENT ON TABLE … IS '…'." : "ALTER TABLE … OWNER TO ….";
    const code = "UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY";
    throw call.error(span, code, `${name} is a reserved table property.`, hint);
  }
  if (name === "delta.feature.clustering") {
    throw call.error(
      span,
      "DELTA_ALTER_TABLE_SET_CLUSTERING_TABLE_FEATURE_NOT_ALLOWED",
      "The feature clustering cannot be switched on by a table property.",
      "ALTER TABLE … CLUSTER BY (…).",
    );
  }
  if (isInternalProperty(key)) {
    throw call.error(span, "DELTA_CANNOT_MODIFY_TABLE_PROPERTY", `${key} is set by writers, not by users.`);
  }
}
