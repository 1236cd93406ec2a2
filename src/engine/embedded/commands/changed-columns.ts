import type { StructField, StructType } from "../../../core/data-type.ts";
import { BoathouseError, isBoathouseError } from "../../../core/errors.ts";
import { clusteredPaths } from "../../../delta/maintain/clustered-paths.ts";
import {
  changedColumn,
  columnAt,
  isInsideCollection,
  withMovedColumn,
  withoutColumn,
  withRenamedColumn,
  type ColumnPath,
} from "../../../delta/schema/schema-edit.ts";
import type { Snapshot } from "../../../delta/snapshot.ts";
import type { AlterColumn, ColumnChange } from "../../../sql/ast/alter.ts";
import { partsOf } from "../../../sql/ast/node.ts";
import { knownCollations } from "../../../sql/collation/collation.ts";
import type { StatementCall } from "../statement-call.ts";
import { refuseOnAdded } from "./added-columns.ts";
import { changedRule, isRuleChange } from "./column-rule-change.ts";
import { described, pathText, placeOf, positionText, type ActionOf, type ColumnsChange } from "./column-change.ts";

/** `DROP COLUMNS [IF EXISTS] (a, s.x)`: the files keep their values, which nothing reads any more. */
export function droppedColumns(action: ActionOf<"drop_columns">, snapshot: Snapshot): ColumnsChange {
  if (snapshot.mappingMode === "none") throw needsMapping("DELTA_UNSUPPORTED_DROP_COLUMN", "DROP COLUMN");
  const clustered = clusteredPaths(snapshot);
  let { schema } = snapshot;
  const columns: string[] = [];
  for (const name of action.columns) {
    const path = partsOf(name);
    refuseDrop(
      path,
      snapshot.partitionColumns.map((each) => [each]),
      "PARTITION",
    );
    refuseDrop(path, clustered, "CLUSTERING");
    try {
      schema = withoutColumn(schema, path);
    } catch (error) {
      if (action.ifExists && isBoathouseError(error, "DELTA_COLUMN_NOT_FOUND_IN_SCHEMA")) continue;
      throw error;
    }
    columns.push(pathText(path));
  }
  return { operation: "DROP COLUMNS", parameters: { columns }, schema };
}

function refuseDrop(path: ColumnPath, used: readonly ColumnPath[], what: "PARTITION" | "CLUSTERING"): void {
  const isPrefix = (of: ColumnPath): boolean =>
    path.every((part, index) => part.toLowerCase() === of[index]?.toLowerCase());
  const hit = used.filter(isPrefix).map(pathText);
  if (hit.length === 0) return;
  throw new BoathouseError(
    `DELTA_UNSUPPORTED_DROP_${what}_COLUMN`,
    `Dropping ${what.toLowerCase()} columns (${hit.join(", ")}) is not allowed.`,
    {
      sqlState: "0AKDC",
      hint:
        what === "PARTITION"
          ? "Write the table anew with other partition columns: CREATE OR REPLACE TABLE … AS SELECT …."
          : "Cluster by other columns first: ALTER TABLE … CLUSTER BY (…).",
    },
  );
}

export function renamedColumn(action: ActionOf<"rename_column">, snapshot: Snapshot): ColumnsChange {
  if (snapshot.mappingMode === "none") throw needsMapping("DELTA_UNSUPPORTED_RENAME_COLUMN", "Column rename");
  const path = partsOf(action.from);
  const to = action.to.name;
  return {
    operation: "RENAME COLUMN",
    parameters: { oldColumnPath: pathText(path), newColumnPath: pathText([...path.slice(0, -1), to]) },
    schema: withRenamedColumn(snapshot.schema, path, to),
  };
}

/** `CHANGE COLUMN a a BIGINT COMMENT '…' FIRST` as changes one by one. */
export function hiveChange(action: ActionOf<"change_column">, snapshot: Snapshot, call: StatementCall): AlterColumn[] {
  const { column, definition } = action;
  const { span } = definition;
  refuseOnAdded(definition, call);
  const path = partsOf(column);
  if (partsOf(definition.name).at(-1)?.toLowerCase() !== path.at(-1)?.toLowerCase()) {
    const message = "Renaming a column is not supported in Hive-style CHANGE COLUMN.";
    throw call.error(definition.name.span, "PARSE_SYNTAX_ERROR", message, "Use ALTER TABLE … RENAME COLUMN a TO b.");
  }
  if (!definition.nullable) {
    const message = "NOT NULL is not supported in Hive-style CHANGE COLUMN.";
    throw call.error(span, "PARSE_SYNTAX_ERROR", message, "Use ALTER TABLE … ALTER COLUMN a SET NOT NULL.");
  }
  columnAt(snapshot.schema, path);
  const { type, comment, position } = definition;
  const changes: ColumnChange[] = [];
  if (type !== undefined) changes.push({ kind: "set_type", span, type, typeSpan: definition.typeSpan ?? span });
  if (comment !== undefined) changes.push({ kind: "set_column_comment", span, comment });
  if (position !== undefined) changes.push({ kind: "set_position", span, position });
  return changes.map((change) => ({ kind: "alter_column", span, column, change }));
}

