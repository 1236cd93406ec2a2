import type { Query } from "../../sql/ast/query.ts";
import { parsedQuery } from "./resolver.ts";
import type { StatementCall } from "./statement-call.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { TypedValue } from "../../sql/resolver.ts";

/**
 * The text of a query with the values of its `:parameters` written in, so that it can be kept and read again later, when
 * nobody gives them any more.
 */
export function boundText(query: Query, call: StatementCall): { readonly text: string; readonly query: Query } {
  const { start, end } = query.span;
  const parameters = parametersIn(query).filter((each) => each.span.start >= start && each.span.end <= end);
  let text = call.textOf(query.span);
  for (const { name, span } of parameters.toSorted((a, b) => b.span.start - a.span.start)) {
    const given = call.options.parameters?.[name];
    if (given === undefined) {
      throw call.error(
        span,
        "UNBOUND_SQL_PARAMETER",
        `The parameter :${name} has no value.`,
        `Give it one: --param ${name}=…`,
      );
    }
    const literal = literalText({ type: given.type, value: given.value as TypedValue["value"] });
    text = text.slice(0, span.start - start) + literal + text.slice(span.end - start);
  }
  return { text, query: parsedQuery(text) };
}

interface Found {
  readonly name: string;
  readonly span: { readonly start: number; readonly end: number };
}

/** Every `:name` below a node, wherever it stands. */
function parametersIn(node: unknown): Found[] {
  if (Array.isArray(node)) return node.flatMap(parametersIn);
  if (typeof node !== "object" || node === null || node instanceof Uint8Array) return [];
  if ("kind" in node && node.kind === "parameter" && "name" in node && "span" in node) {
    return typeof node.name === "string" ? [{ name: node.name, span: node.span as Found["span"] }] : [];
  }
  return Object.values(node).flatMap(parametersIn);
}

function literalText({ type, value }: TypedValue): string {
  if (value === null) return "NULL";
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "bigint") return String(value);
  if (typeof value !== "string") throw new BoathouseError("INVALID_PARAMETER", "A parameter must be a plain value.");
  const quoted = `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  return type.kind === "string" ? quoted : `CAST(${quoted} AS ${type.kind.toUpperCase()})`;
}
