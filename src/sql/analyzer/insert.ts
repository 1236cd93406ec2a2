import type { StructField } from "../../core/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import type { Identifier, Span } from "../ast/node.ts";
import type { InlineTable, Query } from "../ast/query.ts";
import type { Insert, InsertReplace } from "../ast/statement.ts";
import type { BoundExpression, BoundPlan, Column, CteDefinition, Projection } from "../bound.ts";
import type { Overwrite } from "../change.ts";
import type { Relation } from "../resolver.ts";
import { failure, newColumn, unsupported } from "./analysis.ts";
import { inClause, type Env } from "./env.ts";
import { alignedValue, columnsGiven, evolvedTarget } from "./evolution.ts";
import { project, reference } from "./project.ts";
import { withTables } from "./query.ts";
import { EMPTY_SCOPE, type Scope } from "./scope.ts";
import { condition } from "./select.ts";
import { cellsOf, withoutDefaulted } from "./insert-defaults.ts";
import {
  bindValue,
  columnNamed,
  defaultValue,
  fillsItself,
  isDefault,
  isGenerated,
  isIdentity,
  refuseIdentityInsert,
  stored,
} from "./store.ts";
import { exact } from "./tail.ts";
import { findTarget } from "./target.ts";

/** INSERT: the query's columns find their place in the table, by position, by a list or by name. */
export function bindInsert(
  node: Insert,
  root: Env,
): { readonly target: Relation; readonly plan: BoundPlan; readonly overwrite: Overwrite } {
  const { analysis } = root;
  const [option] = node.options;
  if (option !== undefined) throw unsupported(analysis, option.span, "Options on INSERT");
  if (node.ifNotExists) throw unsupported(analysis, node.span, "IF NOT EXISTS on INSERT");
  const definitions: CteDefinition[] = [];
  const env = node.with === undefined ? root : withTables(node.with, root, definitions);
  const { target, places, source } = node.schemaEvolution ? evolvedSides(node, env) : sides(node, env);
  const aligned = node.byName
    ? byName(source, places, node, target, env)
    : byPosition(source, places, node, target, env);
  const plan = complete(source, aligned, target, node.span, env);
  const wrapped: BoundPlan =
    definitions.length === 0 ? plan : { kind: "with", definitions, input: plan, columns: plan.columns };
  return { target, plan: wrapped, overwrite: overwriteOf(node, target, env) };
}

interface Sides {
  readonly target: Relation;
  readonly places: Places;
  readonly source: BoundPlan;
}

function sides(node: Insert, env: Env): Sides {
  const target = findTarget(node.target, env);
  const known = placesOf(node, target, env);
  if (node.byName) return { target, places: known, source: sourceOf(node.query, known.dynamic, target, env) };
  const filled = filledFields(node, known.dynamic);
  const { query, fields } = withoutDefaulted({ query: node.query, fields: filled }, target, env);
  return { target, places: { ...known, dynamic: fields }, source: sourceOf(query, fields, target, env) };
}

/** The columns that a row without a list of columns fills: all, or those that do not fill themselves. */
function filledFields({ query: { body }, columns }: Insert, fields: readonly StructField[]): readonly StructField[] {
  const plain = fields.filter((field) => !fillsItself(field));
  const width =
    body.kind === "select"
      ? body.items.length
      : body.kind === "inline_table" && body.rows[0] !== undefined
        ? cellsOf(body.rows[0]).length
        : undefined;
  const hasStar = body.kind === "select" && body.items.some(({ expression }) => expression.kind === "star");
  return columns.length === 0 && !hasStar && width === plain.length ? plain : fields;
}

/** The table as it becomes by the query's columns: by name, or those beyond its own under the names that the query gives. */
function evolvedSides(node: Insert, env: Env): Sides {
  const known = findTarget(node.target, env);
  const { dynamic } = placesOf(node, known, env);
  const { query } = node;
  if (query.body.kind === "inline_table" && query.body.rows.some((row) => cellsOf(row).some(isDefault))) {
    throw unsupported(env.analysis, query.span, "DEFAULT in VALUES together with WITH SCHEMA EVOLUTION");
  }
  const source = exact(env.binders.query(query, env), env.analysis).plan;
  const plain = dynamic.filter((field) => !fillsItself(field));
  const given = source.columns.map(({ name, type }, index) => {
    return { name: node.byName ? name : (plain[index]?.name ?? name), type };
  });
  const target = evolvedTarget(known, columnsGiven(given), node.span, env);
  return { target, places: placesOf(node, target, env), source };
}

