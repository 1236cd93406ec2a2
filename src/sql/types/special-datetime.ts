import type { DataType } from "../../core/data-type.ts";
import type { LiteralValue } from "../value.ts";
import { dateText, parseDate, parseInstant, parseTime } from "./instant.ts";

const SPECIAL = /^\s*(?:epoch|now|today|tomorrow|yesterday)\b/i;

/**
 * `epoch`, `now`, `today`, `tomorrow` and `yesterday` as a date or timestamp, which Spark takes in constant texts alone
 * (`SpecialDatetimeValues`). Undefined for other texts and types.
 */
export function specialDatetime(
  text: LiteralValue | undefined,
  to: DataType,
  context: { readonly now: bigint; readonly timeZone: string },
): LiteralValue | undefined {
  if (typeof text !== "string" || !SPECIAL.test(text)) return undefined;
  const { now, timeZone } = context;
  switch (to.kind) {
    case "date": {
      const days = parseDate(text, now, timeZone);
      return days === undefined ? undefined : dateText(days);
    }
    case "timestamp":
      return parseInstant(text, now, timeZone);
    case "timestamp_ntz":
      return parseTime(text, now, timeZone)?.local;
    default:
      return undefined;
  }
}
