import type { DataType } from "../../core/data-type.ts";
import type { LiteralExpression } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { instantOf } from "../java/zone.ts";
import { instantSql } from "../types/instant-sql.ts";
import { displayType } from "../types/duckdb-type.ts";
import { isAnsiInterval } from "../types/kinds.ts";
import type { IntervalValue } from "../value.ts";
import { instantText } from "../types/instant.ts";
import {
  coerce,
  expressions,
  mismatch,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { anyTimestamp } from "./params.ts";
import { literalOf, scalarBy } from "./rules.ts";

const DAY = 86_400_000_000n;

/**
 * `time_bucket(width, moment [, origin])`: the beginning of the stretch of this width that the moment lies in, counted from
 * the origin, which is 1970-01-01 where the session is. Widths below a day are counted on the time line, days and months
 * on the calendar.
 */
function timeBucket(call: CallSite): BoundFunction {
  const [width, moment, origin] = expressions(call);
  if (width === undefined || moment === undefined || call.args.length > 3) throw wrongNumber(call, "[2, 3]");
  if (!isAnsiInterval(width.type)) {
    throw mismatch(call, 0, '("INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH")', displayType(width.type));
  }
  const type = anyTimestamp.accept(moment.type, call.context.ansi);
  if (type === undefined) throw mismatch(call, 1, anyTimestamp.expected, displayType(moment.type));
  const { months, size } = widthOf(call, literalOf(width)?.value);
  const from = origin === undefined ? epochOf(type, call.context.timeZone) : coerce(origin, type, call);
  const at = coerce(moment, type, call);
  return {
    args: [width, at, from],
    type,
    nullable: at.nullable || from.nullable,
    lower: ([, value = "NULL", start = "NULL"], _, tools) =>
      tools.once(value, (v) =>
        tools.once(start, (o) =>
          months > 0 ? byMonths(v, o, months, type, tools) : byMicros(v, o, size, type, tools),
        ),
      ),
  };
}

function widthOf(call: CallSite, value: unknown): { readonly months: number; readonly size: bigint } {
  if (!isInterval(value)) {
    throw call.error(
      "UNSUPPORTED_FEATURE.FUNCTION",
      "time_bucket with a width that is not a literal is not supported.",
    );
  }
  const size = value.micros + BigInt(value.days) * DAY;
  if (value.months <= 0 && size <= 0n) {
    throw call.error(
      "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      `Cannot resolve "time_bucket" due to data type mismatch: The \`bucket_width\` must be positive.`,
    );
  }
  if (size > DAY && size % DAY !== 0n) {
    throw call.error(
      "UNSUPPORTED_FEATURE.FUNCTION",
      "time_bucket with a width of more than a day that is not of whole days is not supported.",
    );
  }
  return { months: value.months, size };
}

function isInterval(value: unknown): value is IntervalValue {
  return typeof value === "object" && value !== null && "months" in value;
}

function epochOf(type: DataType, zone: string): LiteralExpression {
  const local = type.kind === "timestamp_ntz";
  const value = local ? 0n : instantOf(0n, zone);
  const literal = { kind: "literal", value, type, nullable: false } as const;
  return local ? literal : { ...literal, shown: `TIMESTAMP '${instantText(value, zone)}'` };
}

function byMicros(value: string, origin: string, size: bigint, type: DataType, tools: LoweringTools): string {
  const start = (v: string, o: string): string =>
    `CAST(spk_floor_div(epoch_us(${v}) - epoch_us(${o}), CAST(${size} AS BIGINT)) * ${size} + epoch_us(${o}) AS BIGINT)`;
  if (type.kind === "timestamp_ntz") return `make_timestamp(${start(value, origin)})`;
  if (size < DAY) return `make_timestamptz(${start(value, origin)})`;
  return instantSql(`make_timestamp(${start(local(value), local(origin))})`, tools.timeZone);
}

function byMonths(value: string, origin: string, months: number, type: DataType, tools: LoweringTools): string {
  const zoned = type.kind === "timestamp";
  const [v, o] = zoned ? [local(value), local(origin)] : [value, origin];
  const month = (each: string): string => `(year(${each}) * 12 + month(${each}))`;
  return tools.once(`spk_floor_div(${month(v)} - ${month(o)}, ${months})`, (count) => {
    const start = (times: string): string => `(${o} + to_months(CAST((${times}) * ${months} AS INTEGER)))`;
    const found = `CASE WHEN ${start(count)} > ${v} THEN ${start(`${count} - 1`)} ELSE ${start(count)} END`;
    return zoned ? instantSql(found, tools.timeZone) : found;
  });
}

function local(moment: string): string {
  return `CAST(${moment} AS TIMESTAMP)`;
}

export const timeBuckets: readonly FunctionRow[] = [scalarBy("time_bucket", "date and time", timeBucket)];
