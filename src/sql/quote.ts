import { BoathouseError } from "../core/errors.ts";
import type { Value } from "../core/value.ts";

/** A name in DuckDB's double quotes. Everything that is generated quotes its names: keywords and case then do not matter. */
export function quoteIdentifier(name: string): string {
  if (name.includes("\0")) {
    throw new BoathouseError("INVALID_IDENTIFIER", "A name cannot hold the character NUL.", { details: { name } });
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as a DuckDB string literal. */
export function quoteString(text: string): string {
  // The SQL text goes to DuckDB as a C string, so NUL cannot stand in it.
  if (text.includes("\0")) return `(${text.split("\0").map(plainString).join(" || chr(0) || ")})`;
  return plainString(text);
}

/** The path of one file for DuckDB's readers, which take `*`, `?` and `[` in a plain one for patterns. */
export function quotePath(path: string): string {
  return quoteString(path.replace(/[*?[]/g, "[$&]"));
}

/**
 * A value as a DuckDB literal: NULL, BOOLEAN, DOUBLE for numbers with a fraction (INTEGER or BIGINT for whole ones),
 * BIGINT or HUGEINT for `bigint`, VARCHAR, BLOB, lists and structs of them. Give a type with a CAST around it where the
 * exact one matters.
 */
export function quoteLiteral(value: Value): string {
  if (value === null) return "NULL";
  switch (typeof value) {
    case "boolean":
      return value ? "TRUE" : "FALSE";
    case "bigint":
      return value < 0n ? `(${value})` : String(value);
    case "number":
      return quoteNumber(value);
    case "string":
      return quoteString(value);
    default:
      break;
  }
  if (value instanceof Uint8Array) return `from_hex('${Buffer.from(value).toString("hex")}')`;
  if (isList(value)) return `[${value.map(quoteLiteral).join(", ")}]`;
  const entries = Object.entries(value).map(([name, each]) => `${quoteIdentifier(name)}: ${quoteLiteral(each)}`);
  return `{${entries.join(", ")}}`;
}

function plainString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function quoteNumber(value: number): string {
  if (Number.isNaN(value)) return "'NaN'::DOUBLE";
  if (!Number.isFinite(value)) return value > 0 ? "'Infinity'::DOUBLE" : "'-Infinity'::DOUBLE";
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value < 0 ? `(${value})` : String(value);
  // An exponent makes DuckDB read a DOUBLE rather than a DECIMAL.
  return Object.is(value, -0) ? "(-0e0)" : value < 0 ? `(${value.toExponential()})` : value.toExponential();
}

function isList(value: readonly Value[] | { readonly [field: string]: Value }): value is readonly Value[] {
  return Array.isArray(value);
}