/** Which columns the query fills, in order, and which have constant values from PARTITION. */
interface Places {
  readonly dynamic: readonly StructField[];
  readonly fixed: ReadonlyMap<string, BoundExpression>;
}

function placesOf(node: Insert, target: Relation, env: Env): Places {
  const { analysis } = env;
  const fixed = new Map<string, BoundExpression>();
  const inner = inClause(env, EMPTY_SCOPE, { clause: "PARTITION" });
  const last: StructField[] = [];
  for (const { column, value, span } of node.partition?.values ?? []) {
    const field = columnNamed(target, column.name, column.span, analysis);
    if (value === undefined) last.push(field);
    else fixed.set(field.name, stored(bindValue(value, field, target, inner), field, target, span, analysis));
  }
  const listed = node.columns.map((column) => columnNamed(target, column.name, column.span, analysis));
  refuseRepeated(node.columns, env);
  if (listed.length > 0) return { dynamic: listed, fixed };
  const rest = target.schema.fields.filter((field) => !fixed.has(field.name) && !last.includes(field));
  return { dynamic: [...rest, ...last], fixed };
}

function refuseRepeated(columns: readonly Identifier[], env: Env): void {
  const seen = new Set<string>();
  for (const column of columns) {
    const name = column.name.toLowerCase();
    if (seen.has(name))
      throw failure(
        env.analysis,
        column.span,
        "COLUMN_ALREADY_EXISTS",
        `The column \`${column.name}\` already exists. Choose another name or rename the existing column.`,
      );
    seen.add(name);
  }
}

/** The query, with the word DEFAULT in VALUES replaced. */
function sourceOf(query: Query, fields: readonly StructField[], target: Relation, env: Env): BoundPlan {
  const { body } = query;
  if (body.kind !== "inline_table" || !body.rows.some((row) => cellsOf(row).some(isDefault))) {
    return exact(env.binders.query(query, env), env.analysis).plan;
  }
  return valuesWithDefaults(body, fields, target, env);
}

function valuesWithDefaults(node: InlineTable, fields: readonly StructField[], target: Relation, env: Env): BoundPlan {
  const { analysis } = env;
  const inner = inClause(env, EMPTY_SCOPE, { clause: "VALUES" });
  const rows = node.rows.map((row) =>
    cellsOf(row).map((cell, index) => {
      const field = fields[index];
      if (field === undefined) throw arity(fields.length, cellsOf(row).length, target, row.span, env);
      if (!isDefault(cell)) refuseIdentityInsert(field, cell.span, analysis);
      return stored(bindValue(cell, field, target, inner), field, target, cell.span, analysis);
    }),
  );
  const columns = fields
    .slice(0, rows[0]?.length ?? 0)
    .map((field) => newColumn(analysis, field.name, field.type, true));
  return { kind: "values", rows, columns };
}

/** A column of the query for one of the table, with the fields that this one has grown. */
function valueFor(column: Column, field: StructField, node: Insert): BoundExpression {
  const value = reference(column);
  return node.schemaEvolution ? alignedValue(value, field.type) : value;
}

/** For each column of the table that is given a value, the value. */
type Aligned = Map<string, BoundExpression>;

function byPosition(source: BoundPlan, places: Places, node: Insert, target: Relation, env: Env): Aligned {
  const { dynamic, fixed } = places;
  const given = source.columns.length;
  const plain = dynamic.filter((field) => !fillsItself(field));
  const fields = given === plain.length && node.columns.length === 0 ? plain : dynamic;
  if (given !== fields.length) throw arity(fields.length, given, target, node.query.span, env);
  const aligned: Aligned = new Map(fixed);
  source.columns.forEach((column, index) => {
    const field = fields[index];
    if (field === undefined) return;
    refuseIdentityInsert(field, node.query.span, env.analysis);
    aligned.set(field.name, stored(valueFor(column, field, node), field, target, node.query.span, env.analysis));
  });
  return aligned;
}

