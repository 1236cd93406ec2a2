import {
  CALENDAR_INTERVAL,
  DATE,
  DOUBLE,
  LONG,
  STRING,
  TIMESTAMP,
  type DataType,
  type IntervalType,
} from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { Lowering, LoweringTools, Pretty } from "../lowering.ts";
import { coerce, mismatch, type BoundFunction, type CallSite } from "../functions/function.ts";
import { movedDays } from "../functions/moved-days.ts";
import { castTo } from "../types/cast-expression.ts";
import { tightestCommonType, widerType } from "../types/common-type.ts";
import { displayType } from "../types/duckdb-type.ts";
import {
  INTERVAL_OVERFLOW,
  intervalOverflow,
  microsInterval,
  monthsInterval,
  type IntervalOverflow,
} from "../types/interval-sql.ts";
import { isDatetime, isIntegral, isInterval, isNumeric } from "../types/kinds.ts";
import { result } from "./binary.ts";
import { scaledCalendar } from "./calendar-arithmetic.ts";

const DAY: IntervalType = { kind: "interval_day_time", start: "day", end: "day" };
const DAY_TO_SECOND: IntervalType = { kind: "interval_day_time", start: "day", end: "second" };
const YEAR_TO_MONTH: IntervalType = { kind: "interval_year_month", start: "year", end: "month" };

type Sign = "+" | "-";

/** Arithmetic with dates, timestamps and intervals, or undefined when there is none for these types. */
export function temporalArithmetic(
  call: CallSite,
  symbol: Sign | "*" | "/",
  left: BoundExpression,
  right: BoundExpression,
): BoundFunction | undefined {
  if (symbol === "*" || symbol === "/") return scaled(call, symbol, left, right);
  if (isInterval(left.type) && (isInterval(right.type) || right.type.kind === "void"))
    return sum(call, symbol, left, right);
  if (isInterval(right.type) && left.type.kind === "void") return sum(call, symbol, left, right);
  if (symbol === "-" && isDatetime(right.type)) return difference(call, left, right);
  if (symbol === "-" && isDatetime(left.type) && (right.type.kind === "string" || right.type.kind === "void")) {
    return difference(call, left, right);
  }
  if (symbol === "+" && (isInterval(left.type) || (isDatetime(right.type) && !isDatetime(left.type))))
    return shift(call, "+", right, left);
  return shift(call, symbol, left, right);
}

/**
 * Refuses what Spark takes for a date or timestamp moved by an interval, or for a date moved by days: the other operand has
 * a type that does not fit. Others are left to the rules of numbers.
 */
export function refuseOperand(call: CallSite, symbol: Sign | "*", left: DataType, right: DataType): void {
  if (symbol === "*") return;
  const isTimed = (type: DataType): boolean => type.kind === "interval_day_time" || type.kind === "calendar_interval";
  const moved = isTimed(right) ? left : symbol === "+" && isTimed(left) ? right : undefined;
  if (moved !== undefined && moved.kind !== "time" && moved.kind !== "void") {
    throw mismatch(call, 0, '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"', displayType(moved));
  }
  const isPoint = (type: DataType): boolean => type.kind === "timestamp" || type.kind === "timestamp_ntz";
  const subtracted = symbol !== "-" ? undefined : isPoint(left) ? right : isDatetime(right) ? left : undefined;
  if (subtracted !== undefined && (isNumeric(subtracted) || /^(?:boolean|binary)$/.test(subtracted.kind))) {
    throw mismatch(call, 0, '"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)"', displayType(subtracted));
  }
  const days = left.kind === "date" ? right : symbol === "+" && right.kind === "date" ? left : undefined;
  if (days === undefined || isInterval(days) || days.kind === "void" || (symbol === "-" && days.kind === "string"))
    return;
  throw mismatch(call, 1, '("INT" or "SMALLINT" or "TINYINT")', displayType(days));
}

