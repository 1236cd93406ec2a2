import type { CommonTable, Query, QueryBody, SetOperation } from "../ast/query.ts";
import type { CteDefinition } from "../bound.ts";
import { canCast } from "../types/cast-rules.ts";
import { failure, newColumn, nextId, unsupported } from "./analysis.ts";
import type { Env } from "./env.ts";
import { projectTo } from "./project.ts";
import { EMPTY_SCOPE } from "./scope.ts";

/** A recursive common table expression: `anchor UNION [ALL] step`; undefined when it does not refer to itself. */
export function recursiveCte(table: CommonTable, env: Env): CteDefinition | undefined {
  const name = table.name.name.toLowerCase();
  if (!mentions(table.query, name)) return undefined;
  const { analysis } = env;
  const union = unionOf(table.query);
  if (union === undefined || mentions(union.left, name)) {
    throw failure(
      analysis,
      table.span,
      "INVALID_RECURSIVE_CTE",
      "Invalid recursive definition found. Recursive queries must contain an UNION or an UNION ALL statement with 2 children. The first child needs to be the anchor term without any recursive references.",
      { sqlState: "42836" },
    );
  }
  if (table.maxRecursion !== undefined) throw unsupported(analysis, table.span, "MAX RECURSION LEVEL");
  const inner: Env = { ...env, scope: EMPTY_SCOPE };
  const anchor = env.binders.query(union.left, inner).plan;
  const id = nextId(analysis);
  const columns = anchor.columns.map((column, index) =>
    newColumn(analysis, table.columns[index]?.name ?? column.name, column.type, true),
  );
  const definition: CteDefinition = { id, name: table.name.name, plan: anchor, columns, recursive: undefined };
  const self: Env = {
    ...inner,
    analysis: { ...analysis, ctes: { name: table.name.name, definition, parent: analysis.ctes } },
  };
  const step = env.binders.query(union.right, self).plan;
  const types = anchor.columns.map((column) => column.type);
  const fits =
    step.columns.length === types.length &&
    step.columns.every((column, index) => canCast(column.type, types[index] ?? column.type, "ansi"));
  if (!fits) {
    throw failure(
      analysis,
      table.span,
      "INVALID_RECURSIVE_CTE",
      "The two sides of the recursive UNION differ in their columns.",
      { sqlState: "42836" },
    );
  }
  return { ...definition, recursive: { step: projectTo(step, types, analysis), all: union.all } };
}

function unionOf(node: Query | QueryBody): SetOperation | undefined {
  if (node.kind === "set_operation") return node.operator === "union" ? node : undefined;
  if (node.kind !== "query" || node.with !== undefined || node.orderBy.length > 0 || node.limit !== undefined)
    return undefined;
  return unionOf(node.body);
}

/** Does a table of that name occur anywhere in the tree? */
function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((each) => mentions(each, name));
  if (typeof node !== "object" || node === null) return false;
  if ("kind" in node && node.kind === "table" && "name" in node) {
    const target = node.name;
    if (
      typeof target === "object" &&
      target !== null &&
      "parts" in target &&
      Array.isArray(target.parts) &&
      target.parts.length === 1
    ) {
      const [part] = target.parts as readonly { readonly name: string }[];
      if (part?.name.toLowerCase() === name) return true;
    }
  }
  return Object.values(node).some((each) => mentions(each, name));
}
