import type { DataType, MapType, StructType } from "../core/data-type.ts";
import type { Value } from "../core/value.ts";

/** Whether the session's time zone is UTC: only then an instant's text is known to be one. */
export type Zone = "utc" | "other";

/**
 * A value as JSON text. A number where every reader of JSON gives it back exactly (integers up to 2^53, decimals of up to
 * 15 digits, finite floats), text otherwise; dates and times in ISO 8601, an instant with `Z` where the session's zone is UTC; binary in base64; a map as an object of its keys; a variant as the value that it holds.
 */
export function jsonText(value: Value, type: DataType, zone: Zone = "utc"): string {
  if (value === null) return "null";
  switch (type.kind) {
    case "decimal":
      return typeof value === "string" && digits(value) <= 15 ? value : plain(value);
    case "timestamp":
      return JSON.stringify(`${isoTime(value)}${zone === "utc" ? "Z" : ""}`);
    case "timestamp_ntz":
      return JSON.stringify(isoTime(value));
    case "array":
      return Array.isArray(value)
        ? `[${value.map((each: Value) => jsonText(each, type.element, zone)).join(",")}]`
        : plain(value);
    case "map":
      return Array.isArray(value) ? mapText(value, type, zone) : plain(value);
    case "struct":
      return structText(value, type, zone);
    default:
      return plain(value);
  }
}

/** A row as a JSON object, columns in order. A name that stands twice gets a number: `a`, `a_1`. */
export function rowText(
  row: readonly Value[],
  schema: StructType,
  names: readonly string[],
  zone: Zone = "utc",
): string {
  const fields = schema.fields.map(
    (field, index) => `${JSON.stringify(names[index] ?? field.name)}:${jsonText(row[index] ?? null, field.type, zone)}`,
  );
  return `{${fields.join(",")}}`;
}

/** Names for an object: each once. */
export function uniqueNames(schema: StructType): string[] {
  const seen = new Set<string>();
  return schema.fields.map(({ name }) => {
    let unique = name;
    for (let count = 1; seen.has(unique); count += 1) unique = `${name}_${count}`;
    seen.add(unique);
    return unique;
  });
}

/** A value as one cell of a table or a CSV file; null stays null. */
export function cellText(value: Value, type: DataType): string | null {
  if (value === null) return null;
  switch (type.kind) {
    case "array":
    case "map":
    case "struct":
      return jsonText(value, type);
    case "binary":
      return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : plain(value);
    default:
      return typeof value === "object" ? plain(value) : String(value);
  }
}

function plain(value: Value): string {
  if (typeof value === "bigint") {
    const isSafe = value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
    return isSafe ? value.toString() : `"${value.toString()}"`;
  }
  if (typeof value === "number") return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value));
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString("base64"));
  if (Array.isArray(value)) return `[${value.map((each: Value) => plain(each)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}:${plain(each)}`);
    return `{${fields.join(",")}}`;
  }
  return JSON.stringify(value);
}

function structText(value: Value, type: StructType, zone: Zone): string {
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    return plain(value);
  }
  const entries = value as { readonly [field: string]: Value };
  const fields = type.fields.map(
    (field) => `${JSON.stringify(field.name)}:${jsonText(entries[field.name] ?? null, field.type, zone)}`,
  );
  return `{${fields.join(",")}}`;
}

function mapText(entries: readonly Value[], type: MapType, zone: Zone): string {
  const fields = entries.flatMap((entry) => {
    if (typeof entry !== "object" || entry === null || Array.isArray(entry) || entry instanceof Uint8Array) return [];
    const { key: name, value } = entry as { readonly key?: Value; readonly value?: Value };
    return [
      `${JSON.stringify(cellText(name ?? null, type.key) ?? "null")}:${jsonText(value ?? null, type.value, zone)}`,
    ];
  });
  return `{${fields.join(",")}}`;
}

/** `2020-01-31 08:00:00.5` → `2020-01-31T08:00:00.5`. */
function isoTime(value: Value): string {
  return typeof value === "string" ? value.replace(" ", "T") : plain(value);
}

function digits(text: string): number {
  return text.replace(/^[-+]?0*|\./g, "").length;
}
