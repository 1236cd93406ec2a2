import type { StructType } from "../../core/data-type.ts";
import { quoteString } from "../../sql/quote.ts";
import type { AddAction, MetadataAction } from "../actions.ts";
import { mappingMode, physicalName } from "../schema/column-mapping.ts";
import { partitionValue } from "../log/file-list.ts";
import { columnsOf, type Predicate } from "./predicate.ts";
import type { Snapshot } from "../snapshot.ts";
import { findField } from "../schema/table-schema.ts";

/** Does the predicate speak of partition columns alone, so that it holds for all rows of a file or for none? */
export function isExactOnPartitions(predicate: Predicate, snapshot: Snapshot): boolean {
  const partitions = new Set(snapshot.partitionColumns.map((name) => name.toLowerCase()));
  const known = (each: Predicate): boolean => {
    if (each.kind === "unknown") return false;
    if (each.kind === "and" || each.kind === "or") return each.operands.every(known);
    return each.kind === "not" ? known(each.operand) : true;
  };
  return (
    known(predicate) &&
    columnsOf(predicate).every((path) => path.length === 1 && partitions.has((path[0] ?? "").toLowerCase()))
  );
}

/** The partitions that files lie in. */
export function partitionPredicate(
  schema: StructType,
  metadata: MetadataAction,
  adds: readonly AddAction[],
): Predicate {
  const mode = mappingMode(metadata);
  const distinct = new Map(adds.map((add) => [JSON.stringify(add.partitionValues), add.partitionValues]));
  const operands = [...distinct.values()].map((values): Predicate => {
    const parts = metadata.partitionColumns.map((name): Predicate => {
      const column = findField(schema, name);
      const value = values[column === undefined ? name : physicalName(column, mode)] ?? null;
      if (value === null || value === "" || column === undefined) return { kind: "isNull", column: [name] };
      const sql = partitionValue(quoteString(value), column.type);
      return { kind: "compare", column: [name], op: "=", value: { sql } };
    });
    return { kind: "and", operands: parts };
  });
  return { kind: "or", operands };
}
