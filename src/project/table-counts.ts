import type { Json, JsonObject } from "../core/json.ts";
import type { Lakehouse } from "./lakehouse.ts";

/** A table of the catalog and how much is in it. */
export interface TableCount extends JsonObject {
  /** `catalog.schema.table`. */
  readonly name: string;
  readonly kind: string;
  /** Null for a view, and where files do not say how many rows they have. */
  readonly rows: number | null;
  /** The Delta version; null for a view. */
  readonly version: number | null;
  readonly owner: string;
  readonly [more: string]: Json;
}

/** Every table and view, by name. Rows are counted from what the Delta log knows of its files, nothing is read. */
export async function tableCounts(lakehouse: Lakehouse): Promise<TableCount[]> {
  const { catalog, tables } = await lakehouse.platform();
  const snapshot = await catalog.snapshot();
  const counts: TableCount[] = [];
  for (const each of snapshot.all()) {
    if (
      each.kind !== "view" &&
      each.kind !== "table" &&
      each.kind !== "streaming_table" &&
      each.kind !== "materialized_view"
    )
      continue;
    const base = { name: snapshot.fullName(each).join("."), kind: each.kind.replaceAll("_", " "), owner: each.owner };
    if (each.kind === "view") counts.push({ ...base, rows: null, version: null });
    else {
      const table = await (await tables.at(each.location)).snapshot();
      counts.push({ ...base, rows: (await table.totals()).numRows ?? null, version: table.version });
    }
  }
  return counts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