/** `ALTER COLUMN a …, s.x …`, one after the other. */
export function changedColumns(
  columns: readonly AlterColumn[],
  snapshot: Snapshot,
  call: StatementCall,
): ColumnsChange {
  let { schema } = snapshot;
  const notNull: ColumnPath[] = [];
  const told = new Map<string, object>();
  for (const { column, change, span } of columns) {
    const path = partsOf(column);
    try {
      const before = columnAt(schema, path);
      if (change.kind === "set_position") {
        schema = withMovedColumn(schema, path, placeOf(change.position) ?? "first");
      } else {
        const at = { path, inside: isInsideCollection(schema, path), part: isPart(schema, path), call };
        schema = changedColumn(schema, path, (each) => changedField(each, change, at));
      }
      const after = columnAt(schema, path);
      if (before.nullable && !after.nullable) notNull.push(path);
      const position = change.kind === "set_position" ? positionText(change.position) : {};
      told.set(path.join("\0"), { ...told.get(path.join("\0")), ...described(path.slice(0, -1), after), ...position });
    } catch (error) {
      throw call.placed(error, span);
    }
  }
  const [first] = told.values();
  const single = told.size === 1 && first !== undefined;
  return {
    operation: single ? "CHANGE COLUMN" : "CHANGE COLUMNS",
    parameters: single ? { column: first } : { columns: [...told.values()] },
    schema,
    notNull,
  };
}

/** Is it the element of an array, the key or value of a map? */
function isPart(schema: StructType, path: ColumnPath): boolean {
  if (path.length === 1) return false;
  return columnAt(schema, path.slice(0, -1)).type.kind !== "struct";
}

interface FieldAt {
  readonly path: ColumnPath;
  /** Of an array or a map. */
  readonly inside: boolean;
  /** Itself an array's element or a map's key or value. */
  readonly part: boolean;
  readonly call: StatementCall;
}

function changedField(each: StructField, change: ColumnChange, { path, inside, part, call }: FieldAt): StructField {
  switch (change.kind) {
    case "set_column_comment":
      if (part) {
        throw new BoathouseError(
          "DELTA_UNSUPPORTED_COMMENT_MAP_ARRAY",
          `Can't add a comment to ${pathText(path)}: a key, a value or an element has none of its own.`,
          { sqlState: "0AKDC", hint: "Comment the column that holds it." },
        );
      }
      return { ...each, metadata: { ...each.metadata, comment: change.comment } };
    case "set_nullable":
      if (inside) {
        throw new BoathouseError(
          "DELTA_NESTED_NOT_NULL_CONSTRAINT",
          `${pathText(path)} is inside an array or a map, where NOT NULL cannot be enforced.`,
          { sqlState: "0AKDC", hint: "Use a CHECK constraint." },
        );
      }
      return { ...each, nullable: change.nullable };
    case "set_type":
      refuseWhole(each, path);
      return { ...each, type: knownCollations(change.type) };
    default:
      if (isRuleChange(change)) return changedRule(each, change, path, call);
      throw call.unsupported(change.span, `ALTER COLUMN … ${change.kind.replaceAll("_", " ").toUpperCase()}`);
  }
}

/** The type of what has parts is changed part by part. */
function refuseWhole(each: StructField, path: ColumnPath): void {
  const { kind } = each.type;
  const name = pathText(path);
  const how =
    kind === "struct"
      ? `add, drop or change its fields: ${name}.field`
      : kind === "array"
        ? `change ${name}.element`
        : kind === "map"
          ? `change ${name}.key or ${name}.value`
          : undefined;
  if (how === undefined) {
    if (!Object.keys(each.metadata ?? {}).some((key) => key.startsWith("delta.identity."))) return;
    throw new BoathouseError(
      "DELTA_IDENTITY_COLUMNS_ALTER_COLUMN_NOT_SUPPORTED",
      `${name} is an IDENTITY column, whose type cannot be changed.`,
      { sqlState: "429BQ" },
    );
  }
  throw new BoathouseError(
    `DELTA_CANNOT_UPDATE_${kind.toUpperCase()}_FIELD`,
    `The type of ${name}, which is ${kind === "array" ? "an" : "a"} ${kind}, cannot be changed as a whole.`,
    { sqlState: "429BQ", hint: `Instead, ${how}.` },
  );
}

function needsMapping(code: string, what: string): BoathouseError {
  return new BoathouseError(code, `${what} is not supported for this table: its files know columns by their names.`, {
    sqlState: "0AKDC",
    hint: "Enable column mapping first: ALTER TABLE … SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name').",
  });
}
