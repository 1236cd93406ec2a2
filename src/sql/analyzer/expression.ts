import { BOOLEAN, STRING } from "../../core/data-type.ts";
import type {
  Case,
  Cast,
  DynamicName,
  Expression,
  InQuery,
  JsonPath,
  Like,
  LikeQuantified,
  StructConstructor,
} from "../ast/expression.ts";
import type { Span } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import { lookupFunction } from "../functions/registry.ts";
import { oneCollation, recollated } from "../collation/argument.ts";
import { castTo, explicitCast } from "../types/cast-expression.ts";
import { canCast } from "../types/cast-rules.ts";
import { commonType } from "../types/common-type.ts";
import { displayType } from "../types/duckdb-type.ts";
import { castType, defaultCollation } from "./collation.ts";
import { failure, unsupported } from "./analysis.ts";
import { bindCall, callFunction, callSite } from "./call.ts";
import { bind, bindAll, type Env } from "./env.ts";
import { dynamicParts } from "./identifier.ts";
import { bindInterval, bindLiteral, bindTypedLiteral, constant } from "./literal.ts";
import { bindName, fieldOf, nameParts } from "./name.ts";
import { bindParameter } from "./parameter.ts";
import { pretty } from "./pretty.ts";
import { variantPathName } from "./variant-path.ts";
import { bindExists, bindInQuery, bindScalarSubquery } from "./subquery.ts";

/** Gives an expression its meaning: names resolved, types known, conversions written out. */
export function bindExpression(node: Expression, env: Env): BoundExpression {
  const { analysis } = env;
  switch (node.kind) {
    case "literal":
      return recollated(bindLiteral(node), defaultCollation(analysis));
    case "typed_literal":
      return bindTypedLiteral(node, analysis);
    case "interval":
      return bindInterval(node, analysis);
    case "parameter":
      return bindParameter(node, env);
    case "column":
      return bindName(node.parts, node.span, env);
    case "dynamic_column":
      return dynamicColumn(node.name, env);
    case "unary": {
      const row = { "-": "-", "+": "+", "~": "~", not: "not" }[node.operator];
      const operand = bind(node.operand, env);
      if (row === "-") return unaryCall("negative", "-", operand, node.span, env);
      if (row === "+") return unaryCall("positive", "+", operand, node.span, env);
      return callFunction(row, [operand], node.span, env);
    }
    case "binary":
      return binary(node.operator, bind(node.left, env), bind(node.right, env), node.span, env);
    case "between": {
      const operand = bind(node.operand, env);
      const args = [operand, bind(node.low, env), bind(node.high, env)];
      return negated(between(args, node.span, env), node.negated, env);
    }
    case "in":
      return negated(
        callFunction("in", [bind(node.operand, env), ...bindList(node.list, env)], node.span, env),
        node.negated,
        env,
      );
    case "in_query":
      refuseInLambda(node.span, env);
      return negated(inQuery(node, env), node.negated, env);
    case "exists":
      refuseInLambda(node.span, env);
      return bindExists(node, env);
    case "like":
      return negated(like(node, env), node.negated, env);
    case "like_quantified":
      return likeQuantified(node, env);
    case "is": {
      const operand = bind(node.operand, env);
      if (node.test === "null" || node.test === "unknown") {
        const value = node.test === "unknown" ? castTo(operand, BOOLEAN, mode(env)) : operand;
        return callFunction(node.negated ? "isnotnull" : "isnull", [value], node.span, env);
      }
      const truth = constant(node.test === "true", BOOLEAN, node.span);
      return negated(callFunction("<=>", [operand, truth], node.span, env), node.negated, env);
    }
    case "distinct_from":
      return negated(
        callFunction("<=>", [bind(node.left, env), bind(node.right, env)], node.span, env),
        !node.negated,
        env,
      );
    case "case":
      return bindCase(node, env);
    case "cast":
      return bindCast(node, env);
    case "collate":
      return callFunction(
        "collate",
        [bind(node.operand, env), constant(node.collation.parts.map((part) => part.name).join("."), STRING, node.span)],
        node.span,
        env,
      );
    case "call":
      return bindCall(node, env);
    case "extract":
      return callFunction(
        "extract",
        [constant(node.field.name, STRING, node.span), bind(node.source, env)],
        node.span,
        env,
      );
    case "trim": {
      const name = { both: "btrim", leading: "ltrim", trailing: "rtrim" }[node.side ?? "both"];
      const source = bind(node.source, env);
      if (node.characters === undefined)
        return callFunction(node.side === undefined ? "trim" : name, [source], node.span, env);
      const bound = callFunction(
        name,
        name === "btrim" ? [source, bind(node.characters, env)] : [bind(node.characters, env), source],
        node.span,
        env,
      );
      const words = (node.side ?? "both").toUpperCase();
      return bound.kind === "call" ? { ...bound, pretty: (args) => trimText(words, name, args) } : bound;
    }
    case "struct":
      return bindStruct(node, env);
    case "subscript":
      return subscript(bind(node.base, env), bind(node.index, env), node.span, env);
    case "field": {
      const parts = nameParts(node);
      if (parts !== undefined) return bindName(parts, node.span, env);
      return fieldOf(bind(node.base, env), node.field.name, node.span, analysis);
    }
    case "json_path":
      return jsonPath(node, env);
    case "subquery":
      refuseInLambda(node.span, env);
      return bindScalarSubquery(node, env);
    case "star":
      throw failure(
        analysis,
        node.span,
        "INVALID_USAGE_OF_STAR_OR_REGEX",
        `Invalid usage of '*' in ${env.allows.clause}.`,
      );
    case "lambda":
      throw failure(
        analysis,
        node.span,
        "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION",
        "A lambda function should only be used in a higher order function.",
      );
    case "datetime_unit":
      // A text in its place is no unit: `shown` tells them apart.
      return { ...constant(node.unit, STRING, node.span), shown: node.unit.toUpperCase() };
  }
}

