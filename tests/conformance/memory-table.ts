import { field, struct, type StructField, type StructType } from "../../src/core/data-type.ts";
import { knownCollations } from "../../src/sql/collation/collation.ts";
import type { ColumnDefinition } from "../../src/sql/ast/definition.ts";
import { quoteIdentifier } from "../../src/sql/quote.ts";
import { duckDbType } from "../../src/sql/types/duckdb-type.ts";
import { NotHere } from "./databases.ts";
import { castSql } from "../../src/sql/types/cast-sql.ts";

/** What an INSERT writes where. */
interface Rows {
  readonly table: string;
  readonly fields: readonly StructField[];
  /** SQL of the new rows, and their columns. */
  readonly rows: string;
  readonly from: StructType;
  /** For each column of the table the place of its value; -1 for null. */
  readonly sources: readonly number[];
}

/** `INSERT` into a table in memory, values converted as they are stored. */
export function insertSql(
  { table, fields, rows, from, sources }: Rows,
  mode: "ansi" | "legacy",
  timeZone: string,
): string {
  let count = 0;
  const tools = {
    fresh: (hint: string) => `${hint}_${(count += 1)}`,
    once: (sql: string, use: (name: string) => string) => use(sql),
    timeZone,
  };
  const names = from.fields.map((_, index) => `c${index}`);
  const values = fields.map((each, index) => {
    const source = sources[index] ?? -1;
    const type = from.fields[source]?.type;
    return type === undefined ? "NULL" : castSql(`s.c${source}`, type, each.type, mode, tools);
  });
  return `INSERT INTO ${table} SELECT ${values.join(", ")} FROM (${rows}) AS s(${names.join(", ")})`;
}

/** The schema of a CREATE TABLE, and its columns for DuckDB. */
export function emptyTable(definitions: readonly ColumnDefinition[]): {
  readonly schema: StructType;
  readonly columns: string;
} {
  const schema = struct(
    definitions.map(({ name, type, comment }) => {
      if (type === undefined) throw new NotHere("create_table");
      return field(
        name.parts.at(-1)?.name ?? "",
        knownCollations(type),
        true,
        comment === undefined ? undefined : { comment },
      );
    }),
  );
  const columns = schema.fields.map((each) => `${quoteIdentifier(each.name)} ${duckDbType(each.type)}`);
  return { schema, columns: columns.join(", ") };
}

/** A view's columns under the names and comments that it gives them. */
export function renamed({ fields }: StructType, definitions: readonly ColumnDefinition[]): StructType {
  return struct(
    fields.map((each, index) => {
      const { name, comment } = definitions[index] ?? {};
      const metadata = comment === undefined ? undefined : { comment };
      return field(name?.parts.at(-1)?.name ?? each.name, each.type, each.nullable, metadata);
    }),
  );
}

export async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* await Promise.resolve(items);
}
