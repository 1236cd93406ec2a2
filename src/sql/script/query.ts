import type { DataType } from "../../core/data-type.ts";
import type { Value } from "../../core/value.ts";
import type { Cast, Expression, NamedExpression } from "../ast/expression.ts";
import type { Identifier, Span } from "../ast/node.ts";
import type { Query, TableReference } from "../ast/query.ts";
import { parseExpression } from "../parser/parse.ts";
import type { Place, ScriptHost } from "./host.ts";
import { literalSql } from "./literal-sql.ts";

/** `SELECT items [FROM source]` as a syntax tree, at the place of what it was made from. */
function selectOf(items: readonly Expression[], span: Span, from: readonly TableReference[]): Query {
  const named = items.map((expression, index): NamedExpression => {
    return { kind: "named_expression", span: expression.span, expression, aliases: [identifier(`v${index}`, span)] };
  });
  const select = {
    kind: "select" as const,
    span,
    hints: [],
    quantifier: undefined,
    items: named,
    transform: undefined,
    from,
    lateralViews: [],
    where: undefined,
    groupBy: undefined,
    having: undefined,
    qualify: undefined,
    windows: [],
  };
  const none = { orderBy: [], clusterBy: [], distributeBy: [], sortBy: [], windows: [] };
  return { kind: "query", span, with: undefined, body: select, ...none, limit: undefined, offset: undefined };
}

function identifier(name: string, span: Span): Identifier {
  return { kind: "identifier", span, name, quoted: true };
}

function castOf(operand: Expression, type: DataType): Cast {
  return { kind: "cast", span: operand.span, operand, type, typeSpan: operand.span, try: false, syntax: "function" };
}

/** The values of expressions, each converted to the type that is asked for. */
export async function valuesOf<Result>(
  items: readonly { readonly expression: Expression; readonly type: DataType | undefined }[],
  span: Span,
  host: ScriptHost<Result>,
  at: Place,
): Promise<{ readonly types: readonly DataType[]; readonly values: readonly Value[] }> {
  const expressions = items.map(({ expression, type }) => (type === undefined ? expression : castOf(expression, type)));
  const { schema, rows } = await host.rows(selectOf(expressions, span, []), at, 1);
  let values: readonly Value[] = [];
  for await (const row of rows) values = row;
  return { types: schema.fields.map((each) => each.type), values };
}

/** The values of expressions, converted to the types by ANSI's rules, as an assignment does it. */
export async function assignedValues<Result>(
  items: readonly { readonly expression: Expression; readonly type: DataType | undefined }[],
  span: Span,
  host: ScriptHost<Result>,
  at: Place,
): Promise<readonly Value[]> {
  if (host.ansi) return (await valuesOf(items, span, host, at)).values;
  const plain = items.map(({ expression }) => ({ expression, type: undefined }));
  const { types, values } = await valuesOf(plain, span, host, at);
  const constants = values.map((value, index) => {
    const expression = parseExpression(literalSql(value, types[index] ?? { kind: "void" }));
    return { expression, type: items[index]?.type };
  });
  return (await valuesOf(constants, span, host, { ...at, ansi: true })).values;
}

/** The first rows of a query, its columns converted to the types. */
export async function converted<Result>(
  query: Query,
  types: readonly DataType[],
  host: ScriptHost<Result>,
  at: Place,
  limit: number,
): Promise<(readonly Value[])[]> {
  const { span } = query;
  const columns = types.map((_, index) => identifier(`c${index}`, span));
  const alias = { kind: "table_alias" as const, span, name: identifier("q", span), columns };
  const derived = { kind: "derived_table" as const, span, lateral: false, query, watermark: undefined };
  const items = columns.map((column, index): Expression => {
    const reference = { kind: "column" as const, span, parts: [column] };
    const type = types[index];
    return type === undefined ? reference : castOf(reference, type);
  });
  const { rows } = await host.rows(selectOf(items, span, [{ ...derived, sample: undefined, alias }]), at, limit);
  const found: (readonly Value[])[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

/** The type of an expression and its value; the expression's own type is kept. */
export async function valueOf<Result>(
  expression: Expression,
  host: ScriptHost<Result>,
  at: Place,
): Promise<{ readonly type: DataType; readonly value: Value }> {
  const { types, values } = await valuesOf([{ expression, type: undefined }], expression.span, host, at);
  return { type: types[0] ?? { kind: "void" }, value: values[0] ?? null };
}

/** Whether a query stands somewhere inside. */
export function holdsQuery(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(holdsQuery);
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return false;
  if ("kind" in node && node.kind === "query") return true;
  return Object.values(node).some(holdsQuery);
}
