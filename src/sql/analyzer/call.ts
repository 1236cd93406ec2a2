import { didYouMean } from "../../core/nearest.ts";
import { collationIn } from "../collation/collation.ts";
import type { Argument, Call, Expression, Lambda } from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { AggregateExpression, BoundExpression, SortOrder } from "../bound.ts";
import { collatedBinding } from "../functions/collated.ts";
import type { BoundFunction, CallArgument, CallSite, FunctionRow } from "../functions/function.ts";
import { functionNames, lookupFunction } from "../functions/registry.ts";
import { failure, nextId, unsupported } from "./analysis.ts";
import { bind, type Env } from "./env.ts";
import { objectParts } from "./identifier.ts";
import { bindSortItems } from "./order.ts";
import { usesOuterOnly } from "./outer.ts";
import { reference } from "./project.ts";
import { regexColumns } from "./regex-columns.ts";
import { bindRoutine } from "./routine.ts";
import { orderedArguments } from "./routine-arguments.ts";
import { refuseVariantArguments } from "./variant-use.ts";
import { bindWindow } from "./window.ts";
import { windowReference } from "./window-call.ts";

/** A call as the parser gives it: built-in function, aggregate, window function, generator or a user's own function. */
export function bindCall(node: Call, env: Env): BoundExpression {
  const window = windowReference(node, env);
  if (window !== undefined) return window;
  const parts = functionParts(node, env);
  const written = (parts.at(-1) ?? "").toLowerCase();
  const name = (node.syntax === "keywords" ? KEYWORD_NAMES[written] : undefined) ?? written;
  const builtIn = isBuiltInName(parts) ? lookupFunction(name) : undefined;
  if (builtIn === undefined) return bindRoutine(node, parts, env) ?? unknownFunction(parts, node.span, env);
  const named = orderedArguments(builtIn, node.arguments, node.span, env);
  const isAggregate = builtIn.kind === "aggregate" || builtIn.kind === "window";
  const inner: Env = isAggregate
    ? { ...env, first: node.over === undefined ? undefined : env.first, allows: insideAggregate(node, builtIn, env) }
    : env;
  const star = name === "count" && !node.distinct && named.length === 1 && isPlainStar(named[0]?.value);
  const args = star ? [] : expandStars(named, inner);
  const orderBy = bindSortItems(node.withinGroup, inner);
  const site = callSite(name, args, node.span, env, {
    distinct: node.distinct,
    star,
    ignoreNulls: node.nulls === "ignore",
    orderBy,
    windowed: node.over !== undefined,
  });
  return finish(node, builtIn, site, env);
}

function isPlainStar(node: Expression | undefined): boolean {
  return node?.kind === "star" && node.qualifier === undefined && node.except.length === 0;
}

/** A function that has no syntax of its own here: operators, `EXTRACT`, names without parentheses. */
export function callFunction(name: string, args: readonly BoundExpression[], span: Span, env: Env): BoundExpression {
  const row = lookupFunction(name);
  if (row === undefined || row.kind !== "scalar") throw unsupported(env.analysis, span, `The function ${name}`);
  const site = callSite(name, args, span, env);
  refuseVariantArguments(site);
  return scalarCall(row, site, span, env);
}

interface Modifiers {
  readonly distinct: boolean;
  readonly star: boolean;
  readonly ignoreNulls: boolean;
  readonly orderBy: readonly SortOrder[];
  readonly windowed: boolean;
}

/** They take all rows of a partition. */
const UNORDERED = new Set(["median", "percentile_cont", "percentile_disc"]);

/** What Spark calls `SUBSTR(a FROM b)` and `POSITION(a IN b)`. */
const KEYWORD_NAMES: Readonly<Record<string, string>> = { substr: "substring", position: "locate" };

const PLAIN: Modifiers = { distinct: false, star: false, ignoreNulls: false, orderBy: [], windowed: false };

export function callSite(
  name: string,
  args: readonly CallArgument[],
  span: Span,
  env: Env,
  modifiers: Modifiers = PLAIN,
): CallSite {
  const { analysis } = env;
  return {
    ...modifiers,
    name,
    args,
    context: analysis.statement.context,
    error: (condition, message, details) =>
      failure(analysis, span, condition, message, details === undefined ? {} : { details }),
  };
}