/** Values; a star among them stands for columns. */
function bindList(nodes: readonly Expression[], env: Env): BoundExpression[] {
  return nodes.flatMap((node) => (node.kind === "star" ? env.binders.star(node, env) : [bind(node, env)]));
}

function refuseInLambda(span: Span, env: Env): void {
  if (env.lambda === undefined) return;
  throw failure(
    env.analysis,
    span,
    "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION",
    "Unsupported subquery expression: subqueries are not supported within higher-order functions.",
  );
}

function mode(env: Env): "ansi" | "legacy" {
  return env.analysis.statement.context.ansi ? "ansi" : "legacy";
}

function negated(operand: BoundExpression, not: boolean, env: Env): BoundExpression {
  return not ? callFunction("not", [operand], operand.span ?? { start: 0, end: 0 }, env) : operand;
}

function unaryCall(row: string, symbol: string, operand: BoundExpression, span: Span, env: Env): BoundExpression {
  const bound = callFunction(row, [operand], span, env);
  return bound.kind === "call" ? { ...bound, pretty: ([text = ""]) => `(${symbol} ${text})` } : bound;
}

function binary(
  operator: string,
  left: BoundExpression,
  right: BoundExpression,
  span: Span,
  env: Env,
): BoundExpression {
  if (operator === "||") return callFunction("concat", [left, right], span, env);
  if (operator === "<>") return negated(callFunction("=", [left, right], span, env), true, env);
  return callFunction(operator, [left, right], span, env);
}

function between(args: readonly BoundExpression[], span: Span, env: Env): BoundExpression {
  const [operand = args[0], low, high] = args;
  if (operand === undefined || low === undefined || high === undefined)
    throw unsupported(env.analysis, span, "This BETWEEN");
  const above = callFunction(">=", [operand, low], span, env);
  const below = callFunction("<=", [operand, high], span, env);
  const both = callFunction("and", [above, below], span, env);
  if (both.kind !== "call") return both;
  const shown = `between(${args.map(pretty).join(", ")})`;
  return { ...both, pretty: () => shown };
}

