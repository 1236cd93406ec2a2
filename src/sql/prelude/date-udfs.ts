import { BOOLEAN, DOUBLE, LONG, STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { civilOf, daysInMonth, floorDiv, MICROS_PER_DAY } from "../java/calendar.ts";
import { formatTimestamp } from "../java/date-format.ts";
import { parseTimeByPattern, parseTimestamp } from "../java/date-parse.ts";
import { instantOf, localOf, resolveZone } from "../java/zone.ts";
import { asBigint, asText, udf, type Udf } from "./udf.ts";

export const dateUdfs: readonly Udf[] = [
  udf("spkjs_format_timestamp", [LONG, STRING, STRING], STRING, (micros, pattern, zone) =>
    formatTimestamp(asBigint(micros), asText(pattern), asText(zone)),
  ),
  udf(
    "spkjs_parse_timestamp",
    [STRING, STRING, STRING],
    LONG,
    (text, pattern, zone) => parseTimestamp(asText(text), asText(pattern), asText(zone)) ?? null,
  ),
  udf(
    "spkjs_parse_time",
    [STRING, STRING],
    LONG,
    (text, pattern) => parseTimeByPattern(asText(text), asText(pattern)) ?? null,
  ),
  udf("spkjs_zone_local", [LONG, STRING], LONG, (micros, zone) => localOf(asBigint(micros), knownZone(asText(zone)))),
  udf("spkjs_zone_instant", [LONG, STRING], LONG, (micros, zone) =>
    instantOf(asBigint(micros), knownZone(asText(zone))),
  ),
  udf("spkjs_zone_shift", [LONG, STRING, STRING], LONG, (micros, from, to) =>
    localOf(instantOf(asBigint(micros), knownZone(asText(from))), knownZone(asText(to))),
  ),
  udf("spkjs_months_between", [LONG, LONG, BOOLEAN], DOUBLE, (a, b, round) =>
    monthsBetween(asBigint(a), asBigint(b), round === true),
  ),
];

function knownZone(zone: string): string {
  const resolved = resolveZone(zone);
  if (resolved !== undefined) return resolved;
  throw new BoathouseError(
    "INVALID_TIMEZONE",
    `The timezone: ${zone} is invalid. The timezone must be either a region-based zone ID or a zone offset.`,
    {
      sqlState: "22009",
    },
  );
}

/** Spark's DateTimeUtils.monthsBetween over local microseconds: whole when both are the same day or both the last of their month. */
function monthsBetween(first: bigint, second: bigint, round: boolean): number {
  const [a, b] = [split(first), split(second)];
  const months = (a.year - b.year) * 12 + a.month - b.month;
  if (a.day === b.day || (a.last && b.last)) return months;
  const seconds = (a.day - b.day) * 86_400 + a.seconds - b.seconds;
  const difference = months + seconds / (31 * 86_400);
  return round ? Math.round(difference * 1e8) / 1e8 : difference;
}

function split(micros: bigint): { year: number; month: number; day: number; last: boolean; seconds: number } {
  const days = floorDiv(micros, MICROS_PER_DAY);
  const date = civilOf(Number(days));
  const seconds = Number((micros - days * MICROS_PER_DAY) / 1_000_000n);
  return { ...date, last: date.day === daysInMonth(date.year, date.month), seconds };
}