function finish(node: Call, row: FunctionRow, site: CallSite, env: Env): BoundExpression {
  const { span } = node;
  refuseVariantArguments(site);
  switch (row.kind) {
    case "scalar": {
      if (node.over !== undefined) throw notOverWindow(site.name, node, env);
      if (node.distinct || node.filter !== undefined || node.withinGroup.length > 0) {
        throw failure(
          env.analysis,
          span,
          "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
          `The function \`${site.name}\` does not support DISTINCT, FILTER or WITHIN GROUP.`,
          { sqlState: "42000" },
        );
      }
      return scalarCall(row, site, span, env);
    }
    case "generator": {
      if (row.onlyInFrom === true) return unknownFunction([site.name], span, env);
      if (!env.allows.generators) {
        throw failure(
          env.analysis,
          span,
          "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT",
          `The generator is not supported: ${site.name} stands outside the SELECT clause.`,
        );
      }
      const bound = row.bind(site);
      const [first] = bound.columns;
      return {
        kind: "generator",
        name: site.name,
        args: bound.args,
        columns: bound.columns,
        lower: bound.lower,
        pretty: bound.pretty,
        outer: bound.outer ?? false,
        type: first?.type ?? { kind: "void" },
        nullable: true,
        span,
      };
    }
    case "table":
      throw failure(
        env.analysis,
        span,
        "NOT_A_SCALAR_FUNCTION",
        `${site.name} appears as a scalar expression here, but the function was defined as a table function.`,
        { sqlState: "42887" },
      );
    case "window":
    case "aggregate":
      return aggregateCall(node, row, site, env);
  }
}

/** Binds a function; by its collation where its arguments have one. */
function bindFunction(
  row: FunctionRow & { readonly bind: (call: CallSite) => BoundFunction },
  site: CallSite,
  env: Env,
): BoundFunction {
  const bound = (collatedBinding(row, site) ?? row.bind)(site);
  if (collationIn(bound.type) !== undefined) env.analysis.statement.collated = true;
  return bound;
}

function scalarCall(row: FunctionRow & { kind: "scalar" }, site: CallSite, span: Span, env: Env): BoundExpression {
  const bound = bindFunction(row, site, env);
  return {
    kind: "call",
    name: site.name,
    args: bound.args,
    type: bound.type,
    nullable: bound.nullable,
    lower: bound.lower,
    pretty: bound.pretty,
    deterministic: bound.deterministic ?? true,
    span,
  };
}

function aggregateCall(
  node: Call,
  row: FunctionRow & { kind: "aggregate" | "window" },
  site: CallSite,
  env: Env,
): BoundExpression {
  const { span, over } = node;
  if (over === undefined && row.kind === "window") {
    throw failure(
      env.analysis,
      span,
      "WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE",
      `The window function "${site.name}" requires an OVER clause.`,
    );
  }
  const filter =
    node.filter === undefined
      ? undefined
      : bind(node.filter, { ...env, allows: { ...env.allows, aggregates: false, windows: false, generators: false } });
  if (filter !== undefined && filter.type.kind !== "boolean") {
    throw failure(
      env.analysis,
      span,
      "INVALID_AGGREGATE_FILTER.NOT_BOOLEAN",
      "The FILTER expression in an aggregate function is invalid. Expected a FILTER expression of the BOOLEAN type.",
    );
  }
  const bound = bindFunction(row, site, env);
  const aggregate: AggregateExpression = {
    kind: "aggregate",
    name: site.name,
    args: bound.args,
    distinct: site.distinct,
    filter,
    orderBy: bound.orderBy ?? site.orderBy,
    ignoreNulls: site.ignoreNulls,
    type: bound.type,
    nullable: bound.nullable,
    lower: bound.lower,
    pretty: bound.pretty,
    span,
  };
  if (over !== undefined && site.distinct) {
    throw failure(
      env.analysis,
      span,
      "DISTINCT_WINDOW_FUNCTION_UNSUPPORTED",
      `Distinct window functions are not supported: "${site.name}(DISTINCT …)".`,
    );
  }
  if (over?.kind === "window" && UNORDERED.has(site.name) && (over.orderBy.length > 0 || over.frame !== undefined)) {
    throw failure(
      env.analysis,
      span,
      "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC",
      `Cannot specify ORDER BY or a window frame for "${site.name}".`,
    );
  }
  if (over !== undefined) return bindWindow(aggregate, over, row.kind, span, env, node.withinGroup.length > 0);
  if (isOfOuter(aggregate, env)) return { ...aggregate, ofOuter: true };
  if (!env.allows.aggregates) throw misplacedAggregate(site.name, span, env);
  return aggregate;
}

/** In a subquery of HAVING, an aggregate over nothing but columns of the query around is one of that query. */
function isOfOuter(aggregate: AggregateExpression, env: Env): boolean {
  const { clause } = env.allows;
  if (env.outer?.allows.clause !== "HAVING" || (clause !== "WHERE" && clause !== "HAVING")) return false;
  const { filter, args, orderBy } = aggregate;
  const parts = [...args, ...orderBy.map((each) => each.expression), ...(filter === undefined ? [] : [filter])];
  return usesOuterOnly(parts.map((part) => (part.kind === "lambda" ? part.body : part)));
}

