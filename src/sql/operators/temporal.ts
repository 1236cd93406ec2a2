import {
  CALENDAR_INTERVAL,
  DATE,
  DOUBLE,
  LONG,
  TIMESTAMP,
  type DataType,
  type IntervalType,
} from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { coerce, type BoundFunction, type CallSite } from "../functions/function.ts";
import { tightestCommonType, widerType } from "../types/common-type.ts";
import { isDatetime, isIntegral, isInterval, isNumeric } from "../types/kinds.ts";
import { result } from "./binary.ts";
import { byNonZero } from "./division.ts";

const DAY: IntervalType = { kind: "interval_day_time", start: "day", end: "day" };
const DAY_TO_SECOND: IntervalType = { kind: "interval_day_time", start: "day", end: "second" };
const YEAR_TO_MONTH: IntervalType = { kind: "interval_year_month", start: "year", end: "month" };

/** Arithmetic with dates, timestamps and intervals, or undefined when there is none for these types. */
export function temporalArithmetic(
  call: CallSite,
  symbol: "+" | "-" | "*" | "/",
  left: BoundExpression,
  right: BoundExpression,
): BoundFunction | undefined {
  const done = (args: readonly BoundExpression[], type: DataType, sql: string): BoundFunction =>
    result(call, symbol, args, type, sql);
  if (symbol === "*" || symbol === "/") return scaled(call, symbol, left, right);
  if (isInterval(left.type) && isInterval(right.type)) return sum(call, symbol, left, right);
  if (symbol === "+" && !isDatetime(left.type)) {
    if (isDatetime(right.type) || right.type.kind === "string") return swapped(call, left, right);
    return left.type.kind === "string" ? shift(call, symbol, left, right, done) : undefined;
  }
  if (symbol === "-" && isDatetime(right.type)) return difference(call, left, right, done);
  return shift(call, symbol, left, right, done);
}

type Done = (args: readonly BoundExpression[], type: DataType, sql: string) => BoundFunction;

/** A point in time plus or minus an interval or days. */
function shift(
  call: CallSite,
  symbol: "+" | "-",
  point: BoundExpression,
  by: BoundExpression,
  done: Done,
): BoundFunction | undefined {
  if (by.type.kind === "void" && point.type.kind === "date") return done([point, by], DATE, `CAST(NULL AS DATE)`);
  if (point.type.kind === "date") {
    if (isIntegral(by.type) && by.type.kind !== "long")
      return done([point, by], DATE, `($1 ${symbol} CAST($2 AS INTEGER))`);
    if (by.type.kind === "interval_year_month") return done([point, by], DATE, `CAST($1 ${symbol} $2 AS DATE)`);
    if (by.type.kind === "interval_day_time" && by.type.end === "day")
      return done([point, by], DATE, `CAST($1 ${symbol} $2 AS DATE)`);
    if (by.type.kind === "calendar_interval") return done([point, by], DATE, `CAST($1 ${symbol} $2 AS DATE)`);
    if (by.type.kind === "interval_day_time")
      return done([coerce(point, TIMESTAMP, call), by], TIMESTAMP, `($1 ${symbol} $2)`);
    return undefined;
  }
  if (!isInterval(by.type)) return undefined;
  const moment = point.type.kind === "string" ? coerce(point, TIMESTAMP, call) : point;
  if (!isDatetime(moment.type)) return undefined;
  return done([moment, by], moment.type, `($1 ${symbol} $2)`);
}

/** `interval + date` is `date + interval`; the name keeps the order as written. */
function swapped(call: CallSite, left: BoundExpression, right: BoundExpression): BoundFunction | undefined {
  return shift(call, "+", right, left, ([point, by], type, sql) => {
    const args = [by, point].filter((each) => each !== undefined);
    return result(
      call,
      "+",
      args,
      type,
      sql.replaceAll(/\$([12])/g, (_, digit: string) => (digit === "1" ? "$2" : "$1")),
    );
  });
}

function difference(
  call: CallSite,
  left: BoundExpression,
  right: BoundExpression,
  done: Done,
): BoundFunction | undefined {
  if (left.type.kind === "date" && right.type.kind === "date") {
    return done([left, right], DAY, "to_days(CAST($1 - $2 AS INTEGER))");
  }
  const common =
    left.type.kind === "string" ? right.type : tightestCommonType(left.type, right.type, call.context.ansi);
  if (common === undefined || !isDatetime(common)) return undefined;
  if (common.kind === "date") {
    return done([coerce(left, DATE, call), right], DAY, "to_days(CAST($1 - $2 AS INTEGER))");
  }
  const local = (position: number) => `epoch_us(CAST($${position} AS TIMESTAMP))`;
  const args = [coerce(left, common, call), coerce(right, common, call)];
  return done(args, DAY_TO_SECOND, `spk_day_time(${local(1)} - ${local(2)})`);
}

function sum(
  call: CallSite,
  symbol: "+" | "-",
  left: BoundExpression,
  right: BoundExpression,
): BoundFunction | undefined {
  if (left.type.kind === "calendar_interval" || right.type.kind === "calendar_interval") {
    return result(call, symbol, [left, right], CALENDAR_INTERVAL, `($1 ${symbol} $2)`);
  }
  const type = widerType(left.type, right.type, call.context.ansi);
  if (type?.kind === "interval_year_month") return result(call, symbol, [left, right], type, `($1 ${symbol} $2)`);
  if (type === undefined) return undefined;
  return result(call, symbol, [left, right], type, `spk_day_time(spk_micros($1) ${symbol} spk_micros($2))`);
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
  const number = isIntegral(factor.type)
    ? coerce(factor, LONG, call)
    : factor.type.kind === "decimal"
      ? factor
      : coerce(factor, DOUBLE, call);
  const [i, n] = interval === left ? ["$1", "$2"] : ["$2", "$1"];
  const args = interval === left ? [interval, number] : [number, interval];
  if (interval.type.kind === "calendar_interval")
    return symbol === "*" ? result(call, "*", args, CALENDAR_INTERVAL, `(${i} * ${n})`) : undefined;
  const months = interval.type.kind === "interval_year_month";
  const type = months ? YEAR_TO_MONTH : DAY_TO_SECOND;
  const amount = months ? "spk_months" : "spk_micros";
  const make = (value: string) =>
    months ? `to_months(CAST(${value} AS INTEGER))` : `spk_day_time(CAST(${value} AS BIGINT))`;
  if (symbol === "*") return result(call, "*", args, type, make(`round(${amount}(${i}) * ${n})`));
  const lower = byNonZero((a, b) => make(`round(${amount}(${a}) / ${b})`), "DIVIDE_BY_ZERO");
  return result(call, "/", args, type, lower, true);
}
