import { unreachable } from "../../core/errors.ts";
import type { Row } from "../../core/value.ts";

/** The text in a column of a row that delta itself asked for. */
export function textIn(row: Row | undefined, column: string): string {
  const value = row?.[column];
  return typeof value === "string" ? value : unreachable(`The column ${column} holds no text.`);
}

export function optionalTextIn(row: Row | undefined, column: string): string | undefined {
  return row?.[column] === null ? undefined : textIn(row, column);
}

/** A whole number that a double holds. */
export function numberIn(row: Row | undefined, column: string): number {
  const value = row?.[column];
  if (typeof value === "number") return value;
  return typeof value === "bigint" ? Number(value) : unreachable(`The column ${column} holds no number.`);
}
