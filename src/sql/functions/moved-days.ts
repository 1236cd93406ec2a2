import type { BoundArgument } from "../bound.ts";
import { integerOf } from "./rules.ts";

const PLAIN = 1_000_000;

/** SQL of a date moved by INT days. Far ones wrap around as Spark's INT does; plainly written small ones are added as they are. */
export function movedDays(date: string, sign: "+" | "-", days: string, given: BoundArgument | undefined): string {
  const known = integerOf(given);
  if (known !== undefined && (known === null || Math.abs(known) <= PLAIN)) {
    return `(${date} ${sign} CAST(${days} AS INTEGER))`;
  }
  return `spk_add_days(${date}, ${sign === "-" ? "-" : ""}CAST(${days} AS BIGINT))`;
}
