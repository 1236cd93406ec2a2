import { quoteIfNeeded, struct, type StructField, type StructType } from "../../../core/data-type.ts";
import { schemaToJson } from "../../../core/schema-json.ts";
import type { ColumnPath, ColumnPlace } from "../../../delta/schema/schema-edit.ts";
import type { AlterAction } from "../../../sql/ast/alter.ts";
import type { ColumnPosition } from "../../../sql/ast/definition.ts";

export type ActionOf<Kind extends AlterAction["kind"]> = Extract<AlterAction, { readonly kind: Kind }>;

/** What becomes of a table's columns, and how its history tells it. */
export interface ColumnsChange {
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly schema: StructType;
  /** Columns that become NOT NULL: no row may be null there. */
  readonly notNull?: readonly ColumnPath[];
}

export function placeOf(position: ColumnPosition | undefined): ColumnPlace | undefined {
  if (position === undefined) return undefined;
  return position.after === undefined ? "first" : { after: position.after.name };
}

export function positionText(position: ColumnPosition | undefined): { readonly position?: string } {
  if (position === undefined) return {};
  return { position: position.after === undefined ? "FIRST" : `AFTER ${quoteIfNeeded(position.after.name)}` };
}

/** A column as Delta Lake's history shows it. */
export function described(parent: ColumnPath, each: StructField): object {
  const shown = { name: pathText([...parent, each.name]), type: each.type, nullable: each.nullable };
  const kept = Object.entries(each.metadata ?? {}).filter(([key]) => !key.startsWith("delta."));
  const { fields } = JSON.parse(schemaToJson(struct([{ ...shown, metadata: Object.fromEntries(kept) }]))) as {
    readonly fields: readonly object[];
  };
  return fields[0] ?? {};
}

export function pathText(path: ColumnPath): string {
  return path.map(quoteIfNeeded).join(".");
}
