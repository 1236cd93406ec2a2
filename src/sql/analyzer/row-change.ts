import { STRING, type StructField } from "../../core/data-type.ts";
import type { Expression } from "../ast/expression.ts";
import type { Name } from "../ast/node.ts";
import type { Assignment } from "../ast/query.ts";
import type { Delete, Update } from "../ast/statement.ts";
import type { BoundExpression, BoundPlan, Projection } from "../bound.ts";
import { structNames } from "../types/duckdb-type.ts";
import { failure, newColumn, unsupported, type Analysis } from "./analysis.ts";
import { inClause, type Env } from "./env.ts";
import { constant } from "./literal.ts";
import { passing, project, reference } from "./project.ts";
import { visit } from "../lineage.ts";
import { rewrite } from "./rewrite.ts";
import { lookup } from "./scope.ts";
import { condition } from "./select.ts";
import {
  bindValue,
  columnNamed,
  generatedValue,
  isDefault,
  isGenerated,
  refuseIdentityUpdate,
  stored,
} from "./store.ts";
import { bindTarget, type Target } from "./target.ts";

/** The parts of a row change that the engine runs. */
export interface RowChange {
  readonly target: Target;
  readonly changes: BoundPlan;
  readonly inserts: BoundPlan | undefined;
  readonly insertsOnly: boolean;
  readonly checksCardinality: boolean;
}

export const ACTION = "__action";

export function bindDelete(node: Delete, env: Env): RowChange {
  const target = bindTarget(node.target, node.alias, env);
  const hit = whereOf(node.where, target, env);
  return changed(target, hit, "delete", (field) => constant(null, field.type), env.analysis);
}

export function bindUpdate(node: Update, env: Env): RowChange {
  const target = bindTarget(node.target, node.alias, env);
  const hit = whereOf(node.where, target, env);
  const inner = inClause(env, target.scope, { clause: "UPDATE" });
  const values = assignments(node.assignments, target, inner);
  return changed(target, hit, "update", (field, old) => values.get(field.name) ?? old, env.analysis);
}

function whereOf(where: Expression | undefined, target: Target, env: Env): BoundExpression | undefined {
  return where === undefined
    ? undefined
    : target.over(condition(where, inClause(env, target.scope, { clause: "WHERE" })));
}

function changed(
  target: Target,
  hit: BoundExpression | undefined,
  action: "update" | "delete",
  valueOf: (field: StructField, old: BoundExpression) => BoundExpression,
  analysis: Analysis,
): RowChange {
  const items: Projection[] = [
    { column: newColumn(analysis, ACTION, STRING, false), expression: constant(action, STRING) },
    ...storedItems(target, valueOf, analysis),
    ...hiddenItems(target),
  ];
  const changes = project(rowsThatMatch(target, hit), items);
  return { target, changes, inserts: undefined, insertsOnly: false, checksCardinality: false };
}

/** The statement's own condition is asked of a row only when the principal sees it. */
function rowsThatMatch({ plan, visible }: Target, hit: BoundExpression | undefined): BoundPlan {
  const { columns } = plan;
  const seen: BoundPlan =
    visible === undefined ? plan : { kind: "filter", input: plan, condition: visible, columns, guards: true };
  return hit === undefined ? seen : { kind: "filter", input: seen, condition: hit, columns };
}

export function hiddenItems(target: Target): Projection[] {
  return target.stored.hidden.map(({ column }) => passing(column));
}

/** The table's columns, each with the value that `valueOf` gives. */
export function storedItems(
  target: Target,
  valueOf: (field: StructField, old: BoundExpression) => BoundExpression,
  analysis: Analysis,
): Projection[] {
  return target.relation.schema.fields.map((field, index) => {
    const column = target.stored.visible[index]?.column ?? newColumn(analysis, field.name, field.type, true);
    const old = reference(column);
    const expression = valueOf(field, old);
    if (expression === old) return { column: { ...column, name: field.name }, expression };
    return { column: newColumn(analysis, field.name, field.type, expression.nullable), expression };
  });
}

/** `SET a = 1, s.x = 2`: the new value of each column that is named, over the stored columns. */
export function assignments(nodes: readonly Assignment[], target: Target, env: Env): Map<string, BoundExpression> {
  const values = new Map<string, BoundExpression>();
  const given = new Map<
    string,
    { readonly path: readonly string[]; readonly value: BoundExpression; readonly node: Assignment }[]
  >();
  for (const node of nodes) {
    const { field, path } = assigned(node.target, target, env);
    const type = fieldAt(field, path, node.target, env);
    refuseIdentityUpdate(field, node.target.span, env.analysis);
    if (isGenerated(field) && isDefault(node.value)) continue;
    const bound = target.over(bindValue(node.value, path.length === 0 ? field : type, target.relation, env));
    const value = stored(bound, path.length === 0 ? field : type, target.relation, node.value.span, env.analysis);
    const before = given.get(field.name) ?? [];
    if (before.some((each) => overlaps(each.path, path))) {
      throw failure(
        env.analysis,
        node.span,
        "DUPLICATE_ASSIGNMENTS",
        `The columns or variables \`${[field.name, ...path].join("`.`")}\` appear more than once as assignment targets.`,
      );
    }
    given.set(field.name, [...before, { path, value, node }]);
  }
  for (const [name, parts] of given) {
    const index = target.relation.schema.fields.findIndex((each) => each.name === name);
    const column = target.stored.visible[index]?.column;
    const whole = parts.find((part) => part.path.length === 0);
    if (whole !== undefined) values.set(name, whole.value);
    else if (column !== undefined) values.set(name, rebuilt(reference(column), parts, env));
  }
  addGenerated(values, target, env);
  return values;
}

