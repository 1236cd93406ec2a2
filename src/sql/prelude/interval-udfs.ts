import { field, INT, LONG, STRING, struct, type IntervalType } from "../../core/data-type.ts";
import { parseAnsiInterval } from "../types/interval-cast.ts";
import { parseIntervalText } from "../types/interval-text.ts";
import { intervalTypeOf } from "../types/interval-type.ts";
import { asText, udf, type Udf } from "./udf.ts";

const PARTS = struct([field("months", INT), field("days", INT), field("micros", LONG)]);

export const intervalUdfs: readonly Udf[] = [
  /** Months, days and microseconds of a text; null for what is no interval. */
  udf("spkjs_interval_parts", [STRING], PARTS, (text) => {
    const parsed = parseIntervalText(asText(text));
    return parsed === undefined ? null : { months: parsed.months, days: parsed.days, micros: parsed.micros };
  }),
  /** Months or microseconds of a text as an interval of the type that the second argument names. */
  udf("spkjs_parse_interval", [STRING, STRING], LONG, (text, type) =>
    parseAnsiInterval(asText(text), typeOf(asText(type))),
  ),
];

const types = new Map<string, IntervalType>();

function typeOf(name: string): IntervalType {
  let type = types.get(name);
  if (type === undefined) {
    type = intervalTypeOf(name);
    types.set(name, type);
  }
  return type;
}
