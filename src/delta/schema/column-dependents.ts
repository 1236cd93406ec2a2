import type { StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { parseExpression } from "../../sql/parser/parse.ts";
import type { MetadataAction } from "../actions.ts";
import type { ColumnPath } from "./schema-edit.ts";

/**
 * Refuses to drop, rename or retype a column that the table's own expressions speak of. Throws
 * `DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE`, `DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE`.
 */
export function checkDependents(schema: StructType, metadata: MetadataAction, path: ColumnPath): void {
  const constraints = Object.entries(metadata.configuration).flatMap(([key, expression]) => {
    const name = /^delta\.constraints\.(.+)$/i.exec(key)?.[1];
    return name !== undefined && speaksOf(expression, path) ? [`${name} (${expression})`] : [];
  });
  if (constraints.length > 0) {
    throw new BoathouseError(
      "DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE",
      `Cannot alter column ${path.join(".")}, because it is used by CHECK constraints: ${constraints.join(", ")}.`,
      { sqlState: "42K09", hint: "Drop the constraint first: ALTER TABLE … DROP CONSTRAINT name." },
    );
  }
  const generated = schema.fields.flatMap(({ name, metadata: kept }) => {
    const expression = kept?.["delta.generationExpression"];
    const isOther = name.toLowerCase() !== path[0]?.toLowerCase();
    return typeof expression === "string" && isOther && speaksOf(expression, path) ? [`${name} (${expression})`] : [];
  });
  if (generated.length === 0) return;
  throw new BoathouseError(
    "DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE",
    `Cannot alter column ${path.join(".")}, because columns are generated from it: ${generated.join(", ")}.`,
    { sqlState: "42K09", hint: "Drop the generated column first." },
  );
}

/** Whether an expression names the column, what it is part of, or a part of it. */
function speaksOf(expression: string, path: ColumnPath): boolean {
  const wanted = path.map((name) => name.toLowerCase());
  return columnsIn(parseExpression(expression)).some((name) =>
    wanted.every((part, index) => name[index] === undefined || name[index] === part),
  );
}

/** The names of the columns in a syntax tree, in lower case. */
function columnsIn(node: unknown): string[][] {
  if (Array.isArray(node)) return node.flatMap(columnsIn);
  if (typeof node !== "object" || node === null) return [];
  const below = Object.values(node).flatMap(columnsIn);
  if (!("kind" in node) || node.kind !== "column" || !("parts" in node) || !Array.isArray(node.parts)) return below;
  const parts = node.parts.flatMap((each: unknown) =>
    typeof each === "object" && each !== null && "name" in each && typeof each.name === "string"
      ? [each.name.toLowerCase()]
      : [],
  );
  return [parts, ...below];
}
