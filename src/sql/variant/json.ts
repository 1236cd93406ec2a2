import { javaDouble, javaFloat } from "../java/number.ts";
import { offsetAt } from "../java/zone.ts";
import { dateText, instantText, timeText } from "../types/instant.ts";
import { decimalText, stripped, type VariantNode } from "./node.ts";

/**
 * JSON text of a value, as Spark's `Variant.toJson`: keys in their order, decimals without zeros at the end, dates, times,
 * bytes (base64) and what is not finite as strings. Instants show the clock of `zone` and its offset.
 */
export function variantJson(value: VariantNode, zone: string): string {
  switch (value.kind) {
    case "null":
      return "null";
    case "boolean":
    case "long":
      return String(value.value);
    case "double":
      return Number.isFinite(value.value) ? javaDouble(value.value) : `"${javaDouble(value.value)}"`;
    case "float":
      return Number.isFinite(value.value) ? javaFloat(value.value) : `"${javaFloat(value.value)}"`;
    case "decimal":
      return decimalText(stripped(value));
    case "date":
      return `"${dateText(value.days)}"`;
    case "timestamp":
      return `"${instantText(value.micros, zone)}${offsetText(offsetAt(zone, value.micros))}"`;
    case "timestamp_ntz":
      return `"${timeText(value.micros)}"`;
    case "string":
      return jsonString(value.value);
    case "binary":
      return `"${Buffer.from(value.value).toString("base64")}"`;
    case "uuid":
      return `"${value.value}"`;
    case "array":
      return `[${value.items.map((item) => variantJson(item, zone)).join(",")}]`;
    case "object":
      return `{${value.fields.map(([key, item]) => `${jsonString(key)}:${variantJson(item, zone)}`).join(",")}}`;
  }
}

/** As Jackson writes it: other than JavaScript's, hexadecimal digits are capitals. */
function jsonString(text: string): string {
  return JSON.stringify(text).replace(/\\(\\|u[0-9a-f]{4})/g, (_, rest: string) =>
    rest === "\\" ? "\\\\" : `\\u${rest.slice(1).toUpperCase()}`,
  );
}

/** `+01:00`; seconds of old local times are left out. */
function offsetText(seconds: number): string {
  const minutes = Math.trunc(Math.abs(seconds) / 60);
  const sign = seconds < 0 && minutes > 0 ? "-" : "+";
  return `${sign}${String(Math.trunc(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
}
