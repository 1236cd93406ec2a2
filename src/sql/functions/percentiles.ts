import {
  array,
  DOUBLE,
  simpleString,
  STRING,
  type DataType,
  type IntervalType,
  sqlType,
} from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { Lowering, LoweringCall, LoweringTools } from "../lowering.ts";
import { isAnsiInterval, isNumeric } from "../types/kinds.ts";
import { aggregateBy } from "./aggregates.ts";
import { bool, constant, filled, integer } from "./defaults.ts";
import {
  bindSignature,
  coerce,
  expressionAt,
  expressions,
  mismatch,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
} from "./function.ts";
import { ansiInterval, double, int, numeric, oneOf, text } from "./params.ts";
import { integerOf, isFoldable, literalOf, textOf, typeAt, notFoldable, uncomputed } from "./rules.ts";

/** Aggregates over the order of their values: percentiles, modes, listagg. */

const numericOrInterval = oneOf(numeric, ansiInterval);
const fractionParam = oneOf(
  { expected: '"DOUBLE"', accept: (type, ansi) => (type.kind === "array" ? undefined : double.accept(type, ansi)) },
  { expected: '"ARRAY"', accept: (type) => (type.kind === "array" ? array(DOUBLE, false) : undefined) },
);

const FULL: Readonly<Record<string, IntervalType>> = {
  interval_year_month: { kind: "interval_year_month", start: "year", end: "month" },
  interval_day_time: { kind: "interval_day_time", start: "day", end: "second" },
};

/** Exact percentiles interpolate, so numbers become DOUBLE; intervals keep their kind. */
function interpolatedType(type: DataType): DataType {
  return FULL[type.kind] ?? DOUBLE;
}

function shaped(result: DataType, fraction: DataType): DataType {
  return fraction.kind === "array" ? array(result, false) : result;
}

/** What is measured of a value, and how a measured number becomes a value again. */
function measure(value: string, type: DataType): { readonly number: string; readonly back: (sql: string) => string } {
  if (type.kind === "interval_year_month") {
    return {
      number: `CAST(spk_months(${value}) AS DOUBLE)`,
      back: (sql) => `to_months(CAST(trunc(${sql}) AS INTEGER))`,
    };
  }
  if (type.kind === "interval_day_time") {
    return {
      number: `CAST(spk_micros(${value}) AS DOUBLE)`,
      back: (sql) => `spk_day_time(CAST(trunc(${sql}) AS BIGINT))`,
    };
  }
  return { number: `CAST(${value} AS DOUBLE)`, back: (sql) => sql };
}

function continuous(value: string, fraction: string, call: LoweringCall, tools: LoweringTools): string {
  const { number, back } = measure(value, typeAt(call.args, 0));
  const all = tools.aggregate("quantile_cont", [number, fraction]);
  if (call.type.kind !== "array") return back(all);
  const x = tools.fresh("x");
  return `list_transform(${all}, lambda "${x}": ${back(`"${x}"`)})`;
}

function fractionOf(call: CallSite, index: number): void {
  const given = expressionAt(call, index);
  if (!isFoldable(given)) throw notFoldable(call, index, "percentage");
  if (textOf(given) === null && given.type.kind !== "array") {
    throw call.error(
      "DATATYPE_MISMATCH.UNEXPECTED_NULL",
      `Cannot resolve "${call.name}" due to data type mismatch: The percentage must not be null.`,
    );
  }
  const literal = literalOf(given);
  const value = literal?.value === undefined || literal.value === null ? undefined : Number(literal.value);
  if (value !== undefined && (value < 0 || value > 1)) {
    throw call.error(
      "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      `Cannot resolve "${call.name}" due to data type mismatch: the percentage must be between [0.0, 1.0] (current value = ${value}).`,
    );
  }
}

function percentile(given: CallSite): BoundFunction {
  const call = filled(given, 3, [integer(1)]);
  fractionOf(call, 1);
  if (integerOf(expressionAt(call, 2)) !== 1) {
    throw call.error("UNSUPPORTED_FEATURE.FUNCTION", "The function percentile is not supported with a frequency.");
  }
  return bindSignature(
    call,
    {
      params: [numericOrInterval, fractionParam, numeric],
      returns: ([value, fraction]) => shaped(interpolatedType(value?.type ?? DOUBLE), fraction?.type ?? DOUBLE),
      nullable: true,
    },
    ([value = "NULL", fraction = "NULL"], site, tools) => continuous(value, fraction, site, tools),
  );
}

function median(call: CallSite): BoundFunction {
  return bindSignature(
    call,
    { params: [numericOrInterval], returns: ([value]) => interpolatedType(value?.type ?? DOUBLE), nullable: true },
    ([value = "NULL"], site, tools) => continuous(value, "0.5", site, tools),
  );
}