/** Generated columns follow the columns that they are made of. */
export function addGenerated(values: Map<string, BoundExpression>, target: Target, env: Env): void {
  for (const field of target.relation.schema.fields) {
    if (values.has(field.name)) continue;
    const generated = generatedValue(field, target.stored, env);
    if (generated === undefined) continue;
    const byId = new Map(
      target.stored.visible.map(({ column }, index) => [
        column.id,
        values.get(target.relation.schema.fields[index]?.name ?? ""),
      ]),
    );
    const value = generatedFrom(generated, field, byId, env);
    values.set(field.name, stored(value, field, target.relation, undefined, env.analysis));
  }
}

/**
 * A generated column's expression over the new values of the columns that it is made of. A value that is another one each
 * time it is computed would not be the one that is stored.
 */
export function generatedFrom(
  generated: BoundExpression,
  field: StructField,
  byId: ReadonlyMap<number, BoundExpression | undefined>,
  env: Env,
): BoundExpression {
  visit(generated, (each) => {
    if (each.kind !== "column") return;
    visit(byId.get(each.column.id) ?? each, (part) => {
      if (part.kind !== "call" || part.deterministic) return;
      const what = `The generated column \`${field.name}\` follows from \`${each.column.name}\`, whose new value ${part.name}() is computed anew each time`;
      throw failure(env.analysis, part.span, "UNSUPPORTED_FEATURE.NON_DETERMINISTIC_GENERATED_COLUMN", `${what}.`, {
        hint: "Compute the value beforehand, in a table that the statement reads, or INSERT the rows.",
      });
    });
  });
  return rewrite(generated, (each) => (each.kind === "column" ? byId.get(each.column.id) : undefined));
}

function assigned(
  name: Name,
  target: Target,
  env: Env,
): { readonly field: StructField; readonly path: readonly string[] } {
  const parts = name.parts.map((part) => part.name);
  const [match] = lookup({ visible: target.stored.visible, hidden: [] }, parts);
  if (match !== undefined) {
    const index = target.stored.visible.findIndex(({ column }) => column.id === match.column.id);
    const field = target.relation.schema.fields[index];
    if (field !== undefined) return { field, path: match.fields };
  }
  return { field: columnNamed(target.relation, parts[0] ?? "", name.span, env.analysis), path: parts.slice(1) };
}

function fieldAt(field: StructField, path: readonly string[], node: Name, env: Env): StructField {
  return path.reduce<StructField>((current, name) => {
    const found =
      current.type.kind === "struct"
        ? current.type.fields.find((each) => each.name.toLowerCase() === name.toLowerCase())
        : undefined;
    if (found !== undefined) return found;
    throw failure(
      env.analysis,
      node.span,
      "FIELD_NOT_FOUND",
      `No such struct field \`${name}\` in \`${current.name}\`.`,
    );
  }, field);
}

function overlaps(a: readonly string[], b: readonly string[]): boolean {
  const shorter = Math.min(a.length, b.length);
  return a.slice(0, shorter).every((part, index) => part.toLowerCase() === b[index]?.toLowerCase());
}

/** A struct with some of its fields replaced. */
function rebuilt(
  base: BoundExpression,
  parts: readonly { readonly path: readonly string[]; readonly value: BoundExpression }[],
  env: Env,
): BoundExpression {
  const { type } = base;
  if (type.kind !== "struct") throw unsupported(env.analysis, base.span, "Assigning to a part of this value");
  const fields = type.fields.map((field, index): BoundExpression => {
    const own: BoundExpression = {
      kind: "field",
      operand: base,
      index,
      name: field.name,
      type: field.type,
      nullable: base.nullable || field.nullable,
    };
    const here = parts.filter((part) => part.path[0]?.toLowerCase() === field.name.toLowerCase());
    const whole = here.find((part) => part.path.length === 1);
    if (whole !== undefined) return whole.value;
    return here.length === 0
      ? own
      : rebuilt(
          own,
          here.map((part) => ({ ...part, path: part.path.slice(1) })),
          env,
        );
  });
  const names = structNames(type.fields);
  return {
    kind: "call",
    name: "named_struct",
    args: fields,
    type,
    nullable: false,
    deterministic: true,
    lower: (args, _, tools) => `{${args.map((arg, index) => `${tools.text(names[index] ?? "")}: ${arg}`).join(", ")}}`,
  };
}
