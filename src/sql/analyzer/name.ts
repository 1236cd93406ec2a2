import { array, type DataType } from "../../core/data-type.ts";
import { nearest } from "../../core/nearest.ts";
import type { Expression } from "../ast/expression.ts";
import type { Identifier, Span } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import { displayType, structNames } from "../types/duckdb-type.ts";
import { failure, type Analysis } from "./analysis.ts";
import { callFunction } from "./call.ts";
import type { Env } from "./env.ts";
import { markedAsOuter } from "./outer.ts";
import { lookup, type Match, type Scope } from "./scope.ts";
import { bindVariable } from "./variable.ts";

/** A dotted name: lambda variable, column, alias, outer column, parameter or a function without parentheses. */
export function bindName(parts: readonly Identifier[], span: Span, env: Env): BoundExpression {
  const names = parts.map((part) => part.name);
  const found = resolve(names, span, env);
  if (found !== undefined) return found;
  throw unresolved(names, span, env);
}

/** The parts of a dotted name; parentheses inside it, as in `(t).a.b`, make no difference. */
export function nameParts(node: Expression): readonly Identifier[] | undefined {
  if (node.kind === "column") return node.parts;
  const base = node.kind === "field" ? nameParts(node.base) : undefined;
  return base === undefined || node.kind !== "field" ? undefined : [...base, node.field];
}

function resolve(names: readonly string[], span: Span, env: Env): BoundExpression | undefined {
  const variable = lambdaVariable(names, span, env);
  if (variable !== undefined) return variable;
  const here = inScopes(env, names, span);
  if (here !== undefined && !(here instanceof Error)) return here;
  const alias = here === undefined || env.allows.clause === "HAVING" ? env.alias?.(names[0] ?? "", span) : undefined;
  if (alias !== undefined) return fieldsOf(alias, names.slice(1), span, env.analysis);
  if (here !== undefined) throw here;
  const constant = names.length === 1 ? withoutParentheses(names[0] ?? "", span, env) : undefined;
  return constant ?? outerColumn(names, span, env) ?? parameter(names, span, env);
}

function lambdaVariable(names: readonly string[], span: Span, env: Env): BoundExpression | undefined {
  for (let scope = env.lambda; scope !== undefined; scope = scope.parent) {
    const variable = scope.variables.get((names[0] ?? "").toLowerCase());
    if (variable !== undefined) return fieldsOf({ ...variable, span }, names.slice(1), span, env.analysis);
  }
  return undefined;
}

/** What SELECT gives may leave a name open that is clear in FROM. An error tells of one that is open everywhere. */
function inScopes(env: Env, names: readonly string[], span: Span): BoundExpression | Error | undefined {
  if (env.first === undefined) return inScope(env.scope, names, span, env);
  const given = inScope(env.first, names, span, env);
  if (given !== undefined && !(given instanceof Error)) return given;
  return inScope(env.scope, names, span, env) ?? given;
}

function inScope(scope: Scope, names: readonly string[], span: Span, env: Env): BoundExpression | Error | undefined {
  const matches = distinct(lookup(scope, names));
  const [match, second] = matches;
  if (match === undefined) return undefined;
  if (second !== undefined) return ambiguous(names, matches, scope, span, env.analysis);
  const written = names[names.length - match.fields.length - 1] ?? match.column.name;
  const { column } = match;
  const reference: BoundExpression = {
    kind: "column",
    column: written === column.name ? column : { ...column, name: written },
    type: column.type,
    nullable: column.nullable,
    span,
  };
  return fieldsOf(reference, match.fields, span, env.analysis);
}

function distinct(matches: readonly Match[]): readonly Match[] {
  if (matches.length < 2) return matches;
  const first = new Map<number, Match>();
  for (const match of matches) {
    const id = match.column.copyOf ?? match.column.id;
    if (!first.has(id)) first.set(id, match);
  }
  return [...first.values()];
}

function outerColumn(names: readonly string[], span: Span, env: Env): BoundExpression | undefined {
  for (let outer = env.outer; outer !== undefined; outer = outer.outer) {
    const variable = lambdaVariable(names, span, outer);
    if (variable !== undefined) return variable;
    const found = inScope(outer.scope, names, span, outer);
    if (found instanceof Error) throw found;
    if (found !== undefined) {
      return markedAsOuter(found, outer.scope);
    }
  }
  return undefined;
}

function parameter(names: readonly string[], span: Span, env: Env): BoundExpression | undefined {
  const [first = ""] = names;
  const direct = env.parameters?.get(first.toLowerCase());
  if (direct !== undefined) return fieldsOf({ ...direct, span }, names.slice(1), span, env.analysis);
  const qualified = names.length > 1 ? env.parameters?.get(names.slice(0, 2).join(".").toLowerCase()) : undefined;
  if (qualified !== undefined) return fieldsOf({ ...qualified, span }, names.slice(2), span, env.analysis);
  const variable = bindVariable(names, span, env);
  return variable && fieldsOf(variable.value, variable.rest, span, env.analysis);
}

/** Functions that SQL lets stand without parentheses. */
const BARE = new Set([
  "current_date",
  "current_timestamp",
  "current_time",
  "localtimestamp",
  "current_user",
  "user",
  "session_user",
  "current_catalog",
  "current_schema",
  "current_database",
  "grouping__id",
]);