/** Inside an aggregate no other one may stand, save below a window: `sum(count(*)) OVER ()`. */
function insideAggregate(node: Call, row: FunctionRow, env: Env): Env["allows"] {
  const windowed = node.over !== undefined || row.kind === "window";
  const clause = windowed ? env.allows.clause : "an aggregate function";
  return { aggregates: windowed && env.allows.aggregates, windows: false, generators: false, clause };
}

function misplacedAggregate(name: string, span: Span, env: Env): Error {
  const { clause } = env.allows;
  if (clause === "an aggregate function") {
    return failure(
      env.analysis,
      span,
      "NESTED_AGGREGATE_FUNCTION",
      "It is not allowed to use an aggregate function in the argument of another aggregate function. Please use the inner aggregate function in a sub-query.",
    );
  }
  if (clause === "GROUP BY") {
    return failure(
      env.analysis,
      span,
      "GROUP_BY_AGGREGATE",
      `Aggregate functions are not allowed in GROUP BY, but found ${name}.`,
    );
  }
  if (clause === "WHERE") {
    return failure(
      env.analysis,
      span,
      "INVALID_WHERE_CONDITION",
      `The WHERE condition contains the aggregate function ${name}. Rewrite the query to avoid window functions, aggregate functions, and generator functions in the WHERE clause.`,
    );
  }
  return failure(
    env.analysis,
    span,
    "UNSUPPORTED_EXPR_FOR_OPERATOR",
    `The aggregate function ${name} is not allowed in ${clause}.`,
    { sqlState: "42K0E" },
  );
}

function notOverWindow(name: string, node: Call, env: Env): Error {
  return failure(
    env.analysis,
    node.span,
    "UNSUPPORTED_EXPR_FOR_WINDOW",
    `Expression "${name}" not supported within a window function.`,
  );
}

function argument(node: Argument, env: Env): CallArgument {
  return node.value.kind === "lambda" ? unboundLambda(node.value, env) : bind(node.value, env);
}

function unboundLambda(node: Lambda, env: Env): CallArgument {
  return {
    kind: "unbound_lambda",
    arity: node.parameters.length,
    bind: (types) => {
      const parameters = node.parameters.map((parameter, index) => {
        const given = types[index] ?? { type: { kind: "void" } as const, nullable: true };
        const { type, nullable } = given;
        return { kind: "lambda_variable" as const, id: nextId(env.analysis), name: parameter.name, type, nullable };
      });
      const names = new Set(parameters.map((parameter) => parameter.name.toLowerCase()));
      if (names.size < parameters.length) {
        throw failure(
          env.analysis,
          node.span,
          "INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES",
          "The lambda function has duplicate arguments. Please, consider to rename the argument names or set the case-sensitive setting.",
        );
      }
      const variables = new Map(parameters.map((parameter) => [parameter.name.toLowerCase(), parameter]));
      const body = bind(node.body, { ...env, lambda: { variables, parent: env.lambda } });
      return { kind: "lambda", parameters, body, type: body.type, nullable: body.nullable, span: node.span };
    },
  };
}

function expandStars(args: readonly Argument[], env: Env): CallArgument[] {
  return args.flatMap((each): readonly CallArgument[] => {
    if (each.value.kind === "star") return env.binders.star(each.value, env);
    return regexColumns(each.value, env)?.map(({ column }) => reference(column)) ?? [argument(each, env)];
  });
}

function functionParts(node: Call, env: Env): string[] {
  const parts = objectParts(node.name, env);
  if (parts.length <= 3) return parts;
  throw failure(
    env.analysis,
    node.name.span,
    "IDENTIFIER_TOO_MANY_NAME_PARTS",
    `\`${parts.join("`.`")}\` is not a valid identifier as it has more than 3 name parts.`,
  );
}

function isBuiltInName(parts: readonly string[]): boolean {
  if (parts.length === 1) return true;
  const schema = parts.slice(0, -1).join(".").toLowerCase();
  return schema === "system.builtin" || schema === "builtin";
}

function unknownFunction(parts: readonly string[], span: Span, env: Env): never {
  const name = parts.map((part) => `\`${part}\``).join(".");
  const hint = didYouMean(parts.at(-1) ?? "", functionNames());
  throw failure(
    env.analysis,
    span,
    "UNRESOLVED_ROUTINE",
    `Cannot resolve routine ${name} on search path [\`system\`.\`builtin\`, \`system\`.\`session\`, \`${env.analysis.names.catalog}\`.\`${env.analysis.names.schema}\`].`,
    hint === undefined ? {} : { hint },
  );
}
