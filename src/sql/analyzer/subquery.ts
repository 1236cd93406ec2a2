import { BOOLEAN } from "../../core/data-type.ts";
import type { Exists, ScalarSubquery } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { Query } from "../ast/query.ts";
import type { BoundExpression, BoundPlan } from "../bound.ts";
import { castTo } from "../types/cast-expression.ts";
import { displayType } from "../types/duckdb-type.ts";
import { hasVariant } from "../types/variant-type.ts";
import { comparisonType } from "../operators/comparison.ts";
import { failure } from "./analysis.ts";
import { checkCorrelation } from "./correlation.ts";
import { nestedEnv, type Env } from "./env.ts";
import { outerNames } from "./outer.ts";
import { projectTo } from "./project.ts";

/** `(SELECT …)` as a value. */
export function bindScalarSubquery(node: ScalarSubquery, env: Env): BoundExpression {
  const { plan, outer, key } = nested(node.query, env);
  if (outer.length > 0) checkCorrelation(plan, node.span, env.analysis);
  const [column, ...others] = plan.columns;
  if (column === undefined || others.length > 0) {
    throw failure(
      env.analysis,
      node.span,
      "INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN",
      `Scalar subquery must return only one column, but returned ${plan.columns.length}.`,
      { sqlState: "42823" },
    );
  }
  return {
    kind: "subquery",
    form: "scalar",
    values: [],
    plan,
    outer,
    key,
    type: column.type,
    nullable: true,
    span: node.span,
  };
}

export function bindExists(node: Exists, env: Env): BoundExpression {
  const { plan, outer, key } = nested(node.query, env);
  return {
    kind: "subquery",
    form: "exists",
    values: [],
    plan,
    outer,
    key,
    type: BOOLEAN,
    nullable: false,
    span: node.span,
  };
}

/** `values IN (SELECT …)`, both sides brought to their common types. */
export function bindInQuery(values: readonly BoundExpression[], query: Query, span: Span, env: Env): BoundExpression {
  const { plan, outer, key } = nested(query, env);
  if (plan.columns.length !== values.length) {
    throw failure(
      env.analysis,
      span,
      "DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH",
      `The number of columns in the left hand side (${values.length}) of an IN subquery does not match the number of ` +
        `columns in the output of the subquery (${plan.columns.length}).`,
    );
  }
  const { ansi } = env.analysis.statement.context;
  const types = values.map((value, index) => {
    const column = plan.columns[index];
    const right: BoundExpression | undefined = column && {
      kind: "column",
      column,
      type: column.type,
      nullable: column.nullable,
    };
    const type = right && comparisonType(value, right, ansi);
    if (type !== undefined) return type;
    throw failure(
      env.analysis,
      span,
      "DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH",
      `The data type of one or more elements in the left hand side of an IN subquery is not compatible with the data ` +
        `type of the output of the subquery: "${displayType(value.type)}" and "${column === undefined ? "" : displayType(column.type)}".`,
    );
  });
  const compared = types.find(hasVariant);
  if (compared !== undefined) {
    throw failure(
      env.analysis,
      span,
      "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
      `The \`insubquery\` does not support ordering on type "${displayType(compared)}".`,
    );
  }
  const converted = values.map((value, index) => castTo(value, types[index] ?? value.type, ansi ? "ansi" : "legacy"));
  return {
    kind: "subquery",
    form: "in",
    values: converted,
    plan: projectTo(plan, types, env.analysis),
    outer,
    key,
    type: BOOLEAN,
    nullable: converted.some((value) => value.nullable) || plan.columns.some((column) => column.nullable),
    span,
  };
}

interface Nested {
  readonly plan: BoundPlan;
  readonly outer: readonly string[];
  readonly key: () => string;
}

function nested(query: Query, env: Env): Nested {
  const { plan } = env.binders.query(query, nestedEnv(env));
  return { plan, outer: outerNames(plan), key: () => keyOf(query, env) };
}

/** Two texts mean the same where the same columns are known. */
function keyOf(query: Query, env: Env): string {
  const text = JSON.stringify(query, (name, value: unknown) =>
    name === "span" ? undefined : typeof value === "bigint" ? String(value) : value,
  );
  return `${env.scope.visible.map(({ column }) => column.id).join()}${text}`;
}
