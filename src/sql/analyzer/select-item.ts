import type { Expression, NamedExpression, Star } from "../ast/expression.ts";
import type { Identifier } from "../ast/node.ts";
import type { BoundExpression } from "../bound.ts";
import { failure } from "./analysis.ts";
import { bind, type Env } from "./env.ts";
import { variantPathName } from "./variant-path.ts";
import { fieldOf, nameParts } from "./name.ts";
import { markedAsOuter } from "./outer.ts";
import { pretty } from "./pretty.ts";
import { reference } from "./project.ts";
import { regexColumns } from "./regex-columns.ts";
import { endsWith, lookup, type Visible } from "./scope.ts";
import { withoutExcepted } from "./star-except.ts";

/** One column of a SELECT list, or a generator, which may give several. */
export interface SelectItem {
  readonly name: string;
  readonly expression: BoundExpression;
  /** Written by the user, so that other items may refer to it. */
  readonly alias: string | undefined;
  /** `AS (a, b)`, for a generator. */
  readonly aliases: readonly Identifier[];
}

/** The items of a SELECT list; stars become columns, later items may use the aliases of earlier ones. */
export function bindItems(nodes: readonly NamedExpression[], env: Env): SelectItem[] {
  const items: SelectItem[] = [];
  const alias: Env["alias"] = (name, span) => {
    const wanted = name.toLowerCase();
    const found = items.flatMap((item, index) => (item.alias?.toLowerCase() === wanted ? [{ item, index }] : []));
    const [match, second] = found;
    if (match === undefined) return undefined;
    if (second !== undefined) {
      throw failure(
        env.analysis,
        span,
        "AMBIGUOUS_LATERAL_COLUMN_ALIAS",
        `Lateral column alias \`${name}\` is ambiguous and has ${found.length} matches.`,
      );
    }
    const { expression } = match.item;
    const { type, nullable } = expression;
    const alias: BoundExpression = { kind: "alias", index: match.index, name, type, nullable, span };
    if (expression.kind !== "generator") return alias;
    const isNullable = expression.outer || (expression.columns[0]?.nullable ?? true);
    return { ...alias, nullable: isNullable, generated: true };
  };
  const inner = { ...env, alias };
  for (const node of nodes) {
    const matched = regexColumns(node.expression, inner);
    if (node.expression.kind === "star") {
      if (node.aliases.length > 0) {
        const message = "Invalid usage of '*' in expression `alias`.";
        throw failure(env.analysis, node.expression.span, "INVALID_USAGE_OF_STAR_OR_REGEX", message);
      }
      items.push(...expandStar(node.expression, inner));
    } else if (matched === undefined) items.push(bindItem(node, inner));
    else items.push(...matched.map(columnItem));
  }
  return items;
}

function bindItem(node: NamedExpression, env: Env): SelectItem {
  const expression = bind(node.expression, env);
  const [alias] = node.aliases;
  if (node.aliases.length > 1 && expression.kind !== "generator") {
    throw failure(
      env.analysis,
      node.span,
      "MULTI_ALIAS_WITHOUT_GENERATOR",
      `Multi part aliasing (${node.aliases.map((each) => each.name).join(", ")}) is not supported with ${pretty(expression)} as it is not a generator function.`,
      { sqlState: "42K0E" },
    );
  }
  return {
    name: alias?.name ?? automaticName(node.expression, expression),
    expression,
    alias: alias?.name,
    aliases: node.aliases,
  };
}

/** Spark's name for an expression without alias. */
function automaticName(node: Expression, expression: BoundExpression): string {
  const bare = expression.kind !== "call" || ["grouping_id", "variablereference"].includes(expression.name);
  if (node.kind === "column" && bare) return node.parts.at(-1)?.name ?? "";
  if (node.kind === "column" && node.parts.length > 1) return node.parts.at(-1)?.name ?? "";
  if (node.kind === "field" && nameParts(node) !== undefined) return node.field.name;
  if (expression.kind === "column") return expression.column.name;
  if (
    node.kind === "cast" &&
    expression.kind === "cast" &&
    expression.operand.kind === "column" &&
    node.operand.kind === "column"
  ) {
    return expression.operand.column.name;
  }
  const [path, value] =
    node.kind === "cast" && expression.kind === "cast" ? [node.operand, expression.operand] : [node, expression];
  if (path.kind === "json_path" && value.kind === "call" && value.name === "variant_get")
    return variantPathName(path) ?? pretty(expression);
  return pretty(expression);
}

/** What a star stands for, as arguments of a function. */
export function starColumns(star: Star, env: Env): readonly BoundExpression[] {
  return expandStar(star, env).map((item) => item.expression);
}

function expandStar(star: Star, env: Env): SelectItem[] {
  const columns = star.qualifier === undefined ? env.scope.visible.map(columnItem) : qualified(star, env);
  if (star.except.length === 0) return columns;
  const isQualifier = ({ expression }: SelectItem, parts: readonly string[]): boolean =>
    expression.kind === "column" &&
    env.scope.visible.some(
      ({ column, qualifier }) => column.id === expression.column.id && endsWith(qualifier, parts, parts.length),
    );
  return withoutExcepted(columns, star, isQualifier, env);
}

function columnItem(each: Visible): SelectItem {
  return { name: each.column.name, expression: reference(each.column), alias: undefined, aliases: [] };
}

function qualified(star: Star, env: Env): SelectItem[] {
  const parts = star.qualifier?.parts.map((part) => part.name) ?? [];
  const fits = (each: Visible): boolean => endsWith(each.qualifier, parts, parts.length);
  const found = env.scope.visible.filter(fits);
  const keys = env.scope.hidden.filter(
    (each) =>
      fits(each) &&
      env.scope.visible.some(({ column }) => column.name.toLowerCase() === each.column.name.toLowerCase()),
  );
  if (found.length + keys.length > 0) return [...keys, ...found].map(columnItem);
  for (let outer = env.outer; outer !== undefined; outer = outer.outer) {
    const there = outer.scope.visible.filter(fits);
    if (there.length > 0) {
      const { scope } = outer;
      return there.map(columnItem).map((item) => ({ ...item, expression: markedAsOuter(item.expression, scope) }));
    }
  }
  const [match] = lookup(env.scope, parts);
  if (match === undefined) {
    throw failure(
      env.analysis,
      star.span,
      "CANNOT_RESOLVE_STAR_EXPAND",
      `Cannot resolve \`${parts.join("`.`")}\`.* given input columns ${env.scope.visible.map(({ column }) => `\`${column.name}\``).join(", ")}.`,
      { sqlState: "42704" },
    );
  }
  const base = match.fields.reduce<BoundExpression>(
    (operand, name) => fieldOf(operand, name, star.span, env.analysis),
    reference(match.column),
  );
  const { type } = base;
  if (type.kind !== "struct") {
    throw failure(
      env.analysis,
      star.span,
      "CANNOT_RESOLVE_STAR_EXPAND",
      `Cannot resolve \`${parts.join("`.`")}\`.*: it is not a struct.`,
      { sqlState: "42704" },
    );
  }
  return type.fields.map((field, index) => ({
    name: field.name,
    expression: {
      kind: "field",
      operand: base,
      index,
      name: field.name,
      type: field.type,
      nullable: base.nullable || field.nullable,
      span: star.span,
    },
    alias: undefined,
    aliases: [],
  }));
}
