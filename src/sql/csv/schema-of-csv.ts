import {
  BOOLEAN,
  DATE,
  decimal,
  DOUBLE,
  field,
  INT,
  LONG,
  sqlType,
  STRING,
  struct,
  TIMESTAMP,
  type DataType,
} from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { parseTimestamp } from "../java/date-parse.ts";
import { booleanOf, integerOf, javaDoubleOf, momentOf } from "../text-cell.ts";
import type { CsvOptions } from "./csv-options.ts";
import { csvFields } from "./csv-record.ts";

/** The schema that Spark infers from one record, as DDL: `STRUCT<_c0: INT, _c1: STRING>`. */
export function schemaOfCsv(text: string, options: CsvOptions): string {
  const record = csvFields(text, options);
  if (record === null) {
    throw new BoathouseError("MALFORMED_CSV_RECORD", `Malformed CSV record: ${text}`, { sqlState: "KD000" });
  }
  return sqlType(struct(record.map((cell, index) => field(`_c${index}`, typeOf(cell ?? "", options)))));
}

/** Spark's `CSVInferSchema.inferField` of a first value. */
function typeOf(cell: string, options: CsvOptions): DataType {
  const { format } = options;
  if (cell === "" || cell === options.nullValue) return STRING;
  if (integerOf(cell, "int") !== undefined) return INT;
  if (integerOf(cell, "long") !== undefined) return LONG;
  const whole = wholeDecimal(cell);
  if (whole !== undefined) return whole;
  const special = cell === format.nanValue || cell === format.positiveInf || cell === format.negativeInf;
  if (special || javaDoubleOf(cell) !== undefined) return DOUBLE;
  if (options.preferDate && parseTimestamp(cell, format.dateFormat ?? "yyyy-MM-dd", "UTC") !== undefined) return DATE;
  const local = momentOf(cell, "timestamp_ntz", format);
  if (local !== undefined || momentOf(cell, "timestamp", format) !== undefined) return TIMESTAMP;
  return booleanOf(cell) === undefined ? STRING : BOOLEAN;
}

/** A `BigDecimal` without digits behind the point, of at most 38. */
function wholeDecimal(cell: string): DataType | undefined {
  const match = /^[+-]?(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,9}))?$/.exec(cell);
  if (match === null) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = match;
  const digits = (whole + fraction).replace(/^0+(?=.)/, "");
  const scale = fraction.length - Number(exponent);
  if (digits === "" || scale !== 0) return undefined;
  return digits.length <= 38 ? decimal(digits.length, 0) : undefined;
}
