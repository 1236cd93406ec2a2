import { sqlType, type DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { dateText, timeText } from "../types/instant.ts";
import { structNames } from "../types/duckdb-type.ts";
import { castVariantScalar, type ScalarValue } from "./scalar-cast.ts";
import { variantJson } from "./json.ts";
import type { VariantNode } from "./node.ts";
import { writeVariant } from "./write.ts";

export interface VariantCast {
  readonly to: DataType;
  /** The session's time zone. */
  readonly zone: string;
  /** What cannot be converted is null instead of an error. */
  readonly try: boolean;
}

/** A value as an atomic type (`castVariantScalar`); null for a null. Throws `INVALID_VARIANT_CAST`. */
export function castVariant(value: VariantNode, cast: VariantCast): ScalarValue | null {
  if (cast.to.kind === "variant") return writeVariant(value, "cast");
  if (value.kind === "null") return null;
  return castVariantScalar(value, cast.to, cast.zone) ?? invalid(value, cast);
}

/**
 * A value as an array, map or struct: JSON text that DuckDB casts to that type. Elements that cannot be converted are
 * errors, or null when it only tries.
 */
export function castVariantNested(value: VariantNode, cast: VariantCast): string | null {
  const { to } = cast;
  if (to.kind === "variant") return JSON.stringify(escapedBytes(writeVariant(value, "cast")));
  if (value.kind === "null") return null;
  const inner = (item: VariantNode, type: DataType): string => castVariantNested(item, { ...cast, to: type }) ?? "null";
  switch (to.kind) {
    case "array":
      if (value.kind !== "array") return invalid(value, cast);
      return `[${value.items.map((item) => inner(item, to.element)).join(",")}]`;
    case "map":
      if (value.kind !== "object") return invalid(value, cast);
      return `{${value.fields.map(([key, item]) => `${JSON.stringify(key)}:${inner(item, to.value)}`).join(",")}}`;
    case "struct": {
      if (value.kind !== "object") return invalid(value, cast);
      const names = structNames(to.fields);
      const given = new Map(value.fields);
      const fields = to.fields.map((each, index) => {
        const item = given.get(each.name);
        return `${JSON.stringify(names[index] ?? "")}:${item === undefined ? "null" : inner(item, each.type)}`;
      });
      return `{${fields.join(",")}}`;
    }
    default: {
      const scalar = castVariantScalar(value, to, cast.zone) ?? invalid(value, cast);
      return scalar === null ? null : jsonOf(scalar, to);
    }
  }
}

function invalid(value: VariantNode, { to, zone, try: tries }: VariantCast): null {
  if (tries) return null;
  throw new BoathouseError(
    "INVALID_VARIANT_CAST",
    `The variant value \`${variantJson(value, zone)}\` cannot be cast into \`"${sqlType(to)}"\`. Please use \`try_variant_get\` instead.`,
    { sqlState: "22023" },
  );
}

/** JSON of one value that DuckDB reads back exactly. */
function jsonOf(value: ScalarValue, type: DataType): string {
  if (value instanceof Uint8Array) return JSON.stringify(escapedBytes(value));
  if (typeof value === "number" && !Number.isFinite(value)) {
    return JSON.stringify(Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
  }
  if (typeof value !== "bigint") return typeof value === "string" ? JSON.stringify(value) : String(value);
  if (type.kind === "date") return JSON.stringify(duckDbDate(dateText(Number(value))));
  if (type.kind === "timestamp") return JSON.stringify(`${duckDbDate(timeText(value))}+00`);
  return type.kind === "timestamp_ntz" ? JSON.stringify(duckDbDate(timeText(value))) : value.toString();
}

/** DuckDB has no sign before large years, and `(BC)` behind those before year 1. */
function duckDbDate(text: string): string {
  const matched = /^(-\d{4,}|0000)(-\d\d-\d\d)(.*)$/.exec(text);
  if (matched === null) return text.replace(/^\+/, "");
  const [, year, date = "", rest = ""] = matched;
  return `${String(1 - Number(year)).padStart(4, "0")}${date} (BC)${rest}`;
}

/** The text that DuckDB casts to just these bytes. */
export function escapedBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex").replace(/../g, "\\x$&");
}
