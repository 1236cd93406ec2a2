import { CALENDAR_INTERVAL, DOUBLE } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { Lowering } from "../lowering.ts";
import { coerce, type BoundFunction, type CallSite } from "../functions/function.ts";
import { result } from "./binary.ts";

/**
 * A calendar interval times or by a number. Its months, days and microseconds are scaled each for itself as DOUBLE; what
 * a day leaves goes to the microseconds, what a month leaves is dropped (Spark: `IntervalUtils.fromDoubles` and, where
 * parts that do not fit stop at their type's bounds, `safeFromDoubles`). By zero is an error under ANSI, else null.
 */
export function scaledCalendar(
  call: CallSite,
  symbol: "*" | "/",
  left: BoundExpression,
  right: BoundExpression,
): BoundFunction {
  const isFirst = left.type.kind === "calendar_interval";
  const args = isFirst ? [left, coerce(right, DOUBLE, call)] : [coerce(left, DOUBLE, call), right];
  const lower: Lowering = ([a = "NULL", b = "NULL"], _, tools) =>
    tools.once(isFirst ? a : b, (interval) =>
      tools.once(isFirst ? b : a, (number) => {
        const flavour = tools.quiet === true ? "_try" : tools.ansi ? "" : "_lax";
        const part = (value: string): string => `${value} ${symbol} ${number}`;
        const parts = [
          part(`spk_months(${interval})`),
          part(`extract(day FROM ${interval})`),
          part(`(spk_micros(${interval}) - extract(day FROM ${interval}) * 86400000000)`),
        ];
        const scaled = `spk_calendar${flavour}(${parts.join(", ")})`;
        if (symbol === "*") return `CASE WHEN ${number} IS NOT NULL THEN ${scaled} END`;
        const byZero = flavour === "" ? `CASE WHEN ${interval} IS NOT NULL THEN ${BY_ZERO} END` : "NULL";
        return `CASE WHEN ${number} = 0 THEN ${byZero} ELSE ${scaled} END`;
      }),
    );
  return result(call, symbol, args, CALENDAR_INTERVAL, lower, symbol === "/" || left.nullable || right.nullable);
}

const BY_ZERO =
  "error('[INTERVAL_DIVIDED_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.')";
