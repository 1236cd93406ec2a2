import { struct, type DataType, type StructType } from "../../../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../../../core/errors.ts";
import { withColumn } from "../../../delta/schema/schema-edit.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import { findField } from "../../../delta/schema/table-schema.ts";
import type { ColumnDefinition } from "../../../sql/ast/definition.ts";
import { partsOf } from "../../../sql/ast/node.ts";
import type { StatementCall } from "../statement-call.ts";
import { described, placeOf, positionText, type ActionOf, type ColumnsChange } from "./column-change.ts";
import { columnsOf } from "./column-definitions.ts";

/** `ADD COLUMNS (a INT, s.x STRING AFTER y)`: what is there already has no value for the new columns. */
export function addedColumns(action: ActionOf<"add_columns">, snapshot: Snapshot, call: StatementCall): ColumnsChange {
  let { schema } = snapshot;
  const columns: object[] = [];
  for (const column of action.columns) {
    refuseOnAdded(column, call);
    const [field] = columnsOf([column], [], call).fields;
    if (field === undefined) continue;
    if (!field.nullable || holdsNotNull(field.type)) {
      throw call.error(
        column.span,
        "DELTA_OPERATION_NOT_ALLOWED",
        "NOT NULL in ALTER TABLE ADD COLUMNS is not supported: rows that are there have no value for it.",
        "Add the column without it, fill it, then ALTER COLUMN … SET NOT NULL.",
      );
    }
    const parent = partsOf(column.name).slice(0, -1);
    const place = placeOf(column.position);
    try {
      schema = withColumn(schema, parent, field, place);
    } catch (error) {
      if (action.ifNotExists && isBoathouseError(error, "FIELD_ALREADY_EXISTS")) continue;
      throw call.placed(error, column.span);
    }
    columns.push({ column: described(parent, field), ...positionText(column.position) });
  }
  return { operation: "ADD COLUMNS", parameters: { columns }, schema };
}

/** What only a table that is created can have. */
export function refuseOnAdded(column: ColumnDefinition, call: StatementCall): void {
  if (column.default !== undefined) {
    throw call.error(
      column.default.span,
      "WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED",
      "A column cannot be added to a table together with a DEFAULT.",
      "Add the column, then ALTER COLUMN … SET DEFAULT for the rows to come.",
    );
  }
  if (column.generated !== undefined) {
    throw call.unsupported(column.generated.span, "Adding a generated or identity column to a table");
  }
  if (column.mask !== undefined) {
    const hint = "Add the column, then ALTER COLUMN … SET MASK: until rows are written, it holds nulls alone.";
    throw call.unsupported(column.mask.span, "A mask in ADD COLUMNS", hint);
  }
  const check = column.constraints.find((each) => each.kind === "check");
  if (check !== undefined) {
    throw call.unsupported(check.span, "A CHECK constraint in ADD COLUMNS", "Add it with ADD CONSTRAINT.");
  }
}

/** The columns in the order given; those of known names stay what they are, with their ids and values. */
export function replacedColumns(
  action: ActionOf<"replace_columns">,
  snapshot: Snapshot,
  call: StatementCall,
): ColumnsChange {
  for (const column of action.columns) refuseOnAdded(column, call);
  const { fields } = columnsOf(action.columns, [], call);
  const columns = fields.map((each) => described([], each));
  return { operation: "REPLACE COLUMNS", parameters: { columns }, schema: overlaid(snapshot.schema, struct(fields)) };
}

function overlaid(old: StructType, now: StructType): StructType {
  const gone = old.fields.filter(({ name }) => findField(now, name) === undefined);
  const come = now.fields.filter(({ name }) => findField(old, name) === undefined);
  if (gone.length > 0 && come.length > 0) {
    throw new BoathouseError(
      "DELTA_AMBIGUOUS_DATA_TYPE_CHANGE",
      `Removing ${gone.map(({ name }) => name).join(", ")} and adding ${come.map(({ name }) => name).join(", ")} at once is ambiguous: a column may be meant to be renamed.`,
      { sqlState: "429BQ", hint: "Make the changes one by one: ALTER TABLE … ADD | DROP | RENAME COLUMN." },
    );
  }
  const typeOf = (before: DataType, after: DataType): DataType => {
    if (before.kind === "struct" && after.kind === "struct") return overlaid(before, after);
    if (before.kind === "array" && after.kind === "array") {
      return { ...before, element: typeOf(before.element, after.element) };
    }
    if (before.kind === "map" && after.kind === "map") {
      return { ...before, key: typeOf(before.key, after.key), value: typeOf(before.value, after.value) };
    }
    return after;
  };
  return struct(
    now.fields.map((each) => {
      const kept = findField(old, each.name);
      if (kept === undefined) return each;
      const metadata = { ...kept.metadata, ...each.metadata };
      return { ...kept, type: typeOf(kept.type, each.type), nullable: each.nullable, metadata };
    }),
  );
}

function holdsNotNull(type: DataType): boolean {
  if (type.kind === "struct") return type.fields.some((each) => !each.nullable || holdsNotNull(each.type));
  if (type.kind === "array") return holdsNotNull(type.element);
  return type.kind === "map" && (holdsNotNull(type.key) || holdsNotNull(type.value));
}
