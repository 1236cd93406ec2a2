import { BOOLEAN, INT, STRING } from "../../core/data-type.ts";
import type { Name } from "../ast/node.ts";
import type { Merge, MergeClause } from "../ast/statement.ts";
import type { BoundExpression, BoundPlan, Column, Projection } from "../bound.ts";
import { failure, newColumn } from "./analysis.ts";
import { callFunction } from "./call.ts";
import { inClause, type BoundRelation, type Env } from "./env.ts";
import { columnsMerged, evolvedTarget, alignedValue } from "./evolution.ts";
import { bindReference } from "./from.ts";
import { CLAUSE } from "../lineage.ts";
import { joinPlans } from "./join.ts";
import { constant } from "./literal.ts";
import { passing, project, reference } from "./project.ts";
import {
  ACTION,
  addGenerated,
  assignments,
  generatedFrom,
  hiddenItems,
  storedItems,
  type RowChange,
} from "./row-change.ts";
import { concat, type Scope } from "./scope.ts";
import { condition } from "./select.ts";
import {
  bindValue,
  columnNamed,
  defaultValue,
  generatedValue,
  isDefault,
  isGenerated,
  isIdentity,
  refuseIdentityInsert,
  refuseIdentityUpdate,
  stored,
} from "./store.ts";
import { bindTarget, type Target } from "./target.ts";

/** A clause with its parts bound. `values`: what each column of the target gets. */
interface Clause {
  readonly when: MergeClause["when"];
  readonly action: "update" | "delete" | "insert";
  readonly condition: BoundExpression | undefined;
  readonly values: ReadonlyMap<string, BoundExpression>;
}

/** MERGE: source and target joined, and for each pair the first clause that applies. */
export function bindMerge(node: Merge, env: Env): RowChange {
  const { target, source } = node.schemaEvolution ? evolvedSides(node, env) : sides(node, env);
  const both = concat(target.scope, source.scope);
  const own = target.over(condition(node.on, inClause(env, both, { clause: "MERGE condition" })));
  const on = target.visible === undefined ? own : callFunction("and", [target.visible, own], node.on.span, env);
  const clauses = node.clauses.map((clause) =>
    bindClause(clause, target, source.scope, both, env, node.schemaEvolution),
  );
  const matched = clauses.filter((clause) => clause.when === "matched");
  return {
    target,
    changes: changedRows(target, source, on, clauses, env),
    inserts: clauses.some((clause) => clause.when === "not_matched")
      ? insertedRows(target, source, on, clauses, env)
      : undefined,
    insertsOnly: clauses.every((clause) => clause.when === "not_matched"),
    checksCardinality:
      matched.length > 1 || matched.some((clause) => clause.action !== "delete" || clause.condition !== undefined),
  };
}

interface Sides {
  readonly target: Target;
  readonly source: BoundRelation;
}

function sides(node: Merge, env: Env): Sides {
  const target = bindTarget(node.target, node.targetAlias, env);
  return { target, source: bindReference(node.source, env, undefined) };
}

/** The target as it becomes by the columns of the source. */
function evolvedSides(node: Merge, env: Env): Sides {
  const source = bindReference(node.source, env, undefined);
  const target = bindTarget(node.target, node.targetAlias, env, (relation) =>
    evolvedTarget(relation, columnsMerged(node, relation, source.scope), node.span, env),
  );
  return { target, source };
}

function bindClause(node: MergeClause, target: Target, source: Scope, both: Scope, env: Env, evolves: boolean): Clause {
  const { when, action } = node;
  const scope = when === "matched" ? both : when === "not_matched" ? source : target.scope;
  const inner = inClause(env, scope, { clause: "MERGE" });
  const test = node.condition === undefined ? undefined : target.over(condition(node.condition, inner));
  const base = { when, condition: test };
  switch (action.kind) {
    case "merge_delete":
      return { ...base, action: "delete", values: new Map() };
    case "merge_update":
      return { ...base, action: "update", values: assignments(action.assignments, target, inner) };
    case "merge_update_star": {
      const values = starValues(action.except, target, source, node, env, evolves);
      for (const field of target.relation.schema.fields) {
        if (values.has(field.name)) refuseIdentityUpdate(field, action.span, env.analysis);
      }
      addGenerated(values, target, env);
      return { ...base, action: "update", values };
    }
    case "merge_insert":
      return { ...base, action: "insert", values: insertValues(action.columns, action.values, target, node, inner) };
    case "merge_insert_star": {
      const values = starValues(action.except, target, source, node, env, evolves);
      for (const field of target.relation.schema.fields) {
        if (values.has(field.name)) refuseIdentityInsert(field, action.span, env.analysis);
      }
      return { ...base, action: "insert", values: completed(values, target, node, env) };
    }
  }
}

