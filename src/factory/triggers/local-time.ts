import { partsOf, type DateTime } from "../expression/datetime/date-time.ts";

/** The parts of a date as Temporal wants them. */
export function parseDateParts(date: DateTime): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
} {
  const { year, month, day, hour, minute, second } = partsOf(date);
  return { year, month, day, hour, minute, second };
}
