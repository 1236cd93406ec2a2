import { createHash } from "node:crypto";
import type { DataType, StructType } from "../../src/core/data-type.ts";
import type { Value } from "../../src/core/value.ts";
import type { StatementResult } from "../../src/engine/session.ts";

/** A table's content in a form that does not depend on who reads it, nor on the order of its rows. */
export interface Content {
  readonly schema: StructType;
  readonly rows: number;
  /** The sum of the rows' hashes, 128 bits in hex digits. */
  readonly checksum: string;
  /** A row each, as JSON. */
  readonly lines: readonly string[];
}

export async function contentOf(result: Pick<StatementResult, "schema" | "batches">): Promise<Content> {
  const { schema } = result;
  const types = schema.fields.map((each) => each.type);
  const lines: string[] = [];
  let sum = 0n;
  for await (const { rowCount, columns } of result.batches()) {
    for (let row = 0; row < rowCount; row += 1) {
      const values = types.map((type, index) => canonical(columns[index]?.[row] ?? null, type));
      const line = JSON.stringify(values);
      lines.push(line);
      sum += BigInt(`0x${createHash("sha256").update(line).digest("hex").slice(0, 32)}`);
    }
  }
  return { schema, rows: lines.length, checksum: (sum % 2n ** 128n).toString(16).padStart(32, "0"), lines };
}

type Canonical = null | boolean | string | readonly Canonical[];

/** The form that `canonical.py` gives the same value: numbers as text, floating ones by their bits; structs by position. */
function canonical(value: Value, type: DataType): Canonical {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return type.kind === "float" || type.kind === "double" ? bits(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (type.kind === "struct") return type.fields.map((each) => canonical(memberOf(value, each.name), each.type));
  if (!Array.isArray(value)) throw new Error(`A value of the type ${type.kind} is no list.`);
  const items: readonly Value[] = value;
  if (type.kind === "array") return items.map((each) => canonical(each, type.element));
  if (type.kind !== "map") throw new Error(`A list is of the type ${type.kind}.`);
  const pairs = items.map((each) => [
    canonical(memberOf(each, "key"), type.key),
    canonical(memberOf(each, "value"), type.value),
  ]);
  const bytes = (pair: readonly Canonical[]): Buffer => Buffer.from(JSON.stringify(pair));
  return pairs.toSorted((a, b) => Buffer.compare(bytes(a), bytes(b)));
}

function bits(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return bytes.toString("hex");
}

function memberOf(value: Value, name: string): Value {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) return null;
  return (value as { readonly [field: string]: Value })[name] ?? null;
}
