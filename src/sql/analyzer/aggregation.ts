import { BYTE, LONG } from "../../core/data-type.ts";
import type { Span } from "../ast/node.ts";
import type {
  AggregateExpression,
  AggregatePlan,
  BoundExpression,
  BoundPlan,
  CallExpression,
  Column,
  Projection,
} from "../bound.ts";
import { hasMap } from "../types/kinds.ts";
import { sortedMaps } from "../types/map-order.ts";
import { failure, newColumn, type Analysis } from "./analysis.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Grouping } from "./grouping.ts";
import { inOrder, inputOrder } from "./input-order.ts";
import { pretty } from "./pretty.ts";
import { reference } from "./project.ts";
import { rewrite, rewritePlan, type Rewrite, type RewritePlan } from "./rewrite.ts";

/**
 * An aggregation being built: expressions over the input become expressions over its result, as groups and aggregates
 * are found in them.
 */
export interface Aggregation {
  /**
   * `fallback` says what an alias of SELECT stands for, where a column that is not grouped has its name (HAVING).
   * Throws MISSING_AGGREGATION for a column that is neither grouped nor aggregated; in a clause after SELECT, where the
   * columns `shown` are what remains, such a column is not there: UNRESOLVED_COLUMN.
   */
  extract(
    expression: BoundExpression,
    fallback?: (name: string) => BoundExpression | undefined,
    shown?: readonly Column[],
  ): BoundExpression;
  /** The plan with everything found so far. */
  plan(): AggregatePlan;
}

export function aggregation(
  input: BoundPlan,
  grouping: Grouping | undefined,
  isAll: boolean,
  analysis: Analysis,
): Aggregation {
  const given = new Map(input.columns.map((column) => [column.id, column]));
  const several = grouping?.sets !== undefined;
  const groups: Projection[] = [];
  const positions: number[] = [];
  const byKey = new Map<string, Column>();
  for (const expression of grouping?.expressions ?? []) {
    const key = fingerprint(expression);
    const known = byKey.get(key);
    if (known !== undefined) {
      positions.push(groups.findIndex((group) => group.column.id === known.id));
      continue;
    }
    const nullable = expression.nullable || several;
    const own = expression.kind === "column" ? given.get(expression.column.id) : undefined;
    const column =
      own === undefined ? newColumn(analysis, pretty(expression), expression.type, nullable) : { ...own, nullable };
    positions.push(groups.length);
    groups.push({ column, expression: comparable(expression) });
    byKey.set(key, column);
  }
  const sets = grouping?.sets?.map((set) => [...new Set(set.map((position) => positions[position] ?? position))]);
  const groupingId = several ? newColumn(analysis, "spark_grouping_id", LONG, false) : undefined;
  const aggregates: Projection[] = [];
  const found = new Map<string, Column>();
  const order = inputOrder(input);

  const aggregateColumn = (expression: AggregateExpression): BoundExpression => {
    const key = fingerprint(expression);
    let column = found.get(key);
    if (column === undefined) {
      column = newColumn(analysis, pretty(expression), expression.type, expression.nullable);
      found.set(key, column);
      aggregates.push({ column, expression: inOrder(expression, order) });
    }
    return reference(column);
  };

  const missing = (column: Column, span: Span | undefined, shown: readonly Column[] | undefined): Error => {
    if (shown !== undefined) {
      const proposal = shown.map(({ name }) => `\`${name}\``).join(", ");
      return failure(
        analysis,
        span,
        "UNRESOLVED_COLUMN.WITH_SUGGESTION",
        `A column, variable, or function parameter with name \`${column.name}\` cannot be resolved after GROUP BY. ` +
          `Did you mean one of the following? [${proposal}].`,
      );
    }
    if (isAll) {
      return failure(
        analysis,
        span,
        "UNRESOLVED_ALL_IN_GROUP_BY",
        "Cannot infer grouping columns for GROUP BY ALL based on the select clause. Please explicitly specify the grouping columns.",
      );
    }
    if (grouping === undefined) {
      return failure(
        analysis,
        span,
        "MISSING_GROUP_BY",
        "The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window functions using OVER clauses.",
      );
    }
    return failure(
      analysis,
      span,
      "MISSING_AGGREGATION",
      `The non-aggregating expression "${column.name}" is based on columns which are not participating in the GROUP BY clause. ` +
        `Add the columns or the expression to the GROUP BY, aggregate the expression, or use "any_value(${column.name})" if you do not care which of the values within a group is returned.`,
    );
  };

  const extract: Aggregation["extract"] = (expression, fallback, shown) => {
    const replaceAt =
      (place: "here" | "in a subquery"): Rewrite =>
      (each) => {
        if (each.kind === "literal") return each;
        if (each.kind === "aggregate") {
          if (each.ofOuter === undefined) return aggregateColumn(each);
          return place === "here" ? each : aggregateColumn({ ...each, ofOuter: undefined });
        }
        if (each.kind === "call" && (each.name === "grouping" || each.name === "grouping_id")) {
          return groupingCall(each, groups, groupingId, analysis);
        }
        if (each.kind === "column") {
          const column = byKey.get(`#${each.column.id}`);
          if (column !== undefined) return { ...reference({ ...column, name: each.column.name }), span: each.span };
          if (!given.has(each.column.id)) return each;
          const alias = fallback?.(each.column.name);
          if (alias !== undefined) return extract(alias, undefined, shown);
          throw missing(each.column, each.span, shown);
        }
        const column = byKey.size === 0 ? undefined : byKey.get(fingerprint(each));
        if (column !== undefined) return reference(column);
        if (each.kind !== "subquery" || place === "in a subquery") return undefined;
        const inside = replaceAt("in a subquery");
        return {
          ...each,
          values: each.values.map((value) => rewrite(value, replaceAt(place))),
          plan: rewritePlan(each.plan, inside, keepingOwn(inside)),
        };
      };
    return rewrite(expression, replaceAt("here"));
  };

  return {
    extract,
    plan: () => {
      const columns = [...groups, ...aggregates].map((item) => item.column);
      return {
        kind: "aggregate",
        input,
        groups,
        aggregates,
        sets,
        groupingId,
        columns: groupingId === undefined ? columns : [...columns, groupingId],
      };
    },
  };
}