function byName(source: BoundPlan, places: Places, node: Insert, target: Relation, env: Env): Aligned {
  const aligned: Aligned = new Map(places.fixed);
  for (const column of source.columns) {
    const field = places.dynamic.find((each) => each.name.toLowerCase() === column.name.toLowerCase());
    if (field === undefined) {
      throw failure(
        env.analysis,
        node.query.span,
        "INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS",
        `Cannot write incompatible data for the table \`${target.name.join("`.`")}\`: Cannot write extra columns \`${column.name}\`.`,
      );
    }
    if (aligned.has(field.name)) {
      throw failure(
        env.analysis,
        node.query.span,
        "COLUMN_ALREADY_EXISTS",
        `The column \`${field.name}\` already exists. Choose another name or rename the existing column.`,
      );
    }
    refuseIdentityInsert(field, node.query.span, env.analysis);
    aligned.set(field.name, stored(valueFor(column, field, node), field, target, node.query.span, env.analysis));
  }
  return aligned;
}

/**
 * Every column of the table that is given or has a default. Generated and identity columns that are not given are left to
 * the writer, which also compares those that are.
 */
function complete(source: BoundPlan, aligned: Aligned, target: Relation, span: Span, env: Env): BoundPlan {
  const { analysis } = env;
  const items = target.schema.fields.flatMap((field): Projection[] => {
    const given = aligned.get(field.name);
    if (given === undefined && (isGenerated(field) || isIdentity(field))) return [];
    const expression = given ?? stored(defaultValue(field, target, env), field, target, span, analysis);
    return [{ column: newColumn(analysis, field.name, field.type, expression.nullable), expression }];
  });
  return project(source, items);
}

function overwriteOf(node: Insert, target: Relation, env: Env): Overwrite {
  if (node.replace !== undefined) return replaceOf(node.replace, target, env);
  if (!node.overwrite) return { kind: "none" };
  const fixed = (node.partition?.values ?? []).filter((value) => value.value !== undefined);
  if (fixed.length === 0) return { kind: "all" };
  const columns = target.schema.fields.map((field) => newColumn(env.analysis, field.name, field.type, field.nullable));
  const scope: Scope = { visible: columns.map((column) => ({ column, qualifier: [] })), hidden: [] };
  const tests = fixed.map(({ column, value, span }): Expression => ({
    kind: "binary",
    operator: "<=>",
    left: { kind: "column", parts: [column], span },
    right: value ?? { kind: "literal", type: { kind: "void" }, value: null, span },
    span,
  }));
  const [first, ...others] = tests;
  if (first === undefined) return { kind: "all" };
  const all = others.reduce<Expression>(
    (left, right) => ({ kind: "binary", operator: "and", left, right, span: node.span }),
    first,
  );
  return { kind: "where", condition: condition(all, inClause(env, scope, { clause: "PARTITION" })), columns };
}

function replaceOf(node: InsertReplace, target: Relation, env: Env): Overwrite {
  if (node.by === "using")
    return {
      kind: "using",
      columns: node.columns.map((column) => columnNamed(target, column.name, column.span, env.analysis).name),
    };
  if (node.by === "on" || node.condition === undefined) throw unsupported(env.analysis, node.span, "REPLACE ON");
  const columns: Column[] = target.schema.fields.map((field) =>
    newColumn(env.analysis, field.name, field.type, field.nullable),
  );
  const scope: Scope = { visible: columns.map((column) => ({ column, qualifier: [...target.name] })), hidden: [] };
  return {
    kind: "where",
    condition: condition(node.condition, inClause(env, scope, { clause: "REPLACE WHERE" })),
    columns,
  };
}

function arity(expected: number, actual: number, target: Relation, span: Span, env: Env): Error {
  const which = actual > expected ? "TOO_MANY_DATA_COLUMNS" : "NOT_ENOUGH_DATA_COLUMNS";
  return failure(
    env.analysis,
    span,
    `INSERT_COLUMN_ARITY_MISMATCH.${which}`,
    `Cannot write to \`${target.name.join("`.`")}\`, the reason is ${actual > expected ? "too many" : "not enough"} data columns: the table takes ${expected}, the query gives ${actual}.`,
  );
}