/** Every column of the target from the source's column of that name. */
function starValues(
  except: readonly Name[],
  target: Target,
  source: Scope,
  node: MergeClause,
  env: Env,
  evolves: boolean,
): Map<string, BoundExpression> {
  const excluded = new Set(
    except.map((name) => {
      const named = name.parts.at(-1)?.name ?? "";
      return evolves
        ? named.toLowerCase()
        : columnNamed(target.relation, named, name.span, env.analysis).name.toLowerCase();
    }),
  );
  const values = new Map<string, BoundExpression>();
  for (const field of target.relation.schema.fields) {
    if (excluded.has(field.name.toLowerCase())) continue;
    const found = source.visible.find(({ column }) => column.name.toLowerCase() === field.name.toLowerCase());
    if (found === undefined) {
      if (evolves || isGenerated(field) || isIdentity(field)) continue;
      const known = source.visible.map(({ column }) => `\`${column.name}\``).join(", ");
      throw failure(
        env.analysis,
        node.action.span,
        "UNRESOLVED_COLUMN.WITH_SUGGESTION",
        `A column, variable, or function parameter with name \`${field.name}\` cannot be resolved in the source of MERGE, which has [${known}].`,
      );
    }
    const value = reference(found.column);
    const whole = evolves ? alignedValue(value, field.type) : value;
    values.set(field.name, stored(whole, field, target.relation, node.action.span, env.analysis));
  }
  return values;
}

function insertValues(
  columns: readonly Name[],
  nodes: readonly Parameters<typeof bindValue>[0][],
  target: Target,
  node: MergeClause,
  env: Env,
): Map<string, BoundExpression> {
  const { relation } = target;
  const fields =
    columns.length === 0
      ? relation.schema.fields
      : columns.map((name) => columnNamed(relation, name.parts.at(-1)?.name ?? "", name.span, env.analysis));
  if (fields.length !== nodes.length) {
    throw failure(
      env.analysis,
      node.action.span,
      "MERGE_INSERT_VALUE_COUNT_MISMATCH",
      `The number of inserted values (${nodes.length}) cannot match the number of columns (${fields.length}).`,
      { sqlState: "42802" },
    );
  }
  const values = new Map<string, BoundExpression>();
  fields.forEach((field, index) => {
    const value = nodes[index];
    if (values.has(field.name))
      throw failure(
        env.analysis,
        node.action.span,
        "DUPLICATE_ASSIGNMENTS",
        `The columns or variables \`${field.name}\` appear more than once as assignment targets.`,
      );
    if (value === undefined || (isGenerated(field) && isDefault(value))) return;
    if (!isDefault(value)) refuseIdentityInsert(field, value.span, env.analysis);
    values.set(field.name, stored(bindValue(value, field, relation, env), field, relation, value.span, env.analysis));
  });
  return completed(values, target, node, env);
}

/** An inserted row has every column: defaults and generated ones added. */
function completed(
  values: Map<string, BoundExpression>,
  target: Target,
  node: MergeClause,
  env: Env,
): Map<string, BoundExpression> {
  const { relation } = target;
  for (const field of relation.schema.fields) {
    if (!values.has(field.name) && !isGenerated(field)) {
      values.set(
        field.name,
        stored(defaultValue(field, relation, env), field, relation, node.action.span, env.analysis),
      );
    }
  }
  const byId = new Map(
    target.stored.visible.map(({ column }, index) => [
      column.id,
      values.get(relation.schema.fields[index]?.name ?? ""),
    ]),
  );
  for (const field of relation.schema.fields) {
    const generated = values.has(field.name) ? undefined : generatedValue(field, target.stored, env);
    if (generated === undefined) continue;
    const value = generatedFrom(generated, field, byId, env);
    values.set(field.name, stored(value, field, relation, undefined, env.analysis));
  }
  return values;
}

/** The pairs, and the rows of one side alone, that some clause changes. */
function changedRows(
  target: Target,
  source: BoundRelation,
  on: BoundExpression,
  clauses: readonly Clause[],
  env: Env,
): BoundPlan {
  const { analysis } = env;
  const [inTarget, inSource] = [
    newColumn(analysis, "__in_target", BOOLEAN, true),
    newColumn(analysis, "__in_source", BOOLEAN, true),
  ];
  const left = marked(target.plan, inTarget);
  const right = marked(source.plan, inSource);
  const joined = joinPlans(joinOf(clauses), left, right, on, false);
  const chosen = newColumn(analysis, CLAUSE, INT, true);
  const choice = clauseChoice(clauses, { inTarget, inSource, visible: target.visible }, env);
  const withChoice = project(joined, [...joined.columns.map(passing), { column: chosen, expression: choice }]);
  const kept: BoundPlan = {
    kind: "filter",
    input: withChoice,
    condition: callFunction("isnotnull", [reference(chosen)], { start: 0, end: 0 }, env),
    columns: withChoice.columns,
  };
  const action = byClause(
    chosen,
    clauses.map((clause) => constant(clause.action, STRING)),
    constant(null, STRING),
  );
  const items: Projection[] = [
    { column: newColumn(analysis, ACTION, STRING, false), expression: action },
    ...storedItems(
      target,
      (field, old) => {
        const values = clauses.map((clause) => clause.values.get(field.name));
        const keeps = clauses.some(({ action: what }, index) => what === "update" && values[index] === undefined);
        // The target's columns are read only where a row keeps them.
        return byClause(chosen, values, keeps ? old : constant(null, field.type));
      },
      analysis,
    ),
    ...hiddenItems(target),
  ];
  return project(kept, items);
}

