import { array, simpleString, TIMESTAMP, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { commonType } from "../types/common-type.ts";
import { quoteIdentifier } from "../quote.ts";
import { isDatetime, isIntegral, isInterval } from "../types/kinds.ts";
import {
  coerce,
  expressions,
  mismatch,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { scalarBy } from "./rules.ts";

/** `sequence(start, stop, step)`: from start to stop, both included; without a step by one towards the stop. */
function sequence(call: CallSite): BoundFunction {
  const [start, stop, step] = expressions(call);
  if (start === undefined || stop === undefined || call.args.length > 3) throw wrongNumber(call, "[2, 3]");
  const common = commonType([start.type, stop.type], call.context.ansi);
  const type = common?.kind === "string" && !call.context.ansi ? TIMESTAMP : common;
  if (type !== undefined && isIntegral(type)) return integers(call, type, start, stop, step);
  if (type !== undefined && isDatetime(type)) return moments(call, type, start, stop, step);
  throw call.error(
    "DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES",
    `Cannot resolve "sequence" due to data type mismatch: \`sequence\` uses the wrong parameter type "${simpleString(start.type).toUpperCase()}".`,
  );
}

function integers(
  call: CallSite,
  type: DataType,
  start: BoundExpression,
  stop: BoundExpression,
  step: BoundExpression | undefined,
): BoundFunction {
  const widest = step === undefined ? type : commonType([type, step.type], call.context.ansi);
  if (widest === undefined || !isIntegral(widest))
    throw mismatch(call, 2, '"INTEGRAL"', simpleString(step?.type ?? type));
  const args = [start, stop, ...(step === undefined ? [] : [step])].map((arg) => coerce(arg, widest, call));
  return {
    args,
    type: array(widest, false),
    nullable: args.some((arg) => arg.nullable),
    lower: (sql, _, tools) => {
      const list = step === undefined ? `spk_sequence(${sql.join(", ")})` : `spk_sequence_by(${sql.join(", ")})`;
      return `CAST(${list} AS ${tools.typeName(widest)}[])`;
    },
  };
}

/** Each element is start + n steps, so that months do not drift: 31 January, 28 February, 31 March. */
function moments(
  call: CallSite,
  type: DataType,
  start: BoundExpression,
  stop: BoundExpression,
  step: BoundExpression | undefined,
): BoundFunction {
  if (step !== undefined && !isInterval(step.type)) throw mismatch(call, 2, '"INTERVAL"', simpleString(step.type));
  const args = [coerce(start, type, call), coerce(stop, type, call), ...(step === undefined ? [] : [step])];
  return {
    args,
    type: array(type, false),
    nullable: args.some((arg) => arg.nullable),
    lower: ([a = "NULL", b = "NULL", given], _, tools) => {
      const by = given ?? `CASE WHEN ${b} < ${a} THEN to_days(-1) ELSE to_days(1) END`;
      const name = tools.typeName(type);
      return tools.once(a, (from) =>
        tools.once(b, (to) =>
          tools.once(by, (interval) => {
            const [n, x] = [quoteIdentifier(tools.fresh("n")), quoteIdentifier(tools.fresh("x"))];
            const isDate = type.kind === "date";
            // Steps of hours lead from date to date by the clock of the session.
            const clock = isDate && step !== undefined && !isWholeDays(step.type) ? "TIMESTAMPTZ" : name;
            const [first, last] =
              clock === name ? [from, to] : [`CAST(${from} AS ${clock})`, `CAST(${to} AS ${clock})`];
            const each = `CAST(${first} + spk_interval_times(${interval}, ${n}) AS ${clock})`;
            const kept = `CASE WHEN spk_interval_forward(${interval}) THEN ${x} <= ${last} ELSE ${x} >= ${last} END`;
            const checked = isDate ? `spk_step_of_days(${interval})` : interval;
            // Local times would lose the hour that clocks are set back.
            const point = (sql: string): string =>
              clock === "TIMESTAMPTZ" ? `make_timestamp(epoch_us(${sql}))` : `CAST(${sql} AS TIMESTAMP)`;
            const count = `spk_sequence_count(${point(first)}, ${point(last)}, ${checked})`;
            const list = `list_filter(list_transform(range(${count}), lambda ${n}: ${each}), lambda ${x}: ${kept})`;
            return clock === name
              ? list
              : `list_transform(${list}, lambda ${x}: CAST(CAST(${x} AS TIMESTAMP) AS DATE))`;
          }),
        ),
      );
    },
  };
}

function isWholeDays(type: DataType): boolean {
  return type.kind === "interval_year_month" || (type.kind === "interval_day_time" && type.end === "day");
}

export const sequences: readonly FunctionRow[] = [scalarBy("sequence", "array", sequence)];
