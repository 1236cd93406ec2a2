import { isJsonObject, type Json } from "../../core/json.ts";
import type { StructType } from "../../core/data-type.ts";
import { physicalName } from "../schema/column-mapping.ts";
import type { ColumnPath } from "../schema/schema-edit.ts";
import type { Snapshot } from "../snapshot.ts";

/** The columns that the table is clustered by, by their names of now (PROTOCOL.md, "Clustered Table"). */
export function clusteredPaths(snapshot: Snapshot): ColumnPath[] {
  const text = snapshot.domain("delta.clustering");
  if (text === undefined) return [];
  const kept = JSON.parse(text) as Json;
  const columns = isJsonObject(kept) ? kept["clusteringColumns"] : undefined;
  if (!Array.isArray(columns)) return [];
  return (columns as readonly Json[]).map((path) => {
    const parts = (Array.isArray(path) ? (path as readonly Json[]) : [path]).map(String);
    let { schema: type }: { readonly schema: StructType } = snapshot;
    return parts.map((physical) => {
      const found = type.fields.find((each) => physicalName(each, snapshot.mappingMode) === physical);
      type = found?.type.kind === "struct" ? found.type : { kind: "struct", fields: [] };
      return found?.name ?? physical;
    });
  });
}