/** A point in time plus or minus an interval or days. Spark names these by what they become: `date_add(d, 1)`. */
function shift(call: CallSite, symbol: Sign, point: BoundExpression, by: BoundExpression): BoundFunction | undefined {
  const done = (
    args: readonly BoundExpression[],
    type: DataType,
    sql: string | Lowering,
    shown: Pretty,
  ): BoundFunction => {
    const bound = result(call, symbol, args, type, sql);
    return { ...bound, pretty: bound.pretty === undefined ? undefined : shown };
  };
  const bare: Pretty = ([a = "", b = ""]) => `${a} ${symbol} ${b}`;
  const { type } = by;
  if (point.type.kind === "date") {
    if (isIntegral(type) && type.kind !== "long") {
      const name = symbol === "+" ? "date_add" : "date_sub";
      const moved: Lowering = ([day = "NULL", days = "NULL"], site) => movedDays(day, symbol, days, site.args[1]);
      return done([point, by], DATE, moved, ([a = "", b = ""]) => `${name}(${a}, ${b})`);
    }
    if (type.kind === "interval_day_time" && type.end === "day") {
      const days = (text: string): string =>
        symbol === "+" ? `extractansiintervaldays(${text})` : `(- extractansiintervaldays(${text}))`;
      return done(
        [point, by],
        DATE,
        `CAST($1 ${symbol} $2 AS DATE)`,
        ([a = "", b = ""]) => `date_add(${a}, ${days(b)})`,
      );
    }
    if (type.kind === "calendar_interval" && call.context.ansi) {
      const dated = done([point, by], DATE, "", bare);
      return {
        ...dated,
        lower: ([date = "NULL", interval = "NULL"]) =>
          `spk_move_date(${date}, ${symbol === "-" ? `(-${interval})` : interval})`,
      };
    }
    if (type.kind === "interval_year_month" || type.kind === "calendar_interval") {
      return done([point, by], DATE, `CAST($1 ${symbol} $2 AS DATE)`, bare);
    }
    if (type.kind === "interval_day_time")
      return done([coerce(point, TIMESTAMP, call), by], TIMESTAMP, `($1 ${symbol} $2)`, bare);
    if (type.kind === "void")
      return done(
        [coerce(point, TIMESTAMP, call), castTo(by, DAY_TO_SECOND, "ansi")],
        TIMESTAMP,
        `($1 ${symbol} $2)`,
        bare,
      );
    return undefined;
  }
  if (type.kind === "void" && isDatetime(point.type)) {
    return done([point, castTo(by, DAY_TO_SECOND, "ansi")], point.type, `($1 ${symbol} $2)`, bare);
  }
  if (!isInterval(type)) return undefined;
  if (point.type.kind === "string" && type.kind === "interval_year_month") return undefined;
  if (point.type.kind === "string") {
    const moved = done([coerce(point, TIMESTAMP, call), by], TIMESTAMP, `($1 ${symbol} $2)`, bare);
    return {
      ...moved,
      type: STRING,
      lower: (args, site, tools) => tools.cast(moved.lower(args, site, tools), TIMESTAMP, STRING),
    };
  }
  return isDatetime(point.type) ? done([point, by], point.type, `($1 ${symbol} $2)`, bare) : undefined;
}

function difference(call: CallSite, left: BoundExpression, right: BoundExpression): BoundFunction | undefined {
  const text = (type: DataType): boolean => type.kind === "string" || type.kind === "void";
  const common = text(left.type)
    ? right.type
    : text(right.type)
      ? left.type
      : tightestCommonType(left.type, right.type, call.context.ansi);
  if (common === undefined || !isDatetime(common)) return undefined;
  const args = [coerce(left, common, call), coerce(right, common, call)];
  if (common.kind === "date") return result(call, "-", args, DAY, "to_days(CAST($1 - $2 AS INTEGER))");
  const local = (position: number): string => `epoch_us(CAST($${position} AS TIMESTAMP))`;
  return result(call, "-", args, DAY_TO_SECOND, `spk_day_time(${local(1)} - ${local(2)})`);
}

