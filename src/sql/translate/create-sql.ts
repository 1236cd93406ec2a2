import type { StructField } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { CreateTable, CreateView } from "../ast/create.ts";
import { partsOf } from "../ast/node.ts";
import { quoteIdentifier } from "../quote.ts";
import { duckDbType } from "../types/duckdb-type.ts";

/** `CREATE TABLE name (column type, …)`. What the table is made of besides (properties, partitions) is not DuckDB's. */
export function createTableSql(statement: CreateTable | CreateView, fields: readonly StructField[]): string {
  const columns = fields.map(
    ({ name, type, nullable }) => `${quoteIdentifier(name)} ${duckDbType(type)}${nullable ? "" : " NOT NULL"}`,
  );
  return `${begin(statement)} (${columns.join(", ")})`;
}

/** `CREATE TABLE name AS …`, `CREATE VIEW name (column, …) AS …`. */
export function createAsSql(
  statement: CreateTable | CreateView,
  fields: readonly StructField[],
  select: string,
): string {
  const given = statement.columns.map((each) => each.name.parts.at(-1)?.name ?? "");
  const names = fields.map((each, index) => given[index] ?? each.name);
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) {
      throw new BoathouseError("COLUMN_ALREADY_EXISTS", `The column ${name} already exists.`, { sqlState: "42711" });
    }
    seen.add(name.toLowerCase());
  }
  const list = names.map(quoteIdentifier).join(", ");
  return statement.kind === "create_view"
    ? `${begin(statement)} (${list}) AS ${select}`
    : `${begin(statement)} AS ${select}`;
}

function begin(statement: CreateTable | CreateView): string {
  const { name, mode } = statement;
  if (name.kind !== "name")
    throw new BoathouseError("UNSUPPORTED_FEATURE", "A name that is computed cannot be created.");
  const replace = mode === "replace" || mode === "replace_existing" ? "OR REPLACE " : "";
  const missing = mode === "if_not_exists" ? "IF NOT EXISTS " : "";
  const what = statement.kind === "create_view" ? (statement.scope === "permanent" ? "VIEW" : "TEMP VIEW") : "TABLE";
  return `CREATE ${replace}${what} ${missing}${partsOf(name).map(quoteIdentifier).join(".")}`;
}
