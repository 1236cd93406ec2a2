import { refusedOption } from "../option-texts.ts";
import type { TextTree } from "../text-tree.ts";
import type { CsvOptions } from "./csv-options.ts";

/** The record of a struct whose values are texts already; null for one that has nothing to say (`UnivocityGenerator`). */
export function csvLine(row: readonly TextTree[], options: CsvOptions): string | null {
  const values = row.map((value, index) => written(value === null ? null : flat(value, options), index === 0, options));
  const line = values.join(options.separator);
  return line === "" ? null : line;
}

/** Inside a field: `[1, 2]`, `{k -> 1}`, `{1, x}`; nulls show only with `nullValue`. */
function flat(value: TextTree, options: CsvOptions): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if ("entries" in value) {
    return `{${value.entries.map(([key, each]) => `${flat(key, options)} ->${inner(each, options)}`).join(", ")}}`;
  }
  const [open, close] = "items" in value ? ["[", "]"] : ["{", "}"];
  const parts = "items" in value ? value.items : value.fields;
  return `${open}${parts.map((each, index) => (index === 0 ? first(each, options) : `,${inner(each, options)}`)).join("")}${close}`;
}

function first(value: TextTree, options: CsvOptions): string {
  return value === null ? inner(value, options) : flat(value, options);
}

function inner(value: TextTree, options: CsvOptions): string {
  if (value === null) return options.showsNulls ? ` ${options.nullValue}` : "";
  return ` ${flat(value, options)}`;
}

function written(value: string | null, first: boolean, options: CsvOptions): string {
  if (value === null) return quoted(options.nullValue, "no", options);
  const text = withoutEnd(withoutStart(value, options), options);
  if (text === "") return options.emptyValue === undefined ? '""' : quoted(options.emptyValue, "no", options);
  const comment = first && value.startsWith(options.comment === "" ? "#" : options.comment);
  const shown = withoutStart(value, options);
  return quoted(text, comment || /[\n\r]/.test(shown) || shown.includes(options.separator) ? "yes" : "no", options);
}

function withoutStart(value: string, options: CsvOptions): string {
  // oxlint-disable-next-line no-control-regex -- univocity's white space is every character up to the space.
  return options.trimLeading === false ? value : value.replace(/^[\u0000- ]+/, "");
}

function withoutEnd(value: string, options: CsvOptions): string {
  // oxlint-disable-next-line no-control-regex -- as above
  return options.trimTrailing === false ? value : value.replace(/[\u0000- ]+$/, "");
}

function quoted(value: string, needed: "yes" | "no", options: CsvOptions): string {
  const [quote, escape] = [options.quote, options.escape].map((each) => (each === "" ? "\0" : each));
  if (quote === undefined || escape === undefined) return value;
  const needs =
    needed === "yes" ||
    options.quoteAll ||
    value.includes(options.separator) ||
    /[\n\r]/.test(value) ||
    (options.escapeQuotes && value.includes(quote));
  if (!options.escapeQuotes && value.includes(quote) && (needs || value.startsWith(quote))) {
    throw refusedOption("escapeQuotes");
  }
  if (!needs) return value;
  let out = "";
  for (const char of value) out += char === quote || char === escape ? escape + char : char;
  return quote + out + quote;
}