function inQuery(node: InQuery, env: Env): BoundExpression {
  const { operand } = node;
  const values =
    operand.kind === "struct" && operand.syntax === "row" ? operand.fields.map((field) => field.expression) : [operand];
  return bindInQuery(bindAll(values, env), node.query, node.span, env);
}

function like(node: Like, env: Env): BoundExpression {
  const args = [bind(node.operand, env), bind(node.pattern, env)];
  if (node.escape !== undefined) args.push(constant(node.escape, STRING, node.span));
  const bound = callFunction(node.operator, args, node.span, env);
  if (node.operator !== "ilike" || bound.kind !== "call") return bound;
  // Spark shows no escape character of ILIKE.
  return { ...bound, pretty: ([value = "", pattern = ""]) => `ilike(${value}, ${pattern})` };
}

function likeQuantified(node: LikeQuantified, env: Env): BoundExpression {
  const operand = bind(node.operand, env);
  const tests = bindAll(node.patterns, env).map((pattern) =>
    negated(callFunction(node.operator, [operand, pattern], node.span, env), node.negated, env),
  );
  const word = node.quantifier === "all" ? "and" : "or";
  const [first, ...others] = tests;
  if (first === undefined)
    throw failure(env.analysis, node.span, "PARSE_SYNTAX_ERROR", "Expected something between '(' and ')'.", {
      sqlState: "42601",
    });
  const joined = others.reduce((left, right) => callFunction(word, [left, right], node.span, env), first);
  const patterns = bindAll(node.patterns, env).map(pretty);
  const shown = `${node.negated ? "not" : ""}${node.operator}${node.quantifier}(${[pretty(operand), ...patterns].join(", ")})`;
  return joined.kind === "call" ? { ...joined, pretty: () => shown } : joined;
}

function bindCase(node: Case, env: Env): BoundExpression {
  const operand = node.operand === undefined ? undefined : bind(node.operand, env);
  const branches = node.branches.map((branch) => {
    const when = bind(branch.when, env);
    const condition = operand === undefined ? when : callFunction("=", [operand, when], branch.span, env);
    if (condition.type.kind !== "boolean") {
      throw failure(
        env.analysis,
        branch.span,
        "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
        `WHEN expressions in CaseWhen should all be boolean type, but it is "${displayType(condition.type)}".`,
      );
    }
    return { when: condition, result: bind(branch.result, env) };
  });
  const otherwise = node.otherwise === undefined ? undefined : bind(node.otherwise, env);
  const results = oneCollation([
    ...branches.map((branch) => branch.result),
    ...(otherwise === undefined ? [] : [otherwise]),
  ]);
  const type = commonType(
    results.map((each) => each.type),
    mode(env) === "ansi",
  );
  if (type === undefined) {
    throw failure(
      env.analysis,
      node.span,
      "DATATYPE_MISMATCH.DATA_DIFF_TYPES",
      `The results of CASE should all be the same type, but they are [${results.map((each) => `"${displayType(each.type)}"`).join(", ")}].`,
    );
  }
  return {
    kind: "case",
    branches: branches.map(({ when, result }, index) => ({
      when,
      result: castTo(results[index] ?? result, type, mode(env)),
    })),
    otherwise: otherwise === undefined ? undefined : castTo(results.at(-1) ?? otherwise, type, mode(env)),
    type,
    nullable: otherwise === undefined || results.some((each) => each.nullable),
    span: node.span,
  };
}

function bindCast(node: Cast, env: Env): BoundExpression {
  const operand = bind(node.operand, env);
  const castMode = node.try ? "try" : mode(env);
  // CHAR(n) and VARCHAR(n) are STRING in a cast, as in Spark.
  const type =
    node.type.kind === "string" && node.type.length !== undefined ? STRING : castType(node.type, env.analysis);
  if (!canCast(operand.type, type, castMode)) {
    throw failure(
      env.analysis,
      node.span,
      castMode === "ansi" && canCast(operand.type, type, "legacy")
        ? "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION"
        : "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
      `Cannot resolve the cast due to data type mismatch: cannot cast "${displayType(operand.type)}" to "${displayType(type)}".`,
    );
  }
  return explicitCast(operand, type, castMode, node.span);
}

