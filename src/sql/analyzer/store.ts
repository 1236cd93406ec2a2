import { simpleString, type StructField } from "../../core/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import { identityOf, nextIdentitySql, type Identity } from "../identity.ts";
import { parseExpression } from "../parser/parse.ts";
import type { Relation } from "../resolver.ts";
import { castTo } from "../types/cast-expression.ts";
import { displayType } from "../types/duckdb-type.ts";
import { canStoreAssign } from "../types/implicit-cast.ts";
import { enter, failure, type Analysis } from "./analysis.ts";
import { bind, inClause, type Env } from "./env.ts";
import { constant } from "./literal.ts";
import { EMPTY_SCOPE, type Scope } from "./scope.ts";

/** Writing values into columns: Spark's store assignment (ANSI), defaults, generated columns, NOT NULL. */

/** A value converted to the type of the column that it is stored in. */
export function stored(
  value: BoundExpression,
  column: StructField,
  relation: Relation,
  span: Span | undefined,
  analysis: Analysis,
): BoundExpression {
  if (!canStoreAssign(value.type, column.type)) {
    throw failure(
      analysis,
      span ?? value.span,
      "INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST",
      `Cannot write incompatible data for the table \`${relation.name.join("`.`")}\`: Cannot safely cast \`${column.name}\` ` +
        `"${displayType(value.type)}" to "${displayType(column.type)}".`,
      { hint: `Write CAST(… AS ${simpleString(column.type).toUpperCase()}) if that is what you mean.` },
    );
  }
  return notNull(castTo(value, column.type, "ansi"), column);
}

/** A column that takes no nulls raises an error for one. */
function notNull(value: BoundExpression, column: StructField): BoundExpression {
  if (column.nullable || !value.nullable) return value;
  return {
    kind: "call",
    name: "assert_not_null",
    args: [value],
    type: value.type,
    nullable: false,
    deterministic: true,
    lower: ([sql = ""], _, tools) => {
      const message = `[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: ${column.name}.`;
      return `coalesce(${sql}, CAST(error(${tools.text(message)}) AS ${tools.typeName(value.type)}))`;
    },
    span: value.span,
  };
}

/** What a column gets when nothing is given: its default, its next identity value, or null. */
export function defaultValue(column: StructField, relation: Relation, env: Env): BoundExpression {
  const identity = identityOf(column);
  if (identity !== undefined) return nextIdentity(column, relation, identity);
  const text = metadataText(column, "CURRENT_DEFAULT");
  if (text === undefined) return constant(null, column.type);
  return castTo(bindText(text, EMPTY_SCOPE, env), column.type, "ansi");
}

function nextIdentity(column: StructField, relation: Relation, identity: Identity): BoundExpression {
  const place = relation.schema.fields.indexOf(column);
  return {
    kind: "call",
    name: "next_identity",
    args: [],
    type: column.type,
    nullable: false,
    deterministic: false,
    lower: () => nextIdentitySql(place, column.name, identity),
  };
}

/** The expression of a generated column over the other columns' new values, or undefined. */
export function generatedValue(column: StructField, scope: Scope, env: Env): BoundExpression | undefined {
  const text = metadataText(column, "delta.generationExpression");
  return text === undefined ? undefined : bindText(text, scope, env);
}

export function isGenerated(column: StructField): boolean {
  return metadataText(column, "delta.generationExpression") !== undefined;
}

/** Does it get its values by itself, so that a row that gives all the others is whole? */
export function fillsItself(column: StructField): boolean {
  return isGenerated(column) || identityOf(column)?.allowExplicitInsert === false;
}

export function isIdentity(column: StructField): boolean {
  return identityOf(column) !== undefined;
}

/** An identity column that is GENERATED ALWAYS takes no values from a statement. */
export function refuseIdentityInsert(column: StructField, span: Span | undefined, analysis: Analysis): void {
  if (identityOf(column)?.allowExplicitInsert !== false) return;
  throw failure(
    analysis,
    span,
    "DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED",
    `Providing values for GENERATED ALWAYS AS IDENTITY column ${column.name} is not supported.`,
    { sqlState: "42808", hint: `Name the other columns: INSERT INTO … (a, b), without ${column.name}.` },
  );
}

export function refuseIdentityUpdate(column: StructField, span: Span | undefined, analysis: Analysis): void {
  if (!isIdentity(column)) return;
  throw failure(
    analysis,
    span,
    "DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED",
    `UPDATE on IDENTITY column ${column.name} is not supported.`,
    { sqlState: "42808", hint: "The value of a row stays. DELETE the row and INSERT it anew." },
  );
}

function bindText(text: string, scope: Scope, env: Env): BoundExpression {
  const inner = enter(env.analysis, env.analysis.names, text, undefined);
  return bind(parseExpression(text), { ...inClause(env, scope, { clause: "a column's definition" }), analysis: inner });
}

function metadataText(column: StructField, key: string): string | undefined {
  const value = column.metadata?.[key];
  return typeof value === "string" ? value : undefined;
}

/** Is it the word DEFAULT? */
export function isDefault(node: Expression | undefined): boolean {
  return (
    node?.kind === "column" &&
    node.parts.length === 1 &&
    node.parts[0]?.quoted === false &&
    node.parts[0].name.toUpperCase() === "DEFAULT"
  );
}

/** A value of SET or VALUES: `DEFAULT` means the column's. */
export function bindValue(node: Expression, column: StructField, relation: Relation, env: Env): BoundExpression {
  return isDefault(node) ? defaultValue(column, relation, env) : bind(node, env);
}

/** The field of that name, compared without case. */
export function columnNamed(relation: Relation, name: string, span: Span, analysis: Analysis): StructField {
  const found = relation.schema.fields.find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  const known = relation.schema.fields.map((each) => `\`${each.name}\``).join(", ");
  throw failure(
    analysis,
    span,
    "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    `A column, variable, or function parameter with name \`${name}\` cannot be resolved. Did you mean one of the following? [${known}].`,
  );
}
