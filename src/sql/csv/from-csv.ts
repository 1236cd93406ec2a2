import { BoathouseError } from "../../core/errors.ts";
import type { StructType } from "../../core/data-type.ts";
import { malformedRecord } from "../option-texts.ts";
import { cellJson } from "../text-cell.ts";
import { structNames } from "../types/duckdb-type.ts";
import type { CsvOptions } from "./csv-options.ts";
import { csvFields } from "./csv-record.ts";

/** One record as JSON text from which DuckDB makes a struct of the type (Spark's `CsvToStructs`). */
export function csvToJson(text: string, type: StructType, options: CsvOptions): string {
  const record = csvFields(text, options);
  if (record !== null && record.length > options.maxColumns) {
    throw new BoathouseError("MALFORMED_CSV_RECORD", `Malformed CSV record: ${text}`, { sqlState: "KD000" });
  }
  const corrupt = type.fields.findIndex((each) => each.name === options.corruptColumn);
  const fields = type.fields.filter((_, index) => index !== corrupt);
  let whole = record?.length === fields.length;
  const values = fields.map((each, index) => {
    const cell = record?.[index] ?? null;
    if (cell === null || cell === options.nullValue) return "null";
    const json = cellJson(cell, each.type, options.format);
    if (json === undefined) whole = false;
    return json ?? "null";
  });
  if (!whole && options.mode === "FAILFAST") throw malformedRecord(`[${values.join(",")}]`);
  if (corrupt >= 0)
    values.splice(corrupt, 0, whole || record === null ? "null" : JSON.stringify(text.replace(/\r?[\n\f]$/, "")));
  const names = structNames(type.fields);
  return `{${values.map((value, index) => `${JSON.stringify(names[index] ?? "")}:${value}`).join(",")}}`;
}
