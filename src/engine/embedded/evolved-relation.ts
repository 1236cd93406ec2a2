import type { StructType } from "../../core/data-type.ts";
import type { Snapshot } from "../../delta/snapshot.ts";
import { mergeSchemas } from "../../delta/schema/table-schema.ts";
import { isWideningEnabled } from "../../delta/schema/type-widening.ts";
import type { Relation } from "../../sql/resolver.ts";

/** A table as it becomes by rows with further columns, or wider ones: what the transaction makes of it (`mergeSchema`). */
export function evolvedRelation(relation: Relation, snapshot: Snapshot, given: StructType): Relation {
  const widening = isWideningEnabled(snapshot.metadata);
  return { ...relation, schema: mergeSchemas(snapshot.schema, given, { widening }) };
}