/** `percentile_cont(f) WITHIN GROUP (ORDER BY x)`. */
function ordered(kind: "cont" | "disc"): (call: CallSite) => BoundFunction {
  return (call) => {
    const [order] = call.orderBy;
    const fraction = expressionAt(call, 0);
    if (order === undefined || call.orderBy.length !== 1 || call.args.length !== 1) {
      throw call.error(
        "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING",
        `${call.name} requires WITHIN GROUP (ORDER BY …) with one expression.`,
      );
    }
    fractionOf(call, 0);
    const accepted = numericOrInterval.accept(order.expression.type, call.context.ansi);
    if (accepted === undefined)
      throw mismatch(call, 0, numericOrInterval.expected, simpleString(order.expression.type));
    const fractionType = fractionParam.accept(fraction.type, call.context.ansi);
    if (fractionType === undefined) throw mismatch(call, 0, fractionParam.expected, simpleString(fraction.type));
    const descending = order.direction === "desc";
    return {
      args: [coerce(order.expression, accepted, call), coerce(fraction, fractionType, call), bool(descending)],
      type: shaped(interpolatedType(accepted), fractionType),
      nullable: true,
      orderBy: [],
      pretty: ([value = "", f = ""]) =>
        `${call.name}(${f}) WITHIN GROUP (ORDER BY ${value}${descending ? " DESC" : ""})`,
      lower: ([value = "NULL", f = "NULL"], site, tools) => {
        if (kind === "cont") {
          return continuous(value, descending ? mapped(f, (p) => `(1 - ${p})`, fractionType, tools) : f, site, tools);
        }
        // DuckDB counts a negative fraction from the top; zero has no sign there.
        const from = descending ? mapped(f, (p) => `-greatest(${p}, 1e-300)`, fractionType, tools) : f;
        return disc(value, from, accepted, site, tools);
      },
    };
  };
}

/** A fraction, or each of a list of them. */
function mapped(fraction: string, to: (sql: string) => string, type: DataType, tools: LoweringTools): string {
  if (type.kind !== "array") return to(fraction);
  const x = `"${tools.fresh("x")}"`;
  return `list_transform(${fraction}, lambda ${x}: ${to(x)})`;
}

/** Exact here: any value within Spark's error bound is right, the exact one is. */
function checkAccuracy(call: CallSite): void {
  const given = expressionAt(call, 2);
  const accuracy = integerOf(given);
  if (accuracy === undefined) {
    if (isNumeric(given.type) || given.type.kind === "string") throw notFoldable(call, 2, "accuracy");
    return;
  }
  const problem = accuracy === null ? "UNEXPECTED_NULL" : accuracy > 0 ? undefined : "VALUE_OUT_OF_RANGE";
  if (problem === undefined) return;
  throw call.error(
    `DATATYPE_MISMATCH.${problem}`,
    `Cannot resolve "${call.name}" due to data type mismatch: The accuracy must be between (0, 2147483647] (current value = ${accuracy ?? "null"}).`,
  );
}

function approximate(given: CallSite): BoundFunction {
  const call = filled(given, 3, [integer(10000)]);
  fractionOf(call, 1);
  checkAccuracy(call);
  return bindSignature(
    call,
    {
      params: [
        oneOf(
          {
            expected: '"NUMERIC"',
            accept: (type) =>
              type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamp_ntz"
                ? type
                : numeric.accept(type, true),
          },
          ansiInterval,
        ),
        fractionParam,
        int,
      ],
      returns: ([value, fraction]) => shaped(value?.type ?? DOUBLE, fraction?.type ?? DOUBLE),
      nullable: true,
      pretty: (args) => `${given.name}(${args.join(", ")})`,
    },
    ([value = "NULL", fraction = "NULL"], site, tools) => {
      const type = typeAt(site.args, 0);
      return isAnsiInterval(type)
        ? disc(value, fraction, type, site, tools)
        : tools.aggregate("quantile_disc", [value, fraction]);
    },
  );
}

function disc(value: string, fraction: string, type: DataType, site: LoweringCall, tools: LoweringTools): string {
  const { number, back } = measure(value, type);
  const all = tools.aggregate("quantile_disc", [number, fraction]);
  if (site.type.kind !== "array") return back(all);
  const x = tools.fresh("x");
  return `list_transform(${all}, lambda "${x}": ${back(`"${x}"`)})`;
}

