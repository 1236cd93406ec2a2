import type { DataType } from "../../core/data-type.ts";
import type { Lowering, LoweringTools } from "../lowering.ts";

/**
 * DuckDB SQL with `$1`, `$2` … for arguments, `$*` for all of them joined with commas, `$$` for a dollar. In aggregates
 * and window functions `name!(…)` marks the native call that takes DISTINCT, FILTER, ORDER BY and OVER:
 * `"CAST(sum!($1) AS BIGINT)"`. `$T` is DuckDB's name of the result type.
 */
export type Template = string;

/** Turns a template into a lowering. */
export function template(text: Template): Lowering {
  let expand: Expansion | undefined;
  return (args, call, tools) => (expand ??= native(text))(args, call.type, tools);
}

/** A template that was read: once, not for each call. */
type Expansion = (args: readonly string[], type: DataType, tools: LoweringTools) => string;

/** Expands `name!(…)`, which may nest, and then the placeholders. */
function native(text: string): Expansion {
  const start = /([A-Za-z_0-9]+)!\(/.exec(text);
  const name = start?.[1];
  if (start === null || name === undefined) return placeholders(text);
  const open = start.index + start[0].length;
  const close = closing(text, open);
  const inner = splitArguments(text.slice(open, close)).map(native);
  const [head, rest] = [placeholders(text.slice(0, start.index)), native(text.slice(close + 1))];
  return (args, type, tools) => {
    const inside = inner.map((each) => each(args, type, tools));
    return head(args, type, tools) + tools.aggregate(name, inside) + rest(args, type, tools);
  };
}

function placeholders(text: string): Expansion {
  const pieces = text
    .split(/\$(\d+|\*|T|\$)/)
    .map((piece, index) => (index % 2 === 0 ? () => piece : placeholder(piece)));
  return (args, type, tools) => pieces.map((piece) => piece(args, type, tools)).join("");
}

function placeholder(key: string): Expansion {
  if (key === "$") return () => "$";
  if (key === "*") return (args) => args.join(", ");
  if (key === "T") return (_, type, tools) => tools.typeName(type);
  return (args) => args[Number(key) - 1] ?? "NULL";
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === "(") depth += 1;
    if (text[index] === ")") depth -= 1;
    if (depth === 0) return index;
  }
  throw new TypeError(`Unbalanced template: ${text}`);
}

function splitArguments(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === "(" || char === "[" || char === "{") depth += 1;
    if (char === ")" || char === "]" || char === "}") depth -= 1;
    if (char === "," && depth === 0) {
      parts.push(text.slice(from, index).trim());
      from = index + 1;
    }
  }
  const last = text.slice(from).trim();
  return last === "" && parts.length === 0 ? [] : [...parts, last];
}
