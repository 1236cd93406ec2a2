import type { Securable } from "../catalog/securable.ts";
import { isRelation, isTable } from "../catalog/securable.ts";
import type { Json, JsonObject } from "../core/json.ts";
import type { DeltaTables } from "../engine/embedded/delta-tables.ts";
import type { Lakehouse } from "./lakehouse.ts";

export interface Count {
  /** Null where a file does not say how many rows it has. */
  readonly rows: number | null;
  /** The Delta version. */
  readonly version: number;
}

/** A table or view of the catalog and how much is in it. */
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

/** Rows as the Delta log counts them: no data is read. Undefined for what is no table. */
export async function countOf(securable: Securable, tables: DeltaTables): Promise<Count | undefined> {
  if (!isTable(securable)) return undefined;
  const snapshot = await (await tables.at(securable.location)).snapshot();
  return { rows: (await snapshot.totals()).numRows ?? null, version: snapshot.version };
}

/** Every table and view, by name. */
export async function tableCounts(lakehouse: Lakehouse): Promise<TableCount[]> {
  const { catalog, tables } = await lakehouse.platform();
  const snapshot = await catalog.snapshot();
  const counts: TableCount[] = [];
  for (const each of snapshot.all()) {
    if (!isRelation(each)) continue;
    const count = await countOf(each, tables);
    counts.push({
      name: snapshot.fullName(each).join("."),
      kind: each.kind.replaceAll("_", " "),
      rows: count?.rows ?? null,
      version: count?.version ?? null,
      owner: each.owner,
    });
  }
  return counts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
