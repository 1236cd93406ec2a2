import type { PolicyArgument } from "../../../catalog/securable.ts";
import type { ColumnDefinition, ColumnMask, RowFilter } from "../../../sql/ast/definition.ts";
import type { Expression } from "../../../sql/ast/expression.ts";
import type { StatementCall } from "../statement-call.ts";

/** The row filter and masks that a definition carries. */
export async function applyPolicies(
  definition: { readonly rowFilter: RowFilter | undefined; readonly columns: readonly ColumnDefinition[] },
  table: readonly string[],
  call: StatementCall,
): Promise<void> {
  if (definition.rowFilter !== undefined) await setRowFilter(table, definition.rowFilter, call);
  for (const { name, mask } of definition.columns) {
    if (mask !== undefined) await setColumnMask(table, name.parts.at(-1)?.name ?? "", mask, call);
  }
}

export async function setRowFilter(table: readonly string[], filter: RowFilter, call: StatementCall): Promise<void> {
  await call.env.catalog.setRowFilter(call.user, {
    table,
    function: await call.objectName(filter.function),
    arguments: filter.on.map((each) => argument(each, call)),
  });
}

export async function setColumnMask(
  table: readonly string[],
  column: string,
  mask: ColumnMask,
  call: StatementCall,
): Promise<void> {
  await call.env.catalog.setColumnMask(call.user, {
    table,
    column,
    function: await call.objectName(mask.function),
    arguments: mask.using.map((each) => argument(each, call)),
  });
}

function argument(expression: Expression, call: StatementCall): PolicyArgument {
  const [only, second] = expression.kind === "column" ? expression.parts : [];
  if (only !== undefined && second === undefined) return { column: only.name };
  if (expression.kind === "literal") return { sql: call.textOf(expression.span) };
  throw call.error(expression.span, "INVALID_POLICY_ARGUMENT", "A policy takes columns of its table and constants.");
}
