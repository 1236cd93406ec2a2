import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { physicalName } from "../schema/column-mapping.ts";
import { numberIn } from "../log/row-values.ts";
import type { Scan } from "./scan.ts";
import { findField } from "../schema/table-schema.ts";

/**
 * The files of a scan in the partitions for which a condition is true: DuckDB SQL of any kind over the partition columns,
 * each by its quoted name, evaluated once for each partition on the given connection.
 */
export async function filesInPartitions(connection: Connection, scan: Scan, condition: string): Promise<Scan> {
  const { snapshot } = scan;
  const keys = new Map<string, number>();
  const partitions: Record<string, string | number | null>[] = [];
  const columns = snapshot.partitionColumns.flatMap((name) => findField(snapshot.schema, name) ?? []);
  const keyOf = scan.files.map((file) => {
    const values = columns.map((column) => file.partitionValues[physicalName(column, snapshot.mappingMode)] ?? null);
    const text = JSON.stringify(values);
    const key = keys.get(text) ?? keys.size;
    if (!keys.has(text)) {
      keys.set(text, key);
      partitions.push({ i: key, ...Object.fromEntries(values.map((value, at) => [`p${at}`, value])) });
    }
    return key;
  });
  const shape = JSON.stringify([{ i: "BIGINT", ...Object.fromEntries(columns.map((_, at) => [`p${at}`, "VARCHAR"])) }]);
  const typed = columns.map(({ name, type }, at) => {
    const value = type.kind === "binary" ? `from_hex(r.p${at})` : `CAST(r.p${at} AS ${duckDbType(type)})`;
    return `, ${value} AS ${quoteIdentifier(name)}`;
  });
  const rows = await connection.rows(
    `SELECT __boathouse_i AS i FROM (SELECT r.i AS __boathouse_i${typed.join("")} FROM ` +
      `(SELECT unnest(from_json(${quoteString(JSON.stringify(partitions))}, ${quoteString(shape)})) AS r)) WHERE (${condition})`,
  );
  const found = new Set(rows.map((row) => numberIn(row, "i")));
  return scan.only(scan.files.filter((_, at) => found.has(keyOf[at] ?? -1)).map(({ index }) => index));
}