/** The aggregates of a subquery are its own, whatever they look like. */
function keepingOwn(replace: Rewrite): RewritePlan {
  const onPlan: RewritePlan = (plan) => {
    if (plan.kind !== "aggregate") return undefined;
    const inside = (item: Projection): Projection => ({
      ...item,
      expression: rewrite(item.expression, (each) => (each === item.expression ? undefined : replace(each)), onPlan),
    });
    return {
      ...plan,
      input: rewritePlan(plan.input, replace, onPlan),
      groups: plan.groups.map((item) => ({ ...item, expression: rewrite(item.expression, replace, onPlan) })),
      aggregates: plan.aggregates.map(inside),
    };
  };
  return onPlan;
}

/** Maps are grouped by their entries in the order of the keys. */
function comparable(expression: BoundExpression): BoundExpression {
  const { type } = expression;
  if (!hasMap(type)) return expression;
  return {
    kind: "call",
    name: "sorted_map",
    args: [expression],
    type,
    nullable: expression.nullable,
    deterministic: true,
    lower: ([sql = "NULL"], _, tools) => sortedMaps(sql, type, tools),
    span: expression.span,
  };
}

/** `grouping(a)`, `grouping_id(a, b)`: bits of the grouping id. */
function groupingCall(
  call: CallExpression,
  groups: readonly Projection[],
  id: Column | undefined,
  analysis: Analysis,
): BoundExpression {
  const single = call.name === "grouping";
  if (id === undefined) {
    throw failure(
      analysis,
      call.span,
      "UNSUPPORTED_GROUPING_EXPRESSION",
      "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup.",
      { sqlState: "42K0E" },
    );
  }
  const keys = groups.map((group) => fingerprint(group.expression));
  const positions = call.args.map((arg) => {
    const position = keys.indexOf(fingerprint(arg));
    if (position >= 0) return position;
    throw failure(
      analysis,
      call.span,
      single ? "GROUPING_COLUMN_MISMATCH" : "GROUPING_ID_COLUMN_MISMATCH",
      `Column of grouping (${pretty(arg)}) can't be found in grouping columns (${groups.map((group) => group.column.name).join(", ")}).`,
    );
  });
  const wanted = positions.length === 0 ? groups.map((_, index) => index) : positions;
  if (!single && wanted.length !== groups.length) {
    throw failure(
      analysis,
      call.span,
      "GROUPING_ID_COLUMN_MISMATCH",
      "Columns of grouping_id do not match the grouping columns.",
    );
  }
  const bits = wanted.map(
    (position, index) => `(($1 >> ${groups.length - 1 - position}) & 1) * ${2 ** (wanted.length - 1 - index)}`,
  );
  const [type, sqlType] = single ? [BYTE, "TINYINT"] : [LONG, "BIGINT"];
  return {
    kind: "call",
    name: call.name,
    args: [reference(id)],
    type,
    nullable: false,
    deterministic: true,
    lower: ([sql = ""]) => `CAST(${bits.join(" + ").replaceAll("$1", sql)} AS ${sqlType})`,
    span: call.span,
  };
}
