import type { NewPolicies, NewPolicy } from "../../../catalog/policies.ts";
import type { PolicyArgument } from "../../../catalog/securable.ts";
import type { ColumnDefinition, ColumnMask, RowFilter } from "../../../sql/ast/definition.ts";
import type { Expression } from "../../../sql/ast/expression.ts";
import type { StatementCall } from "../statement-call.ts";

/** The row filter and masks that a definition carries. */
export async function policiesOf(
  definition: { readonly rowFilter: RowFilter | undefined; readonly columns: readonly ColumnDefinition[] },
  call: StatementCall,
): Promise<NewPolicies> {
  const { rowFilter, columns } = definition;
  const columnMasks: (NewPolicy & { readonly column: string })[] = [];
  for (const { name, mask } of columns) {
    if (mask !== undefined) columnMasks.push({ column: name.parts.at(-1)?.name ?? "", ...(await maskOf(mask, call)) });
  }
  return { columnMasks, ...(rowFilter === undefined ? {} : { rowFilter: await filterOf(rowFilter, call) }) };
}

export async function setRowFilter(table: readonly string[], filter: RowFilter, call: StatementCall): Promise<void> {
  await call.env.catalog.setRowFilter(call.user, { table, ...(await filterOf(filter, call)) });
}

export async function setColumnMask(
  table: readonly string[],
  column: string,
  mask: ColumnMask,
  call: StatementCall,
): Promise<void> {
  await call.env.catalog.setColumnMask(call.user, { table, column, ...(await maskOf(mask, call)) });
}

async function filterOf({ function: name, on }: RowFilter, call: StatementCall): Promise<NewPolicy> {
  return { function: await call.objectName(name), arguments: on.map((each) => argument(each, call)) };
}

async function maskOf({ function: name, using }: ColumnMask, call: StatementCall): Promise<NewPolicy> {
  return { function: await call.objectName(name), arguments: using.map((each) => argument(each, call)) };
}

function argument(expression: Expression, call: StatementCall): PolicyArgument {
  const [only, second] = expression.kind === "column" ? expression.parts : [];
  if (only !== undefined && second === undefined) return { column: only.name };
  if (expression.kind === "literal") return { sql: call.textOf(expression.span) };
  throw call.error(expression.span, "INVALID_POLICY_ARGUMENT", "A policy takes columns of its table and constants.");
}
