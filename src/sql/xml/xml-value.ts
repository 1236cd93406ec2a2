import type { DataType } from "../../core/data-type.ts";
import { parseTimestamp } from "../java/date-parse.ts";
import { cellJson, decimalJson, doubleJson, integerOf, javaDoubleOf, momentJson } from "../text-cell.ts";
import { dateText } from "../types/instant.ts";
import type { XmlOptions } from "./xml-options.ts";

/** A text that its type does not take. */
export class UnfitXml extends Error {}

/** The text of an element or attribute as JSON text for the type (`StaxXmlParser.convertTo`). Throws `UnfitXml`. */
export function xmlValue(text: string, type: DataType, options: XmlOptions): string {
  const value = options.trims ? trimmed(text) : text;
  if (value === options.nullValue) return "null";
  const json = jsonOf(value, type, options);
  if (json === undefined) throw new UnfitXml();
  return json;
}

/** What Java's `trim` leaves. */
export function trimmed(text: string): string {
  // oxlint-disable-next-line no-control-regex -- Java trims every character up to the space.
  return text.replaceAll(/^[\u0000- ]+|[\u0000- ]+$/g, "");
}

function jsonOf(value: string, type: DataType, options: XmlOptions): string | undefined {
  switch (type.kind) {
    case "void":
    case "string":
      return JSON.stringify(value);
    case "boolean": {
      const lower = value.toLowerCase();
      return lower === "true" || lower === "1" ? "true" : lower === "false" || lower === "0" ? "false" : undefined;
    }
    case "byte":
    case "short":
      return integerOf(value, type.kind);
    case "int":
    case "long": {
      const size = integerOf(unsigned(value), type.kind);
      return size === undefined || !value.startsWith("-") ? size : String(-BigInt(size));
    }
    case "float":
    case "double": {
      const size = javaDoubleOf(unsigned(value)) ?? leadingNumber(unsigned(value));
      return doubleJson(size === undefined || !value.startsWith("-") ? size : -size);
    }
    case "decimal":
      return decimalJson(value, type);
    case "date":
      return dateJson(value, options);
    case "timestamp":
    case "timestamp_ntz":
      return momentJson(value, type.kind, options.format);
    default:
      return cellJson(value, type, options.format);
  }
}

function unsigned(value: string): string {
  return /^[+-]/.test(value) ? value.slice(1) : value;
}

/** What Java's `NumberFormat` reads of the beginning of a text. */
function leadingNumber(value: string): number | undefined {
  const match = /^-?(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:E-?\d+)?/.exec(value);
  return match === null ? undefined : Number(match[0].replaceAll(",", ""));
}

/** Unlike in other formats a date has its four, two and two digits. */
function dateJson(value: string, options: XmlOptions): string | undefined {
  const { dateFormat } = options.format;
  if (dateFormat === undefined && !options.preferDate) return momentJson(value, "date", options.format);
  const micros = parseTimestamp(value, dateFormat ?? "yyyy-MM-dd", "UTC");
  return micros === undefined ? undefined : JSON.stringify(dateText(Number(micros / 86_400_000_000n)));
}
