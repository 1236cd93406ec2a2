import type { Transaction } from "../../../delta/transaction.ts";
import type { AlterStatement } from "../../../sql/ast/alter.ts";
import type { StatementCall } from "../statement-call.ts";
import { alterableTable, commitMetadata } from "./alter-commit.ts";
import type { ActionOf } from "./column-change.ts";

/** `SET TBLPROPERTIES (…)`, `UNSET TBLPROPERTIES [IF EXISTS] (…)` of a table. */
export async function alterProperties(
  statement: AlterStatement,
  action: ActionOf<"set_properties" | "unset_properties">,
  call: StatementCall,
): Promise<void> {
  const found = await alterableTable(statement.name, call);
  if (action.kind === "set_properties") {
    const properties = Object.fromEntries(
      action.properties.map(({ key, value }) => [key, call.constantText(value) ?? ""]),
    );
    const set = (transaction: Transaction): void => {
      transaction.updateMetadata({ setProperties: properties });
    };
    await commitMetadata(found, { operation: "SET TBLPROPERTIES", parameters: { properties } }, set, call);
    return;
  }
  const { ifExists } = action;
  const properties = action.properties.map(({ key }) => key);
  const unset = (transaction: Transaction): void => {
    transaction.updateMetadata({ unsetProperties: properties });
  };
  const parameters = { properties, ifExists };
  await commitMetadata(found, { operation: "UNSET TBLPROPERTIES", parameters }, unset, call);
}
