import { BOOLEAN, field, struct, type DataType, type StructField, type StructType } from "../../../core/data-type.ts";
import { CURRENT_DEFAULT, GENERATION_EXPRESSION } from "../../../delta/write/column-rules.ts";
import { findField } from "../../../delta/schema/table-schema.ts";
import type { CreateTable } from "../../../sql/ast/create.ts";
import type { ColumnDefinition, Constraint, GeneratedIdentity } from "../../../sql/ast/definition.ts";
import { knownCollations } from "../../../sql/collation/collation.ts";
import { checkDefault, checkGenerated } from "../../../sql/column-expression.ts";
import { compileExpression } from "../../../sql/expression.ts";
import {
  IDENTITY_ALLOW_EXPLICIT_INSERT,
  IDENTITY_HIGH_WATER_MARK,
  IDENTITY_START,
  IDENTITY_STEP,
} from "../../../sql/identity.ts";
import type { StatementCall } from "../statement-call.ts";

/** Columns as Delta stores them. CHECK constraints become table properties, keys are informational. */
export function columnsOf(
  columns: readonly ColumnDefinition[],
  constraints: readonly Constraint[],
  call: StatementCall,
): { readonly fields: StructField[]; readonly constraints: Record<string, string> } {
  const checks: Record<string, string> = {};
  const fields = columns.map((column) => {
    if (column.type === undefined) throw call.error(column.span, "DATATYPE_MISSING", "The column has no type.");
    refuseNestedNotNull(column.type, column, call);
    for (const constraint of column.constraints) noteConstraint(constraint, checks, call);
    const name = column.name.parts.at(-1)?.name ?? "";
    const metadata = {
      ...rulesOf(column, name, call),
      ...(column.comment === undefined ? {} : { comment: column.comment }),
    };
    const known = Object.keys(metadata).length === 0 ? undefined : metadata;
    return field(name, knownCollations(column.type), column.nullable, known);
  });
  for (const constraint of constraints) noteConstraint(constraint, checks, call);
  return { fields, constraints: checks };
}

/** Throws when an expression in the definition of a table is none that its columns can have, at its place. */
export async function checkExpressions(statement: CreateTable, schema: StructType, call: StatementCall): Promise<void> {
  const context = call.context(await call.access());
  for (const definition of statement.columns) {
    const column = findField(schema, definition.name.parts.at(-1)?.name ?? "");
    const expression = expressionOf(definition);
    if (column === undefined || expression === undefined) continue;
    const defined = { column, expression, text: call.textOf(expression.span), context };
    try {
      if (definition.default === undefined) checkGenerated(defined, schema);
      else checkDefault(defined, "CREATE TABLE");
    } catch (error) {
      throw call.placed(error, expression.span);
    }
  }
  const constraints = [...statement.constraints, ...statement.columns.flatMap((column) => column.constraints)];
  for (const constraint of constraints) {
    if (constraint.kind === "check") compileExpression(constraint.condition, { schema, context, type: BOOLEAN });
  }
}

/** Columns for a table without rows: identity columns begin at their start. */
export function withoutIdentityMarks(schema: StructType): StructType {
  return struct(
    schema.fields.map((column) => {
      if (column.metadata?.[IDENTITY_HIGH_WATER_MARK] === undefined) return column;
      const { [IDENTITY_HIGH_WATER_MARK]: _, ...metadata } = column.metadata;
      return { ...column, metadata };
    }),
  );
}

function expressionOf({ default: value, generated }: ColumnDefinition): ColumnDefinition["default"] {
  return value ?? (generated?.kind === "generated_expression" ? generated.expression : undefined);
}

/** DEFAULT and GENERATED as the metadata of a column. */
function rulesOf(column: ColumnDefinition, name: string, call: StatementCall): Record<string, unknown> {
  const { default: value, generated } = column;
  if (generated === undefined) return value === undefined ? {} : { [CURRENT_DEFAULT]: call.textOf(value.span) };
  if (value !== undefined) {
    const what = generated.kind === "generated_identity" ? "IDENTITY" : "GENERATED";
    throw call.error(
      value.span,
      `${what}_COLUMN_WITH_DEFAULT_VALUE`,
      `A column cannot have both a default value and ${generated.kind === "generated_identity" ? "an identity column specification" : "a generation expression"}: ${name}.`,
      "Leave one of them out.",
    );
  }
  if (generated.kind === "generated_expression") {
    return { [GENERATION_EXPRESSION]: call.textOf(generated.expression.span) };
  }
  return identityOf(column, generated, call);
}

function identityOf(
  column: ColumnDefinition,
  generated: GeneratedIdentity,
  call: StatementCall,
): Record<string, unknown> {
  if (column.type?.kind !== "long") {
    throw call.error(
      column.typeSpan ?? column.span,
      "DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE",
      `DataType ${column.type?.kind ?? ""} is not supported for IDENTITY columns.`,
      "Use BIGINT.",
    );
  }
  return {
    [IDENTITY_START]: numberOf(generated.start ?? 1n),
    [IDENTITY_STEP]: numberOf(generated.step ?? 1n),
    [IDENTITY_ALLOW_EXPLICIT_INSERT]: !generated.always,
  };
}

function numberOf(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** NOT NULL inside arrays and maps could not be enforced. */
function refuseNestedNotNull(type: DataType, column: ColumnDefinition, call: StatementCall): void {
  const visit = (each: DataType, inside: string | undefined): void => {
    if (each.kind === "struct") {
      for (const one of each.fields) {
        if (inside !== undefined && !one.nullable) {
          throw call.error(
            column.typeSpan ?? column.span,
            "DELTA_NESTED_NOT_NULL_CONSTRAINT",
            `The ${inside} type of the field ${column.name.parts.at(-1)?.name ?? ""} contains a NOT NULL constraint, which cannot be enforced within arrays and maps.`,
            "Leave NOT NULL out, or use a CHECK constraint such as CHECK (forall(a, x -> x.f IS NOT NULL)).",
          );
        }
        visit(one.type, inside);
      }
    } else if (each.kind === "array") visit(each.element, inside ?? "array");
    else if (each.kind === "map") {
      visit(each.key, inside ?? "map");
      visit(each.value, inside ?? "map");
    }
  };
  visit(type, undefined);
}

function noteConstraint(constraint: Constraint, checks: Record<string, string>, call: StatementCall): void {
  switch (constraint.kind) {
    case "check":
      if (constraint.name === undefined)
        throw call.error(constraint.span, "CONSTRAINT_NAME_MISSING", "A CHECK constraint needs a name.");
      checks[`delta.constraints.${constraint.name.name.toLowerCase()}`] = call.textOf(constraint.condition.span);
      return;
    case "expectation":
      throw call.error(
        constraint.span,
        "UNSUPPORTED_FEATURE.TABLE_OPERATION",
        "Only a pipeline's datasets have expectations.",
        "Use a CHECK constraint.",
      );
    default:
  }
}
