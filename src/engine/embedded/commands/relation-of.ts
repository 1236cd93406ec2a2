import { getRelation } from "../../../catalog/find.ts";
import { isTable, type Relation, type Table } from "../../../catalog/securable.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { StatementCall } from "../statement-call.ts";
import { requireWrite } from "../write-access.ts";

/** The catalog's entry of a name, at its place in errors. */
export async function relationOf(name: ObjectName, call: StatementCall): Promise<Relation> {
  const path = await call.objectName(name);
  const access = await call.access();
  try {
    return getRelation(access, path);
  } catch (error) {
    throw call.placed(error, name.span);
  }
}

/** The same where only a table will do. */
export async function tableOf(name: ObjectName, call: StatementCall): Promise<Table> {
  const found = await relationOf(name, call);
  if (isTable(found)) return found;
  throw call.error(name.span, "EXPECT_TABLE_NOT_VIEW", `${found.name} is a view, which holds no data of its own.`);
}

/** A table whose rows the statement's user, or its pipeline, may change. */
export async function writableTableOf(name: ObjectName, call: StatementCall): Promise<Table> {
  const found = await tableOf(name, call);
  try {
    requireWrite(await call.access(), found, call.options.pipeline);
  } catch (error) {
    throw call.placed(error, name.span);
  }
  return found;
}
