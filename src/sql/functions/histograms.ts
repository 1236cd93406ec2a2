import { array, DOUBLE, field, INT, simpleString, struct, type DataType } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";
import { isNumeric } from "../types/kinds.ts";
import {
  coerce,
  expressions,
  mismatch,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { integerOf, isFoldable, notFoldable } from "./rules.ts";

const category = "aggregate";

/**
 * `histogram_numeric(value, bins)`. As long as there are no more values than bins each has its own, which is exact in
 * Spark too; beyond that Spark's result hangs on the order in which it meets and merges values, and is refused.
 */
function histogramNumeric(call: CallSite): BoundFunction {
  const [given, bins, ...others] = expressions(call);
  if (given === undefined || bins === undefined || others.length > 0) throw wrongNumber(call, "2");
  if (!isFoldable(bins)) throw notFoldable(call, 1, "nb");
  const value = given.type.kind === "string" || given.type.kind === "void" ? coerce(given, DOUBLE, call) : given;
  if (!isNumeric(value.type) && !OTHERS.includes(value.type.kind)) {
    throw mismatch(
      call,
      0,
      '("NUMERIC" or "DATE" or "TIMESTAMP" or "TIMESTAMP_NTZ" or "INTERVAL DAY TO SECOND" or "INTERVAL YEAR TO MONTH")',
      simpleString(value.type),
    );
  }
  const most = integerOf(bins);
  if (typeof most !== "number") {
    throw call.error(
      "DATATYPE_MISMATCH.UNEXPECTED_NULL",
      'Cannot resolve "histogram_numeric" due to data type mismatch: The nb must not be null.',
    );
  }
  if (most < 2) {
    throw call.error(
      "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      `Cannot resolve "histogram_numeric" due to data type mismatch: The nb must be between [2, 2147483647] (current value = ${most}).`,
    );
  }
  const { type } = value;
  return {
    args: [value, coerce(bins, INT, call)],
    type: array(struct([field("x", type), field("y", DOUBLE)])),
    nullable: true,
    lower: ([sql = "NULL"], _, tools) => {
      const number = isNumeric(type) ? `CAST(${sql} AS DOUBLE)` : sql;
      return tools.once(`map_entries(${tools.aggregate("histogram", [number])})`, (all) => {
        const x = tools.fresh("x");
        const bin = `{'x': ${back(`${x}."key"`, type, tools)}, 'y': CAST(${x}."value" AS DOUBLE)}`;
        return `CASE WHEN len(${all}) > ${most} THEN error('${TOO_MANY}') ELSE list_transform(nullif(${all}, []), lambda ${x}: ${bin}) END`;
      });
    },
  };
}

const OTHERS: readonly string[] = ["date", "timestamp", "timestamp_ntz", "interval_day_time", "interval_year_month"];

const TOO_MANY =
  "[UNSUPPORTED_FEATURE.FUNCTION] histogram_numeric is not supported over more different values than it has bins: the result depends on the order in which Spark merges them.";

function back(sql: string, type: DataType, tools: LoweringTools): string {
  return isNumeric(type) && type.kind !== "double" ? tools.cast(sql, DOUBLE, type) : sql;
}

export const histograms: readonly FunctionRow[] = [
  { kind: "aggregate", names: ["histogram_numeric"], category, bind: histogramNumeric },
];
