import type { DataType, StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { javaDouble } from "../java/number.ts";
import { malformedRecord } from "../option-texts.ts";
import { booleanOf, decimalJson, doubleJson, integerOf, momentJson } from "../text-cell.ts";
import { structNames } from "../types/duckdb-type.ts";
import { dateText } from "../types/instant.ts";
import { parseIntervalText } from "../types/interval-text.ts";
import { escapedBytes } from "../variant/cast.ts";
import { variantOfJson } from "../variant/from-json-node.ts";
import type { JsonOptions } from "./json-options.ts";
import { readJson, writeJson, type JsonNode } from "./json-text.ts";

/**
 * JSON text from which DuckDB makes a value of the type, from JSON text as Spark reads it (`JacksonParser`): fields by
 * their exact name, values of another kind null, numbers exact. Null for a text that has no value at all.
 */
export function normalizeJson(text: string, type: DataType, options: JsonOptions): string | null {
  if (text.trim() === "") return null;
  const reader = new Converter(options);
  if (type.kind !== "struct") {
    const node = readJson(text, options.read);
    if (node?.kind === "null") return null;
    const json = node === undefined ? undefined : reader.root(node, type);
    if (options.mode === "FAILFAST" && (json === undefined || reader.misfit)) throw malformedRecord(text);
    return json ?? null;
  }
  return structText(text, type, reader, options);
}

/** A record that does not fit is told in its own column, where the schema has one; what fits of it is kept. */
function structText(text: string, type: StructType, reader: Converter, options: JsonOptions): string {
  const corrupt = type.fields.findIndex((each) => each.name === options.corruptColumn);
  const inner: StructType = { ...type, fields: type.fields.filter((_, index) => index !== corrupt) };
  const node = readJson(text, options.read);
  const cells = node?.kind === "object" ? reader.cells(node.fields, inner) : undefined;
  const bad = (cells === undefined && node?.kind !== "null") || reader.misfit;
  if (bad && options.mode === "FAILFAST")
    throw malformedRecord(`[${(cells ?? inner.fields.map(() => "null")).join(",")}]`);
  const all = cells ?? inner.fields.map(() => "null");
  if (corrupt >= 0) all.splice(corrupt, 0, bad ? JSON.stringify(text) : "null");
  return objectText(all, type);
}

function objectText(cells: readonly string[], type: StructType): string {
  const names = structNames(type.fields);
  return `{${cells.map((cell, index) => `${JSON.stringify(names[index] ?? "")}:${cell}`).join(",")}}`;
}

class Converter {
  /** Whether anything did not fit its type. */
  misfit = false;
  readonly #options: JsonOptions;

  constructor(options: JsonOptions) {
    this.#options = options;
  }

  /** A value that is no record: one struct where an array of them is wanted is taken for the only one. */
  root(node: JsonNode, type: DataType): string | undefined {
    if (type.kind === "array" && type.element.kind === "struct" && node.kind === "object") {
      return `[${this.value(node, type.element) ?? "null"}]`;
    }
    return this.value(node, type);
  }

  /** One cell for each field of the type. Of a name that comes again the last value counts, and the last field has it. */
  cells(fields: readonly (readonly [string, JsonNode])[], type: StructType): string[] {
    const found = new Map(fields);
    const last = new Map(type.fields.map((each, index) => [each.name, index]));
    return type.fields.map((each, index) => {
      const node = last.get(each.name) === index ? found.get(each.name) : undefined;
      return node === undefined ? "null" : (this.value(node, each.type) ?? this.#none());
    });
  }

  #none(): string {
    this.misfit = true;
    return "null";
  }

  /** Undefined: the value does not fit the type. */
  value(node: JsonNode, type: DataType): string | undefined {
    if (type.kind === "variant") {
      const bytes = variantOfJson(node);
      return bytes && JSON.stringify(escapedBytes(bytes));
    }
    if (node.kind === "null") return "null";
    switch (type.kind) {
      case "struct":
        return node.kind === "object" ? objectText(this.cells(node.fields, type), type) : undefined;
      case "array": {
        if (node.kind !== "array") return undefined;
        const items = node.items.map((item) => this.value(item, type.element));
        return items.includes(undefined) ? undefined : `[${items.join(",")}]`;
      }
      case "map": {
        if (node.kind !== "object") return undefined;
        const pairs = [...new Map(node.fields)].map(([name, item]) => [name, this.value(item, type.value)] as const);
        if (pairs.some(([, item]) => item === undefined)) return undefined;
        return `{${pairs.map(([name, item]) => `${JSON.stringify(name)}:${item ?? "null"}`).join(",")}}`;
      }
      default:
        return this.#scalar(node, type);
    }
  }

  #scalar(node: JsonNode, type: DataType): string | undefined {
    switch (type.kind) {
      case "string":
        return JSON.stringify(node.kind === "string" ? node.value : writeJson(sparkNumbers(node)));
      case "boolean":
        return node.kind === "boolean" ? (booleanOf(String(node.value)) ?? undefined) : undefined;
      case "byte":
      case "short":
      case "int":
      case "long":
        return node.kind === "number" ? integerOf(node.text, type.kind) : undefined;
      case "float":
      case "double":
        return fractional(node);
      case "decimal":
        if (node.kind !== "number" && node.kind !== "string") return undefined;
        return decimalJson(node.kind === "number" ? node.text : node.value, type);
      case "date":
        return node.kind === "string" ? dateOf(node.value, this.#options) : undefined;
      case "timestamp_ntz":
        return node.kind === "string" ? momentJson(node.value, type.kind, this.#options.format) : undefined;
      case "timestamp":
        if (node.kind === "number" && /^-?\d+$/.test(node.text)) return seconds(node.text);
        return node.kind === "string" ? momentJson(node.value, type.kind, this.#options.format) : undefined;
      case "binary":
        return node.kind === "string" ? base64(node.value) : undefined;
      case "calendar_interval":
        return node.kind === "string" ? interval(node.value) : undefined;
      case "interval_year_month":
      case "interval_day_time":
        if (node.kind !== "string") return undefined;
        throw new BoathouseError(
          "UNSUPPORTED_FEATURE.FUNCTION",
          "The function from_json is not supported with intervals that are not null.",
          { sqlState: "0A000" },
        );
      default:
        return undefined;
    }
  }
}

/** A text that is no date but a number counts days, where no pattern is given. */
function dateOf(text: string, options: JsonOptions): string | undefined {
  const date = momentJson(text, "date", options.format);
  if (date !== undefined || options.format.dateFormat !== undefined) return date;
  const days = integerOf(text, "int");
  return days === undefined ? undefined : JSON.stringify(dateText(Number(days)));
}

/** Jackson copies a fraction as a double: `1.50` becomes `1.5`. */
function sparkNumbers(node: JsonNode): JsonNode {
  switch (node.kind) {
    case "number":
      if (/^-?\d+$/.test(node.text)) return { kind: "number", text: String(BigInt(node.text)) };
      if (/[NI]/.test(node.text)) return { kind: "string", value: javaDouble(SPECIAL[node.text] ?? 0) };
      return { kind: "number", text: javaDouble(Number(node.text)) };
    case "array":
      return { kind: "array", items: node.items.map(sparkNumbers) };
    case "object":
      return { kind: "object", fields: node.fields.map(([name, value]) => [name, sparkNumbers(value)] as const) };
    default:
      return node;
  }
}

const SPECIAL: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  "+INF": Infinity,
  "+Infinity": Infinity,
  Infinity,
  INF: Infinity,
  "-INF": -Infinity,
  "-Infinity": -Infinity,
};

function fractional(node: JsonNode): string | undefined {
  const text = node.kind === "number" ? node.text : node.kind === "string" ? node.value : undefined;
  if (text === undefined) return undefined;
  const special = SPECIAL[text];
  if (special !== undefined) return doubleJson(special);
  return node.kind === "number" ? text : undefined;
}

function seconds(text: string): string {
  const date = new Date(Number(text) * 1000);
  if (!Number.isFinite(date.getTime())) return "null";
  return JSON.stringify(`${date.toISOString().replace("T", " ").replace("Z", "")}+00`);
}

function base64(text: string): string | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return JSON.stringify(escapedBytes(Buffer.from(text, "base64")));
}

function interval(text: string): string | undefined {
  const value = parseIntervalText(text);
  if (value === undefined) return undefined;
  return JSON.stringify(`${value.months} months ${value.days} days ${value.micros} microseconds`);
}
