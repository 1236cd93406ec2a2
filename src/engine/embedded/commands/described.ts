import { getRelation } from "../../../catalog/find.ts";
import { isTable, type Relation } from "../../../catalog/securable.ts";
import type { StructType } from "../../../core/data-type.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { Span } from "../../../sql/ast/node.ts";
import type { StatementCall } from "../statement-call.ts";
import { deltaTarget, pathOf } from "./delta-target.ts";

/** A table or view as DESCRIBE and SHOW tell of it. */
export interface Described {
  /** Undefined for a table that is named by its path. */
  readonly entry: Relation | undefined;
  /** `[catalog, schema, table]`, or `["delta", path]`. */
  readonly name: readonly string[];
  /** Those of the table as it is now. */
  readonly columns: () => Promise<StructType>;
  readonly partitionColumns: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly comment: string | undefined;
}

/** What a name stands for. To know of it, or to know its columns as well. */
export async function describedOf(name: ObjectName, use: "see" | "read", call: StatementCall): Promise<Described> {
  const path = await pathOf(name, call);
  if (path === undefined) return describedEntry(await call.objectName(name), name.span, use, call);
  const { table } = await deltaTarget(name, use, call);
  const { schema, metadata } = await table.snapshot();
  return {
    entry: undefined,
    name: ["delta", path.path],
    columns: () => Promise.resolve(schema),
    partitionColumns: metadata.partitionColumns,
    properties: metadata.configuration,
    comment: metadata.description,
  };
}

/** The same by the whole name. */
export async function describedEntry(
  name: readonly string[],
  span: Span,
  use: "see" | "read",
  call: StatementCall,
): Promise<Described> {
  const access = await call.access();
  try {
    const entry = getRelation(access, name);
    if (use === "read" || !access.sees(entry)) access.require("SELECT", entry);
    return {
      entry,
      name: access.snapshot.fullName(entry),
      columns: async () =>
        isTable(entry) ? (await (await call.env.tables.at(entry.location)).snapshot()).schema : entry.columns,
      partitionColumns: isTable(entry) ? entry.partitionColumns : [],
      properties: entry.properties,
      comment: entry.comment,
    };
  } catch (error) {
    throw call.placed(error, span);
  }
}
