import { TIME, type DataType, type IntervalType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { coerce, type BoundFunction, type CallSite } from "../functions/function.ts";
import { castTo } from "../types/cast-expression.ts";
import { displayType } from "../types/duckdb-type.ts";
import { result } from "./binary.ts";

const HOUR_TO_SECOND: IntervalType = { kind: "interval_day_time", start: "hour", end: "second" };
const DAY_TO_SECOND: IntervalType = { kind: "interval_day_time", start: "day", end: "second" };

/**
 * A time of day plus or minus a day-time interval, and the interval between two times of day. Undefined when there is no
 * such operation for these types. Out of the day is DATETIME_OVERFLOW.
 */
export function timeArithmetic(
  call: CallSite,
  symbol: "+" | "-",
  left: BoundExpression,
  right: BoundExpression,
): BoundFunction | undefined {
  if (symbol === "-" && right.type.kind === "time") return difference(call, left, right);
  if (left.type.kind !== "time") return right.type.kind === "time" ? moved(call, symbol, right, left) : undefined;
  if (symbol === "-" && (right.type.kind === "void" || right.type.kind === "string")) {
    return difference(call, left, right);
  }
  return moved(call, symbol, left, right);
}

function moved(
  call: CallSite,
  symbol: "+" | "-",
  time: BoundExpression,
  by: BoundExpression,
): BoundFunction | undefined {
  const step = by.type.kind === "void" ? castTo(by, DAY_TO_SECOND, "ansi") : by;
  if (step.type.kind === "calendar_interval") throw unfit(call, symbol, time.type);
  if (symbol === "-" && (step.type.kind === "timestamp" || step.type.kind === "timestamp_ntz")) {
    throw unfit(call, symbol, time.type);
  }
  if (step.type.kind !== "interval_day_time" || time.type.kind !== "time") return undefined;
  const precision = step.type.end === "second" ? 6 : time.type.precision;
  const type: DataType = { kind: "time", precision };
  const bound = result(call, symbol, [time, step], type, "");
  const verb = symbol === "+" ? "add" : "subtract";
  return {
    ...bound,
    pretty: bound.pretty === undefined ? undefined : ([a = "", b = ""]) => `${a} ${symbol} ${b}`,
    lower: ([t = "NULL", i = "NULL"], _, tools) =>
      tools.once(`epoch_us(${t}) ${symbol} spk_micros(${i})`, (micros) => {
        const problem = `'[DATETIME_OVERFLOW] Datetime operation overflow: ${verb} an interval of the type ${displayType(step.type)} to the time value.'`;
        return `CASE WHEN ${micros} BETWEEN 0 AND 86399999999 THEN spk_time_of(CAST(${micros} AS BIGINT)) WHEN ${micros} IS NOT NULL THEN error(${problem}) END`;
      }),
  };
}

function difference(call: CallSite, left: BoundExpression, right: BoundExpression): BoundFunction | undefined {
  const args = [left, right].map((each) => {
    const { kind } = each.type;
    return kind === "string" || kind === "void" ? coerce(each, TIME, call) : each;
  });
  if (args.some(({ type }) => type.kind === "timestamp" || type.kind === "timestamp_ntz")) {
    throw unfit(call, "-", args.find(({ type }) => type.kind === "time")?.type ?? TIME);
  }
  if (args.some(({ type }) => type.kind !== "time")) return undefined;
  const bound = result(call, "-", args, HOUR_TO_SECOND, "spk_day_time(epoch_us($1) - epoch_us($2))");
  return { ...bound, pretty: bound.pretty === undefined ? undefined : ([a = "", b = ""]) => `${a} - ${b}` };
}

function unfit(call: CallSite, symbol: string, type: DataType): Error {
  return call.error(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    `Cannot resolve "${symbol}" due to data type mismatch: the parameter requires the "(TIMESTAMP OR TIMESTAMP WITHOUT ` +
      `TIME ZONE)" type, however it has the type "${displayType(type)}".`,
  );
}
