import { Temporal } from "temporal-polyfill";
import { WINDOWS_TO_IANA_MAP } from "windows-iana";
import { addTicks, dateTimeOf, epochOf, partsOf, type DateTime } from "./date-time.ts";

const TICKS_PER_NANOSECOND_INVERSE = 100n;

/** The IANA name of a Windows time zone (`W. Europe Standard Time`) or of `UTC`; IANA names are taken as they are. */
export function ianaZone(name: string): string | undefined {
  const wanted = name.trim().toLowerCase();
  if (wanted === "utc" || wanted === "coordinated universal time") return "UTC";
  const windows = WINDOWS_TO_IANA_MAP.find(
    (each) => each.windowsName.toLowerCase() === wanted && each.territory === "001",
  );
  if (windows?.iana[0] !== undefined) return windows.iana[0];
  return /^[a-z_]+\/[a-z_/+-]+$/i.test(name) ? knownToRuntime(name) : undefined;
}

/** All Windows names, for "did you mean". */
export function windowsZones(): string[] {
  return [...new Set(WINDOWS_TO_IANA_MAP.map((each) => each.windowsName)), "UTC"];
}

/** The wall clock of a zone (an IANA name) at an instant. */
export function toZone(instant: DateTime, zone: string): DateTime {
  const zoned = Temporal.Instant.fromEpochMilliseconds(epochOf(instant)).toZonedDateTimeISO(zone);
  const moved = addTicks(instant, BigInt(zoned.offsetNanoseconds) / TICKS_PER_NANOSECOND_INVERSE);
  return { ticks: (moved ?? instant).ticks, kind: "unspecified" };
}

/**
 * The instant when a zone's clocks show this time. A time that occurs twice is taken in standard time, as .NET does;
 * `undefined` for one that a change of clocks skips.
 */
export function fromZone(local: DateTime, zone: string): DateTime | undefined {
  const { year, month, day, hour, minute, second, fraction } = partsOf(local);
  const plain = new Temporal.PlainDateTime(year, month, day, hour, minute, second);
  const zoned = plain.toZonedDateTime(zone, { disambiguation: "later" });
  if (!zoned.toPlainDateTime().equals(plain)) return undefined;
  const utc = zoned.withTimeZone("UTC");
  return dateTimeOf(
    {
      year: utc.year,
      month: utc.month,
      day: utc.day,
      hour: utc.hour,
      minute: utc.minute,
      second: utc.second,
      fraction,
    },
    "utc",
  );
}

function knownToRuntime(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
