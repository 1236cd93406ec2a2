import { quoteIfNeeded } from "../../src/core/data-type.ts";
import { textOf } from "../../src/core/value.ts";
import type { Lakehouse } from "../../src/project/lakehouse.ts";

/**
 * For each table the number of its rows and a sum of their hashes, which does not go by their order. Columns that say when
 * something happened are left out.
 */
export async function checksums(
  lakehouse: Lakehouse,
  catalog: string,
  tables: readonly string[],
): Promise<Record<string, string>> {
  const session = await lakehouse.session({ catalog });
  try {
    const sums: Record<string, string> = {};
    for (const table of tables) {
      const state = await session.tableState(table);
      const columns = (state?.schema.fields ?? [])
        .filter((field) => field.type.kind !== "timestamp")
        .map((field) => `'${field.name}', ${quoteIfNeeded(field.name)}`);
      const row = `to_json(named_struct(${columns.join(", ")}))`;
      const result = await session.sql(
        `SELECT count(*) AS n, sum(CAST(xxhash64(${row}) AS DECIMAL(38, 0))) AS s FROM ${table}`,
      );
      const [sum] = await result.rows();
      sums[table] = `${textOf(sum?.["n"])} rows, ${textOf(sum?.["s"])}`;
    }
    return sums;
  } finally {
    await session.close();
  }
}