/** Of values equally frequent the least is taken, which Spark's `mode(x, true)` and WITHIN GROUP ask for. */
function modeLowering(largest: boolean): Lowering {
  return ([value = "NULL"], call, tools) => {
    const type = typeAt(call.args, 0);
    const interval = isAnsiInterval(type);
    const amount =
      type.kind === "interval_year_month" ? `spk_months(${value})` : `CAST(spk_micros(${value}) AS BIGINT)`;
    const histogram = tools.aggregate("histogram", [interval ? amount : value]);
    return tools.once(histogram, (h) => {
      const keys = largest ? `list_reverse(map_keys(${h}))` : `map_keys(${h})`;
      const counts = largest ? `list_reverse(map_values(${h}))` : `map_values(${h})`;
      const found = `${keys}[list_position(${counts}, list_max(${counts}))]`;
      if (!interval) return found;
      return type.kind === "interval_year_month" ? `to_months(CAST(${found} AS INTEGER))` : `spk_day_time(${found})`;
    });
  };
}

function mode(call: CallSite): BoundFunction {
  const [order] = call.orderBy;
  if (order !== undefined && call.args.length === 0) {
    const descending = order.direction === "desc";
    return {
      args: [order.expression, bool(descending)],
      type: order.expression.type,
      nullable: true,
      orderBy: [],
      lower: modeLowering(descending),
      pretty: ([value = ""]) => `mode() WITHIN GROUP (ORDER BY ${value}${descending ? "" : " DESC"})`,
    };
  }
  const args = expressions(call);
  const [value, deterministic] = args;
  if (value === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
  if (deterministic !== undefined) checkFlag(call, deterministic);
  const sure = deterministic === undefined ? false : literalOf(deterministic)?.value === true;
  return {
    args: [value],
    type: value.type,
    nullable: true,
    lower: modeLowering(false),
    pretty: ([a = ""]) => (sure ? `mode() WITHIN GROUP (ORDER BY ${a} DESC)` : `mode(${a})`),
  };
}

/** `mode(x, true)`: the flag must be known. */
function checkFlag(call: CallSite, flag: BoundExpression): void {
  const value = literalOf(flag)?.value ?? textOf(flag);
  if (value === undefined) {
    throw call.error(
      "NON_FOLDABLE_ARGUMENT",
      'The function `mode` requires the parameter `deterministic` to be a foldable expression of the type "BOOLEAN", but the actual argument is a non-foldable.',
    );
  }
  if (value === null) {
    throw call.error(
      "DATATYPE_MISMATCH.UNEXPECTED_NULL",
      'Cannot resolve "mode" due to data type mismatch: The deterministic must not be null.',
    );
  }
  if (typeof value !== "boolean") throw mismatch(call, 1, '"BOOLEAN"', sqlType(flag.type));
}

/** What is joined: a text or what becomes one. */
function listagg(given: CallSite): BoundFunction {
  const call = filled(given, 2, [constant(null, STRING)]);
  const [value, delimiter] = expressions(call);
  if (value === undefined || delimiter === undefined || call.args.length > 2) throw wrongNumber(given, "[1, 2]");
  if (value.type.kind === "binary") {
    throw call.error("UNSUPPORTED_FEATURE.FUNCTION", "The function listagg is not supported on BINARY.");
  }
  if (text.accept(value.type, call.context.ansi) === undefined)
    throw mismatch(given, 0, '("STRING" or "BINARY")', sqlType(value.type));
  if (textOf(delimiter) === undefined) {
    if (isFoldable(delimiter)) throw uncomputed(call, "delimiter");
    throw call.error(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      'Cannot resolve "listagg" due to data type mismatch: the input delimiter should be a foldable "STRING" expression.',
    );
  }
  const orders = call.orderBy.map((order) => order.expression);
  return {
    args: [coerce(value, STRING, call), coerce(delimiter, STRING, call), ...orders],
    type: STRING,
    nullable: true,
    lower: ([sql = "NULL"], _, tools) => tools.aggregate("string_agg", [sql, tools.text(textOf(delimiter) ?? "")]),
    pretty: ([a = "", b = "", ...sorted]) => {
      if (sorted.length === 0) return `${given.name}(${a}, ${b})`;
      const items = sorted.map((each, index) => {
        const order = call.orderBy[index];
        return `${each} ${order?.direction === "desc" ? "DESC" : "ASC"} NULLS ${order?.nulls === "last" ? "LAST" : "FIRST"}`;
      });
      return `listagg(${call.distinct ? "DISTINCT " : ""}${a}, ${b}) WITHIN GROUP (ORDER BY ${items.join(", ")})`;
    },
  };
}

export const percentiles: readonly FunctionRow[] = [
  aggregateBy("percentile", percentile),
  aggregateBy("median", median),
  aggregateBy("percentile_cont", ordered("cont")),
  aggregateBy("percentile_disc", ordered("disc")),
  aggregateBy(["percentile_approx", "approx_percentile"], approximate),
  aggregateBy("mode", mode),
  aggregateBy(["listagg", "string_agg"], listagg),
];
