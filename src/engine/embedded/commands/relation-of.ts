import { getRelation } from "../../../catalog/find.ts";
import { isTable, type Relation, type Table } from "../../../catalog/securable.ts";
import type { BoathouseError } from "../../../core/errors.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { StatementCall } from "../statement-call.ts";

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
  throw notTable(found, name, call);
}

export function notTable(found: Relation, name: ObjectName, call: StatementCall): BoathouseError {
  const message = `${found.name} is a view, which holds no data of its own.`;
  return call.error(name.span, "EXPECT_TABLE_NOT_VIEW", message);
}
