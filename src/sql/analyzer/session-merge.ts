import { LONG } from "../../core/data-type.ts";
import type {
  AggregateExpression,
  BoundExpression,
  BoundPlan,
  CallExpression,
  Column,
  Projection,
  WindowExpression,
  WindowFrame,
} from "../bound.ts";
import type { Lowering } from "../lowering.ts";
import { template } from "../functions/template.ts";
import { failure, newColumn, unsupported } from "./analysis.ts";
import type { Env } from "./env.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Grouping } from "./grouping.ts";
import { pretty } from "./pretty.ts";
import { passing, project, reference } from "./project.ts";
import { rewrite } from "./rewrite.ts";

/**
 * The input of an aggregation by `session_window` with the sessions of the same other groups merged where they meet: a
 * session that begins no later than those before it end goes on with them.
 */
export function mergedSessions(input: BoundPlan, by: Grouping | undefined, env: Env): BoundPlan {
  const session = env.timeWindow?.isSession === true ? env.timeWindow.column : undefined;
  if (session === undefined || by === undefined) return input;
  const isSession = (each: BoundExpression): boolean => each.kind === "column" && each.column.id === session.id;
  if (!by.expressions.some(isSession)) return input;
  if (by.sets !== undefined) throw unsupported(env.analysis, undefined, "session_window in several grouping sets");
  return merged(
    input,
    session,
    by.expressions.filter((each) => !isSession(each)),
    env,
  );
}

/** `window_time` is computed below the aggregation: it is a column there, which has to be grouped by or aggregated. */
export function refuseWindowTime(uses: readonly BoundExpression[], by: Grouping | undefined, env: Env): void {
  const groups = new Set(by?.expressions.map(fingerprint));
  for (const use of uses) {
    rewrite(use, (each) => {
      if (each.kind === "aggregate" || groups.has(fingerprint(each))) return each;
      if (each.kind !== "call" || each.name !== "window_time") return undefined;
      throw failure(
        env.analysis,
        each.span,
        "MISSING_AGGREGATION",
        `The non-aggregating expression "${pretty(each)}" is based on columns which are not participating in the GROUP BY clause.`,
      );
    });
  }
}

/** Each row learns how far the sessions before it reach; where it begins later, a session begins. */
function merged(input: BoundPlan, session: Column, keys: readonly BoundExpression[], env: Env): BoundPlan {
  const { analysis } = env;
  const add = (plan: BoundPlan, items: readonly Projection[]): BoundPlan =>
    project(plan, [...plan.columns.map(passing), ...items]);
  const groups = keys.map((expression): Projection => ({
    column: newColumn(analysis, "session_key", expression.type, expression.nullable),
    expression,
  }));
  const partition = groups.map(({ column }) => reference(column));
  const [start, end] = [edge(session, 0), edge(session, 1)];
  const reach = newColumn(analysis, "session_reach", end.type, true);
  const begins = newColumn(analysis, "session_begins", LONG, false);
  const number = newColumn(analysis, "session_number", LONG, false);
  const before = over("max", end, partition, start, {
    unit: "rows",
    start: { kind: "unbounded_preceding" },
    end: { kind: "preceding", offset: { kind: "literal", value: 1n, type: LONG, nullable: false } },
  });
  const isFirst = scalar([start, reference(reach)], "CAST($2 IS NULL OR $1 > $2 AS BIGINT)");
  const count = over("sum", reference(begins), partition, start, {
    unit: "range",
    start: { kind: "unbounded_preceding" },
    end: { kind: "current_row" },
  });
  const withKeys = add(input, groups);
  const withReach = add(withKeys, [{ column: reach, expression: before }]);
  const withBegins = add(withReach, [{ column: begins, expression: isFirst }]);
  const numbered = add(withBegins, [{ column: number, expression: count }]);
  const whole = [...partition, reference(number)];
  const first = over("min", start, whole, undefined, undefined);
  const last = over("max", end, whole, undefined, undefined);
  const pair: CallExpression = {
    ...scalar([first, last], `struct_pack("start" := $1, "end" := $2)`),
    type: session.type,
  };
  return project(
    numbered,
    input.columns.map((column) => (column.id === session.id ? { column, expression: pair } : passing(column))),
  );
}

function edge(session: Column, index: 0 | 1): BoundExpression {
  const of = session.type.kind === "struct" ? session.type.fields[index] : undefined;
  if (of === undefined) throw new TypeError("A session without its edges.");
  return { kind: "field", operand: reference(session), index, name: of.name, type: of.type, nullable: true };
}

function scalar(args: readonly BoundExpression[], sql: string): CallExpression {
  return {
    kind: "call",
    name: "session",
    args,
    type: LONG,
    nullable: false,
    lower: template(sql),
    deterministic: true,
  };
}

function over(
  name: "min" | "max" | "sum",
  arg: BoundExpression,
  partitionBy: readonly BoundExpression[],
  order: BoundExpression | undefined,
  frame: WindowFrame | undefined,
): WindowExpression {
  const lower: Lowering = (args, _, tools) =>
    name === "sum" ? `CAST(${tools.aggregate(name, args)} AS BIGINT)` : tools.aggregate(name, args);
  const aggregate: AggregateExpression = {
    kind: "aggregate",
    name,
    args: [arg],
    distinct: false,
    filter: undefined,
    orderBy: [],
    ignoreNulls: false,
    lower,
    type: arg.type,
    nullable: true,
  };
  return {
    kind: "window",
    function: aggregate,
    partitionBy,
    orderBy: order === undefined ? [] : [{ expression: order, direction: "asc", nulls: "first" }],
    frame,
    shownFrame: "",
    type: arg.type,
    nullable: true,
  };
}