function withoutParentheses(name: string, span: Span, env: Env): BoundExpression | undefined {
  const lower = name.toLowerCase();
  if (!BARE.has(lower)) return undefined;
  return callFunction(lower === "grouping__id" ? "grouping_id" : lower, [], span, env);
}

/** Fields behind a value, one after the other. */
function fieldsOf(base: BoundExpression, fields: readonly string[], span: Span, analysis: Analysis): BoundExpression {
  return fields.reduce((operand, name) => fieldOf(operand, name, span, analysis), base);
}

/** `operand.name`: a field of a struct, of every struct in an array, or a key of a map. */
export function fieldOf(operand: BoundExpression, name: string, span: Span, analysis: Analysis): BoundExpression {
  const { type } = operand;
  if (type.kind === "struct") {
    const { index, field } = structField(type.fields, name, span, analysis);
    return {
      kind: "field",
      operand,
      index,
      name,
      type: field.type,
      nullable: operand.nullable || field.nullable,
      span,
    };
  }
  if (type.kind === "array" && type.element.kind === "struct") {
    const { fields } = type.element;
    const { index, field } = structField(fields, name, span, analysis);
    const result: DataType = array(field.type, type.containsNull || field.nullable);
    return {
      kind: "call",
      name: "field_of_each",
      args: [operand],
      type: result,
      nullable: operand.nullable,
      deterministic: true,
      lower: ([list = ""], _, tools) => {
        const element = `"${tools.fresh("e")}"`;
        return `list_transform(${list}, lambda ${element}: struct_extract(${element}, ${tools.text(structNames(fields)[index] ?? "")}))`;
      },
      pretty: ([text = ""]) => `${text}.${name}`,
      span,
    };
  }
  if (type.kind === "map") {
    return callFunctionOn(operand, name, span, analysis);
  }
  throw failure(
    analysis,
    span,
    "INVALID_EXTRACT_BASE_FIELD_TYPE",
    `Can't extract a value from a value of type "${displayType(type)}". Need a complex type [STRUCT, ARRAY, MAP].`,
  );
}

function callFunctionOn(operand: BoundExpression, name: string, span: Span, analysis: Analysis): BoundExpression {
  const { type } = operand;
  if (type.kind !== "map" || type.key.kind !== "string") {
    throw failure(
      analysis,
      span,
      "UNRESOLVED_MAP_KEY.WITHOUT_SUGGESTION",
      `Cannot resolve the column \`${name}\` as a map key.`,
    );
  }
  return {
    kind: "call",
    name: "map_key",
    args: [operand],
    type: type.value,
    nullable: true,
    deterministic: true,
    lower: ([map = ""], _, tools) => `${map}[${tools.text(name)}]`,
    pretty: ([text = ""]) => `${text}[${name}]`,
    span,
  };
}

function structField<F extends { readonly name: string; readonly type: DataType; readonly nullable: boolean }>(
  fields: readonly F[],
  name: string,
  span: Span,
  analysis: Analysis,
): { index: number; field: F } {
  const wanted = name.toLowerCase();
  const found = fields
    .map((field, index) => ({ field, index }))
    .filter(({ field }) => field.name.toLowerCase() === wanted);
  const [match] = found;
  if (match === undefined) {
    const known = fields.map((field) => `\`${field.name}\``).join(", ");
    throw failure(analysis, span, "FIELD_NOT_FOUND", `No such struct field \`${name}\` in ${known}.`);
  }
  if (found.length > 1) {
    throw failure(
      analysis,
      span,
      "AMBIGUOUS_REFERENCE_TO_FIELDS",
      `Ambiguous reference to the field \`${name}\`. It appears ${found.length} times in the schema.`,
    );
  }
  return match;
}

function ambiguous(
  names: readonly string[],
  matches: readonly Match[],
  scope: Scope,
  span: Span,
  analysis: Analysis,
): Error {
  const ids = new Set(matches.map((match) => match.column.id));
  const options = scope.visible
    .filter(({ column }) => ids.has(column.id))
    .map(({ column, qualifier }) => [...qualifier, column.name].map((part) => `\`${part}\``).join("."));
  return failure(
    analysis,
    span,
    "AMBIGUOUS_REFERENCE",
    `Reference \`${names.join("`.`")}\` is ambiguous, could be: [${options.join(", ")}].`,
    { hint: "Put the table's name or alias before the column." },
  );
}

function unresolved(names: readonly string[], span: Span, env: Env): Error {
  const candidates = [...(env.first?.visible ?? []), ...env.scope.visible];
  const shown = names.map((name) => `\`${name}\``).join(".");
  const parameters = [...(env.parameters?.keys() ?? [])].filter((name) => !name.includes("."));
  const all = [...candidates.map(({ column }) => column.name), ...parameters];
  const best = nearest(names.at(-1) ?? "", all, 5);
  const proposals = [...new Set([...best, ...all])].slice(0, 5).map((name) => `\`${name}\``);
  const message = `A column, variable, or function parameter with name ${shown} cannot be resolved.`;
  if (proposals.length === 0) {
    return failure(env.analysis, span, "UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", message);
  }
  const [suggestion] = best;
  return failure(
    env.analysis,
    span,
    "UNRESOLVED_COLUMN.WITH_SUGGESTION",
    `${message} Did you mean one of the following? [${proposals.join(", ")}].`,
    suggestion === undefined ? {} : { hint: `Did you mean "${suggestion}"?` },
  );
}
