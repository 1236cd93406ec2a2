import type { DataType } from "../../core/data-type.ts";
import type { CommonTable, Query, QueryBody, SetOperation } from "../ast/query.ts";
import type { CteDefinition } from "../bound.ts";
import { widerType } from "../types/common-type.ts";
import { displayType } from "../types/duckdb-type.ts";
import { failure, newColumn, nextId } from "./analysis.ts";
import type { Env } from "./env.ts";
import { projectTo } from "./project.ts";
import { isMisplaced } from "./recursive-place.ts";
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
  if (!union.all) {
    throw failure(
      analysis,
      { start: 0, end: analysis.text.length },
      "UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE",
      "The UNION operator is not yet supported within recursive common table expressions (WITH clauses that refer to themselves, directly or indirectly). Please use UNION ALL instead.",
    );
  }
  const inner: Env = { ...env, scope: EMPTY_SCOPE };
  const anchor = env.binders.query(union.left, inner).plan;
  if (table.columns.length > 0 && table.columns.length !== anchor.columns.length) {
    throw failure(
      analysis,
      table.span,
      "ASSIGNMENT_ARITY_MISMATCH",
      `The number of columns or variables assigned or aliased: ${table.columns.length} does not match the number of source expressions: ${anchor.columns.length}.`,
    );
  }
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
  if (step.columns.length !== types.length) {
    throw failure(
      analysis,
      table.span,
      "NUM_COLUMNS_MISMATCH",
      `UNION can only be performed on inputs with the same number of columns, but the first input has ${types.length} columns and the second input has ${step.columns.length} columns.`,
    );
  }
  if (isMisplaced(step, id)) {
    throw failure(
      analysis,
      table.span,
      "INVALID_RECURSIVE_REFERENCE.PLACE",
      "Invalid recursive reference found inside WITH RECURSIVE clause. Recursive references cannot be used on the right side of left outer/semi/anti joins, on the left side of right outer joins, in full outer joins, in aggregates, in window functions and in sorts.",
    );
  }
  for (const [index, { type }] of step.columns.entries()) {
    const target = types[index] ?? type;
    if (keeps(type, target)) continue;
    throw failure(
      analysis,
      table.span,
      "CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE",
      `Failed to merge incompatible data types "${displayType(target)}" and "${displayType(type)}". Please check the data types of the columns being merged and ensure that they are compatible.`,
      { hint: "Cast the column of the anchor to the type of the recursive part." },
    );
  }
  return { ...definition, recursive: { step: projectTo(step, types, analysis), all: true, ...limits(table, env) } };
}

/** Spark's limits: an error beyond so many levels or rows, whatever the rows are for. */
function limits(table: CommonTable, env: Env): { readonly maxLevel: number; readonly maxRows: number } {
  const { settings } = env.analysis.statement.context;
  const setting = (name: string, otherwise: number): number => Number(settings?.get(name) ?? otherwise);
  return {
    maxLevel: table.maxRecursion ?? setting("spark.sql.cterecursionlevellimit", 100),
    // LIMIT ALL lifts it. Where in the query does not matter here.
    maxRows: /\blimit\s+all\b/i.test(env.analysis.text) ? -1 : setting("spark.sql.cterecursionrowlimit", 1_000_000),
  };
}

/** Can the anchor's column hold the step's values as they are? */
function keeps(type: DataType, target: DataType): boolean {
  if (type.kind === "void" || widerType(type, target, true)?.kind !== target.kind) return type.kind === "void";
  if (type.kind === "decimal" && target.kind === "decimal") {
    return target.scale >= type.scale && target.precision - target.scale >= type.precision - type.scale;
  }
  return (type.kind === "string") === (target.kind === "string");
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
