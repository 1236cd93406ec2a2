import { simpleString, type StructType } from "../../src/core/data-type.ts";
import type { SparkResult } from "../spark/spark.ts";

/** The order in which floating numbers are added differs, and with it their last digits. */
const TOLERANCE = 1e-9;

/** The first difference between rows, names and types; undefined when there is none. Rows count in any order. */
export function difference(schema: StructType, lines: readonly string[], spark: SparkResult): string | undefined {
  const columns = schema.fields.map((each) => `${each.name} ${simpleString(each.type)}`);
  const theirs = spark.columns.map(([name, type]) => `${name} ${type}`);
  const column = columns.findIndex((each, index) => each !== theirs[index]);
  if (column >= 0 || columns.length !== theirs.length) return `column ${columns[column]}, Spark ${theirs[column]}`;
  if (lines.length !== spark.rows.length) return `${lines.length} rows, Spark ${spark.rows.length}`;
  const floating = schema.fields.map(({ type }) => type.kind === "double" || type.kind === "float");
  const [own, other] = [sorted(lines, floating), sorted(spark.rows, floating)];
  const row = own.findIndex((cells, index) => !sameCells(cells, other[index] ?? [], floating));
  return row < 0 ? undefined : `row ${own[row]?.join(" | ")}, Spark ${other[row]?.join(" | ")}`;
}

/** Whether the rows come in Spark's order. */
export function sameOrder(schema: StructType, lines: readonly string[], spark: SparkResult): boolean {
  const floating = schema.fields.map(({ type }) => type.kind === "double" || type.kind === "float");
  return lines.every((line, index) => sameCells(line.split("\t"), (spark.rows[index] ?? "").split("\t"), floating));
}

function sorted(lines: readonly string[], floating: readonly boolean[]): (readonly string[])[] {
  return lines
    .map((line) => {
      const cells = line.split("\t");
      const key = cells.map((cell, index) => (floating[index] === true ? roughly(cell) : cell)).join("\t");
      return { cells, key };
    })
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ cells }) => cells);
}

function roughly(cell: string): string {
  const value = Number(cell);
  return Number.isFinite(value) ? value.toPrecision(6) : cell;
}

function sameCells(own: readonly string[], other: readonly string[], floating: readonly boolean[]): boolean {
  return own.every((cell, index) => {
    const its = other[index] ?? "";
    if (cell === its) return true;
    const [a, b] = [Number(cell), Number(its)];
    return floating[index] === true && Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  });
}