function sum(call: CallSite, symbol: Sign, left: BoundExpression, right: BoundExpression): BoundFunction | undefined {
  if (left.type.kind === "calendar_interval" || right.type.kind === "calendar_interval") {
    return result(
      call,
      symbol,
      [coerce(left, CALENDAR_INTERVAL, call), coerce(right, CALENDAR_INTERVAL, call)],
      CALENDAR_INTERVAL,
      `($1 ${symbol} $2)`,
    );
  }
  const type = widerType(left.type, right.type, call.context.ansi);
  if (type === undefined) return undefined;
  const args = [coerce(left, type, call), coerce(right, type, call)];
  const overflow = intervalOverflow(symbol === "+" ? "try_add" : "try_subtract");
  return result(call, symbol, args, type, ([a = "NULL", b = "NULL"], _, tools) =>
    type.kind === "interval_year_month"
      ? monthsInterval(`spk_months(${a})::HUGEINT ${symbol} spk_months(${b})`, overflow, tools)
      : microsInterval(`spk_micros(${a})::HUGEINT ${symbol} spk_micros(${b})`, overflow, tools),
  );
}

function scaled(
  call: CallSite,
  symbol: "*" | "/",
  left: BoundExpression,
  right: BoundExpression,
): BoundFunction | undefined {
  const [interval, factor] = isInterval(left.type) ? [left, right] : [right, left];
  if (!isInterval(interval.type) || (symbol === "/" && interval === right)) return undefined;
  if (!isNumeric(factor.type) && factor.type.kind !== "string" && factor.type.kind !== "void") return undefined;
  if (interval.type.kind === "calendar_interval") return scaledCalendar(call, symbol, left, right);
  const whole = isIntegral(factor.type);
  const number = whole
    ? coerce(factor, LONG, call)
    : factor.type.kind === "decimal"
      ? factor
      : coerce(factor, DOUBLE, call);
  const args = interval === left ? [interval, number] : [number, interval];
  const months = interval.type.kind === "interval_year_month";
  const type = months ? YEAR_TO_MONTH : DAY_TO_SECOND;
  const amount = months ? "spk_months" : "spk_micros";
  const make = (value: string, overflow: IntervalOverflow, tools: LoweringTools): string =>
    months ? monthsInterval(value, overflow, tools) : microsInterval(value, overflow, tools);
  const ordered = (texts: readonly string[]): readonly [string, string] => {
    const [a = "NULL", b = "NULL"] = texts;
    return interval === left ? [a, b] : [b, a];
  };
  if (symbol === "*") {
    const product = result(call, "*", args, type, (texts, _, tools) => {
      const [i, n] = ordered(texts);
      const product = whole ? `${amount}(${i})::HUGEINT * ${n}` : rounded(`${amount}(${i})`, n, number.type);
      return make(product, INTERVAL_OVERFLOW, tools);
    });
    // Spark puts the interval first.
    const shown: Pretty = ([a = "", b = ""]) => (interval === left ? `(${a} * ${b})` : `(${b} * ${a})`);
    return { ...product, pretty: product.pretty === undefined ? undefined : shown };
  }
  return result(
    call,
    "/",
    args,
    type,
    ([a = "NULL", b = "NULL"], _, tools) =>
      tools.once(a, (dividend) =>
        tools.once(b, (value) => {
          const raise = tools.quiet === true ? "NULL" : BY_ZERO;
          const divisor = `CASE WHEN ${value} = 0 AND ${dividend} IS NOT NULL THEN ${raise} ELSE ${value} END`;
          const quotient = whole
            ? `spk_divide_half_up(${amount}(${dividend})::HUGEINT, (${value})::HUGEINT)`
            : `round(${amount}(${dividend}) / ${value})`;
          const made = make(quotient, whole ? intervalOverflow("try_divide") : INTERVAL_OVERFLOW, tools);
          return `CASE WHEN (${divisor}) IS NOT NULL THEN ${made} END`;
        }),
      ),
    true,
  );
}

/** A whole number times a fraction, a half rounded up; of a decimal exactly. */
function rounded(amount: string, factor: string, type: DataType): string {
  if (type.kind !== "decimal") return `round(${amount} * ${factor})`;
  if (type.precision <= 19) return `round(CAST(${amount} AS DECIMAL(19,0)) * ${factor})`;
  return `CAST(spkjs_decimal('*', CAST(${amount} AS VARCHAR), CAST(${factor} AS VARCHAR), 38, 0, true) AS DECIMAL(38,0))`;
}

/** In both modes. */
const BY_ZERO =
  "error('[INTERVAL_DIVIDED_BY_ZERO] Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.')";
