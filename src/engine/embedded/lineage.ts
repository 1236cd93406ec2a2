import { findRelation } from "../../catalog/find.ts";
import type { LineageNode, LineageType } from "../../catalog/lineage.ts";
import type { Access } from "../../catalog/access.ts";
import type { ColumnSource } from "../../sql/bound.ts";
import type { StructType } from "../../core/data-type.ts";
import type { StatementCall } from "./statement-call.ts";

/** What a statement read, and which stored columns flowed into which of its own. */
export interface Flowed {
  readonly schema: StructType;
  readonly lineage: readonly (readonly ColumnSource[])[];
  readonly reads: readonly (readonly string[])[];
}

/** Keeps what a statement that ran has moved; without a target it only read, and then only if it read tables. */
export async function recordLineage(call: StatementCall, flowed: Flowed, target?: readonly string[]): Promise<void> {
  const access = await call.access();
  const sources = sourcesOf(flowed).map((name) => nodeOf(name, access));
  if (sources.length === 0 && target === undefined) return;
  const columns = flowed.schema.fields.map((field, index) => ({
    target: field.name,
    sources: (flowed.lineage[index] ?? []).map((each) => ({ table: each.relation, column: each.column })),
  }));
  await call.env.catalog.recordLineage({
    statementId: call.id,
    user: call.user,
    sources,
    columns: target === undefined ? [] : columns.filter((each) => each.sources.length > 0),
    ...(target === undefined ? {} : { target: nodeOf(target, access) }),
  });
}

/** What is named, and in place of what only the session knows (temporary views) the tables behind it. */
function sourcesOf({ reads, lineage }: Flowed): (readonly string[])[] {
  const isStored = (name: readonly string[]): boolean => name.length === 3 || /[/:]/.test(name[0] ?? "");
  const named = reads.filter((name) => !isSystem(name) && isStored(name));
  const behind = reads.every(isStored) ? [] : lineage.flat().map((each) => each.relation);
  return [...new Map([...named, ...behind].map((name) => [name.join("\u0001"), name])).values()];
}

const TYPES: Readonly<Record<string, LineageType>> = {
  table: "TABLE",
  view: "VIEW",
  materialized_view: "MATERIALIZED_VIEW",
  streaming_table: "STREAMING_TABLE",
};

function nodeOf(name: readonly string[], access: Access): LineageNode {
  if (name.length < 3) return { path: name.join(".") };
  return { table: name, type: TYPES[findRelation(access, name)?.kind ?? "table"] ?? "TABLE" };
}

/** Looking at the catalog itself moves no data. */
function isSystem(name: readonly string[]): boolean {
  return name.length === 0 || name[0]?.toLowerCase() === "system" || name[1]?.toLowerCase() === "information_schema";
}