function bindStruct(node: StructConstructor, env: Env): BoundExpression {
  const fields = node.fields.flatMap(({ expression, aliases, span }, index) =>
    bindList([expression], env).map((value) => {
      const alias = expression.kind === "star" && value.kind === "field" ? value.name : aliases[0]?.name;
      return { value, alias, position: index + 1, span };
    }),
  );
  const args = fields.flatMap(({ value, alias, position, span }) => [
    constant(alias ?? fieldName(value) ?? `col${position}`, STRING, span),
    value,
  ]);
  const row = lookupFunction("named_struct");
  if (row?.kind !== "scalar") throw unsupported(env.analysis, node.span, "STRUCT");
  const bound = row.bind(callSite("named_struct", args, node.span, env));
  const isStruct = node.syntax === "function";
  const named = (text: string, index: number): string => {
    const alias = fields[index]?.alias;
    return alias === undefined ? text : `${text} AS ${alias}`;
  };
  return {
    kind: "call",
    name: isStruct ? "struct" : "named_struct",
    args: bound.args,
    type: bound.type,
    nullable: bound.nullable,
    lower: bound.lower,
    deterministic: true,
    pretty: (texts) =>
      isStruct
        ? `struct(${texts
            .filter((_, index) => index % 2 === 1)
            .map(named)
            .join(", ")})`
        : `named_struct(${texts.join(", ")})`,
    span: node.span,
  };
}

function fieldName(value: BoundExpression): string | undefined {
  if (value.kind === "column") return value.column.name;
  return value.kind === "field" || value.kind === "lambda_variable" || value.kind === "alias" ? value.name : undefined;
}

function subscript(base: BoundExpression, index: BoundExpression, span: Span, env: Env): BoundExpression {
  if (base.type.kind === "struct" && index.kind === "literal" && typeof index.value === "string") {
    return fieldOf(base, index.value, span, env.analysis);
  }
  return callFunction("[]", [base, index], span, env);
}

function jsonPath(node: JsonPath, env: Env): BoundExpression {
  const base = bind(node.base, env);
  if (base.type.kind === "variant") return variantPath(node, base, env);
  const path = node.path.reduce((text, step) => {
    if (step.key === undefined) return `${text}[*]`;
    if (typeof step.key === "number") return `${text}[${step.key}]`;
    return /^\w+$/.test(step.key) ? `${text}.${step.key}` : `${text}['${step.key}']`;
  }, "$");
  return callFunction("get_json_object", [base, constant(path, STRING, node.span)], node.span, env);
}

/** A name in backticks is no more than a name without: its dots are steps, as in Spark. */
function variantPath(node: JsonPath, base: BoundExpression, env: Env): BoundExpression {
  const path = node.path.map(({ key, brackets, span }) => {
    if (key === undefined) throw unsupported(env.analysis, span, "`[*]` in the path of a VARIANT");
    if (!brackets) return `.${key}`;
    return typeof key === "number" ? `[${key}]` : `['${key}']`;
  });
  const bound = callFunction("variant_get", [base, constant(`$${path.join("")}`, STRING, node.span)], node.span, env);
  const name = variantPathName(node);
  if (bound.kind !== "call" || name === undefined) return bound;
  return { ...bound, pretty: (args) => `variant_get(${args.join(", ")}) AS ${name}` };
}

function trimText(words: string, name: string, args: readonly string[]): string {
  const [first = "", second = ""] = args;
  const [source, characters] = name === "btrim" ? [first, second] : [second, first];
  return `TRIM(${words} ${characters} FROM ${source})`;
}

/** `IDENTIFIER('t.c').field`: the text names a column, what stands behind it fields. */
function dynamicColumn(node: DynamicName, env: Env): BoundExpression {
  const { span, rest } = node;
  const parts = dynamicParts({ ...node, rest: [] }, env);
  const names = parts.map((name) => ({ kind: "identifier" as const, name, quoted: true, span }));
  const column = bindName(names, span, env);
  return rest.reduce((base, field) => fieldOf(base, field.name, span, env.analysis), column);
}