/** A side is kept whole only where a clause speaks of its rows without a match. */
function joinOf(clauses: readonly Clause[]): "inner" | "left" | "right" | "full" {
  const speaksOf = (when: Clause["when"]): boolean => clauses.some((clause) => clause.when === when);
  if (speaksOf("not_matched_by_source")) return speaksOf("not_matched") ? "full" : "left";
  return speaksOf("not_matched") ? "right" : "inner";
}

/** The rows of the source that match nothing, as the clauses insert them. Reads no more of the target than ON does. */
function insertedRows(
  target: Target,
  source: BoundRelation,
  on: BoundExpression,
  clauses: readonly Clause[],
  env: Env,
): BoundPlan {
  const { analysis } = env;
  const left = joinPlans("anti", source.plan, target.plan, on, false);
  const chosen = newColumn(analysis, CLAUSE, INT, true);
  const choice = choices(clauses, "not_matched", constant(null, INT));
  const withChoice = project(left, [...left.columns.map(passing), { column: chosen, expression: choice }]);
  const kept: BoundPlan = {
    kind: "filter",
    input: withChoice,
    condition: callFunction("isnotnull", [reference(chosen)], { start: 0, end: 0 }, env),
    columns: withChoice.columns,
  };
  const items = target.relation.schema.fields.map((field): Projection => {
    const values = clauses.map((clause) => (clause.when === "not_matched" ? clause.values.get(field.name) : undefined));
    const expression = byClause(chosen, values, constant(null, field.type));
    return { column: newColumn(analysis, field.name, field.type, expression.nullable), expression };
  });
  return project(kept, items);
}

function marked(plan: BoundPlan, marker: Column): BoundPlan {
  return project(plan, [...plan.columns.map(passing), { column: marker, expression: constant(true, BOOLEAN) }]);
}

/** The position of the clause that applies; null where none does. */
function clauseChoice(
  clauses: readonly Clause[],
  row: { readonly inTarget: Column; readonly inSource: Column; readonly visible: Target["visible"] },
  env: Env,
): BoundExpression {
  const { inTarget, inSource, visible } = row;
  const span = { start: 0, end: 0 };
  const none = constant(null, INT);
  const alone = choices(clauses, "not_matched_by_source", none);
  // A row that this principal does not see has no match either, and stays.
  const unmatched: BoundExpression =
    visible === undefined || alone === none
      ? alone
      : { kind: "case", branches: [{ when: visible, result: alone }], otherwise: none, type: INT, nullable: true };
  const isNull = (column: Column): BoundExpression => callFunction("isnull", [reference(column)], span, env);
  return {
    kind: "case",
    branches: [
      { when: isNull(inTarget), result: choices(clauses, "not_matched", none) },
      { when: isNull(inSource), result: unmatched },
    ],
    otherwise: choices(clauses, "matched", none),
    type: INT,
    nullable: true,
  };
}

/** The position of the first clause of a kind whose condition holds. */
function choices(clauses: readonly Clause[], when: MergeClause["when"], otherwise: BoundExpression): BoundExpression {
  const branches = clauses.flatMap((clause, index) =>
    clause.when === when
      ? [{ when: clause.condition ?? constant(true, BOOLEAN), result: constant(BigInt(index), INT) }]
      : [],
  );
  return branches.length === 0 ? otherwise : { kind: "case", branches, otherwise, type: INT, nullable: true };
}

function byClause(
  chosen: Column,
  values: readonly (BoundExpression | undefined)[],
  otherwise: BoundExpression,
): BoundExpression {
  const branches = values.flatMap((value, index) =>
    value === undefined ? [] : [{ when: equals(chosen, index), result: value }],
  );
  const nullable = otherwise.nullable || branches.some((branch) => branch.result.nullable);
  return branches.length === 0 ? otherwise : { kind: "case", branches, otherwise, type: otherwise.type, nullable };
}

function equals(column: Column, value: number): BoundExpression {
  return {
    kind: "call",
    name: "=",
    args: [reference(column), constant(BigInt(value), INT)],
    type: BOOLEAN,
    nullable: true,
    deterministic: true,
    lower: ([a = "", b = ""]) => `(${a} = ${b})`,
  };
}
