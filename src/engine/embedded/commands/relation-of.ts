import { getRelation } from "../../../catalog/find.ts";
import { isTable, type Relation, type Table } from "../../../catalog/securable.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { StatementCall } from "../statement-call.ts";

/** The catalog's entry of a name, at its place in errors. */
export async function relationOf(name: ObjectName, call: StatementCall): Promise<Relation> {
  return getRelation(await call.access(), await call.objectName(name));
}

/** The same where only a table will do. */
export async function tableOf(name: ObjectName, call: StatementCall): Promise<Table> {
  const found = await relationOf(name, call);
  if (isTable(found)) return found;
  throw call.error(name.span, "EXPECT_TABLE_NOT_VIEW", `${found.name} is a view, which holds no data of its own.`);
}
