import type { DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { parseTimestamp } from "../java/date-parse.ts";
import { escapedBytes } from "../variant/cast.ts";
import { variantOfJson } from "../variant/from-json-node.ts";
import { readJson, writeJson, type JsonNode, type JsonReadOptions } from "./json-text.ts";

export interface FromJsonOptions {
  readonly read: JsonReadOptions;
  readonly mode: "PERMISSIVE" | "FAILFAST";
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly timestampNtzFormat: string | undefined;
  readonly primitivesAsString: boolean;
  readonly timeZone: string;
}

/**
 * JSON text that DuckDB casts to the type, from JSON text as Spark reads it (`JacksonParser`): fields by name, values of
 * another kind null, numbers exact. Null for text that has no value at all.
 */
export function normalizeJson(text: string, type: DataType, options: FromJsonOptions): string | null {
  if (text.trim() === "") return null;
  const node = readJson(text, options.read);
  if (node !== undefined && type.kind === "variant")
    return convert(node, type, options) ?? malformed(text, type, options);
  if (node === undefined) return malformed(text, type, options);
  const rooted = type.kind === "struct" && node.kind === "array" ? (node.items[0] ?? null) : node;
  if (rooted === null) return null;
  if (rooted.kind === "null") return null;
  if (type.kind === "array" && rooted.kind === "object" && type.element.kind === "struct") {
    return `[${convert(rooted, type.element, options) ?? "null"}]`;
  }
  return convert(rooted, type, options) ?? malformed(text, type, options);
}

function malformed(text: string, type: DataType, options: FromJsonOptions): string | null {
  if (options.mode === "FAILFAST") {
    throw new BoathouseError(
      "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
      `Malformed records are detected in record parsing: ${text}. Parse Mode: FAILFAST.`,
      { sqlState: "22023" },
    );
  }
  return type.kind === "struct" ? (convert({ kind: "object", fields: [] }, type, options) ?? null) : null;
}

/** Undefined: the value does not fit the type. */
function convert(node: JsonNode, type: DataType, options: FromJsonOptions): string | undefined {
  if (type.kind === "variant") {
    const bytes = variantOfJson(node);
    return bytes && JSON.stringify(escapedBytes(bytes));
  }
  if (node.kind === "null") return "null";
  switch (type.kind) {
    case "struct": {
      if (node.kind !== "object") return undefined;
      const found = new Map(node.fields);
      return `{${type.fields
        .map((each) => {
          const value =
            found.get(each.name) ?? node.fields.find(([name]) => name.toLowerCase() === each.name.toLowerCase())?.[1];
          const text = value === undefined ? "null" : (convert(value, each.type, options) ?? "null");
          return `${JSON.stringify(each.name)}:${text}`;
        })
        .join(",")}}`;
    }
    case "array":
      if (node.kind !== "array") return undefined;
      return `[${node.items.map((item) => convert(item, type.element, options) ?? "null").join(",")}]`;
    case "map":
      if (node.kind !== "object") return undefined;
      return `{${[...new Map(node.fields)].map(([name, value]) => `${JSON.stringify(name)}:${convert(value, type.value, options) ?? "null"}`).join(",")}}`;
    default:
      return scalar(node, type, options);
  }
}

const RANGES: Readonly<Record<string, bigint>> = { byte: 2n ** 7n, short: 2n ** 15n, int: 2n ** 31n, long: 2n ** 63n };

function scalar(node: JsonNode, type: DataType, options: FromJsonOptions): string | undefined {
  switch (type.kind) {
    case "string":
      return JSON.stringify(node.kind === "string" ? node.value : writeJson(node));
    case "boolean":
      return node.kind === "boolean" ? String(node.value) : undefined;
    case "byte":
    case "short":
    case "int":
    case "long": {
      if (node.kind !== "number" || !/^-?\d+$/.test(node.text)) return undefined;
      const limit = RANGES[type.kind] ?? 0n;
      const value = BigInt(node.text);
      return value >= -limit && value < limit ? node.text : undefined;
    }
    case "float":
    case "double":
      return fractional(node);
    case "decimal":
      if (node.kind === "number" && /^-?[\d.eE+-]+$/.test(node.text)) return JSON.stringify(node.text);
      return node.kind === "string" && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(node.value)
        ? JSON.stringify(node.value.replace("+", ""))
        : undefined;
    case "date":
      return moment(
        node,
        options.dateFormat,
        "UTC",
        (micros) => isoText(micros).slice(0, 10),
        /^[+-]?\d{4,}-\d{1,2}-\d{1,2}/,
      );
    case "timestamp":
      return moment(
        node,
        options.timestampFormat,
        options.timeZone,
        (micros) => `${isoText(micros)}+00`,
        undefined,
        true,
      );
    case "timestamp_ntz":
      return moment(node, options.timestampNtzFormat, "UTC", isoText, undefined);
    default:
      return undefined;
  }
}

const SPECIAL: Readonly<Record<string, string>> = {
  NaN: "NaN",
  "+INF": "Infinity",
  "+Infinity": "Infinity",
  Infinity: "Infinity",
  INF: "Infinity",
  "-INF": "-Infinity",
  "-Infinity": "-Infinity",
};

function fractional(node: JsonNode): string | undefined {
  const text = node.kind === "number" ? node.text : node.kind === "string" ? node.value : undefined;
  if (text === undefined) return undefined;
  const special = SPECIAL[text];
  if (special !== undefined) return JSON.stringify(special);
  return node.kind === "number" ? text : undefined;
}

function moment(
  node: JsonNode,
  format: string | undefined,
  zone: string,
  shown: (micros: bigint) => string,
  shape: RegExp | undefined,
  zoned = false,
): string | undefined {
  if (node.kind === "number" && zoned && /^-?\d+$/.test(node.text)) {
    return JSON.stringify(shown(BigInt(node.text) * 1_000_000n));
  }
  if (node.kind !== "string") return undefined;
  if (format !== undefined) {
    const micros = parseTimestamp(node.value, format, zone);
    return micros === undefined ? undefined : JSON.stringify(shown(micros));
  }
  if (shape !== undefined) {
    const match = shape.exec(node.value.trim());
    return match === null ? undefined : JSON.stringify(match[0]);
  }
  for (const pattern of DEFAULT_TIMESTAMPS) {
    const micros = parseTimestamp(node.value.trim(), pattern, zone);
    if (micros !== undefined) return JSON.stringify(shown(micros));
  }
  return undefined;
}

const DEFAULT_TIMESTAMPS = [
  "yyyy-MM-dd['T'][ ]HH:mm:ss[.SSSSSS][XXX]",
  "yyyy-MM-dd['T'][ ]HH:mm:ss[.SSSSSS][' ']VV",
  "yyyy-MM-dd['T'][ ]HH:mm",
  "yyyy-MM-dd",
  "yyyy-MM",
  "yyyy",
];

function isoText(micros: bigint): string {
  const millis = micros / 1000n - (micros % 1000n < 0n ? 1n : 0n);
  const rest = Number(((micros % 1000n) + 1000n) % 1000n);
  return new Date(Number(millis)).toISOString().replace("T", " ").replace("Z", String(rest).padStart(3, "0"));
}
