import { hasInnerNulls, orderForm } from "../types/order-form.ts";
import { array, BOOLEAN, decimal, DOUBLE, INT, LONG, type DataType, type IntervalType } from "../../core/data-type.ts";
import type { Lowering } from "../lowering.ts";
import { intervalAmount, intervalOverflow, microsInterval, monthsInterval } from "../types/interval-sql.ts";
import { hasMap, isDecimal, isIntegral } from "../types/kinds.ts";
import { decimalAverage, decimalTotals } from "./decimal-totals.ts";
import { bool } from "./defaults.ts";
import {
  aggregate,
  bindSignature,
  expressions,
  wrongNumber,
  type AggregateRow,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Signature,
} from "./function.ts";
import { ansiInterval, anything, boolean, double, int, integral, numeric, oneOf, orderable } from "./params.ts";
import { literalOf, named, sameAs, typeAt } from "./rules.ts";

const category = "aggregate";

const YEAR_TO_MONTH: IntervalType = { kind: "interval_year_month", start: "year", end: "month" };
const DAY_TO_SECOND: IntervalType = { kind: "interval_day_time", start: "day", end: "second" };

const numericOrInterval = oneOf(numeric, ansiInterval);

/** An aggregate whose signature or lowering depends on the call. */
export function aggregateBy(
  names: string | readonly [string, ...string[]],
  bind: (call: CallSite) => BoundFunction,
): AggregateRow {
  return { kind: "aggregate", names: typeof names === "string" ? [names] : names, category, bind };
}

function sumType(type: DataType): DataType {
  if (isDecimal(type)) return decimal(Math.min(type.precision + 10, 38), type.scale);
  if (isIntegral(type)) return LONG;
  return type.kind === "interval_year_month" || type.kind === "interval_day_time" ? type : DOUBLE;
}

function sumLowering(safe: boolean): Lowering {
  return ([value = "NULL"], call, tools) => {
    const type = typeAt(call.args, 0);
    const quiet = safe || !tools.ansi;
    if (type.kind === "interval_year_month") {
      const total = tools.aggregate("sum", [`spk_months(${value})`]);
      if (safe) return `to_months(TRY_CAST(${total} AS INTEGER))`;
      return monthsInterval(total, intervalOverflow("try_add"), tools);
    }
    if (type.kind === "interval_day_time") {
      const total = tools.aggregate("sum", [`spk_micros(${value})`]);
      if (safe) return `spk_day_time(TRY_CAST(${total} AS BIGINT))`;
      return microsInterval(total, intervalOverflow("try_add"), tools);
    }
    const total = isDecimal(type) ? decimalTotals(value, call, tools).sum : tools.aggregate("sum", [value]);
    if (isIntegral(type)) {
      if (safe) return `TRY_CAST(${total} AS BIGINT)`;
      return tools.once(total, (sum) => (tools.ansi ? `spk_sum_long(${sum})` : `spk_wrap64(${sum})`));
    }
    if (isDecimal(type) && isDecimal(call.type)) {
      // DuckDB's sum has 38 digits.
      if (call.type.precision < 38) return `${quiet ? "TRY_CAST" : "CAST"}(${total} AS ${tools.typeName(call.type)})`;
      const digits = "9".repeat(38 - type.scale);
      const most = type.scale === 0 ? digits : `${digits}.${"9".repeat(type.scale)}`;
      return `${quiet ? "spk_fitting_decimal" : "spk_checked_decimal"}(${total}, CAST('${most}' AS ${tools.typeName(call.type)}))`;
    }
    return total;
  };
}

function averageType(type: DataType): DataType {
  if (isDecimal(type)) return decimal(Math.min(type.precision + 4, 38), Math.min(type.scale + 4, 38));
  if (type.kind === "interval_year_month") return YEAR_TO_MONTH;
  return type.kind === "interval_day_time" ? DAY_TO_SECOND : DOUBLE;
}

function averageLowering(safe: boolean): Lowering {
  return ([value = "NULL"], call, tools) => {
    const type = typeAt(call.args, 0);
    if (isDecimal(type)) return decimalAverage(value, call, tools);
    const count = tools.aggregate("count", [value]);
    if (type.kind === "interval_year_month" || type.kind === "interval_day_time") {
      const months = type.kind === "interval_year_month";
      const sum = tools.aggregate("sum", [`${months ? "spk_months" : "spk_micros"}(${value})`]);
      const mean = (bounded: string): string => {
        const value = `spk_divide_half_up(CAST(${bounded} AS HUGEINT), nullif(${count}, 0)::HUGEINT)`;
        return months ? `to_months(CAST(${value} AS INTEGER))` : `spk_day_time(CAST(${value} AS BIGINT))`;
      };
      if (safe) return mean(`TRY_CAST(${sum} AS ${months ? "INTEGER" : "BIGINT"})`);
      return mean(tools.once(sum, (total) => intervalAmount(total, months, intervalOverflow("try_avg"))));
    }
    // Spark adds BIGINT up as DOUBLE.
    return tools.aggregate("avg", [type.kind === "long" ? `CAST(${value} AS DOUBLE)` : value]);
  };
}

function count(call: CallSite): BoundFunction {
  if (call.star || call.args.length === 0) {
    if (!call.star) throw wrongNumber(call, "> 0");
    return {
      args: [],
      type: LONG,
      nullable: false,
      lower: (_, __, tools) => tools.aggregate("count", ["*"]),
      pretty: () => "count(1)",
    };
  }
  const args = expressions(call);
  return {
    args,
    type: LONG,
    nullable: false,
    lower: (sql, site, tools) => {
      if (sql.length === 1) return tools.aggregate("count", sql);
      const present = sql.map((each) => `${each} IS NOT NULL`).join(" AND ");
      return tools.aggregate("count", [
        `CASE WHEN ${present} THEN ${site.distinct ? `row(${sql.join(", ")})` : "1"} END`,
      ]);
    },
  };
}

/** `first`, `last`, `any_value`: by row order; a second argument that is true skips nulls. */
function edge(side: "first" | "last"): (call: CallSite) => BoundFunction {
  return (call) => {
    const args = expressions(call);
    const [value] = args;
    if (value === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
    const flag = args[1] === undefined ? false : literalOf(args[1])?.value;
    if (typeof flag !== "boolean") {
      throw call.error(
        "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
        `Cannot resolve "${call.name}" due to data type mismatch: the input ignoreNulls should be a foldable "BOOLEAN" expression.`,
      );
    }
    const skip = flag || call.ignoreNulls;
    return {
      // The flag is an argument so that calls that differ in it are not taken for the same.
      args: [value, bool(skip)],
      type: value.type,
      nullable: true,
      pretty: ([shown = ""]) => `${call.name}(${shown})`,
      lower: ([sql = "NULL"], site, tools) => {
        if (site.windowed) {
          return tools.aggregate(`${side}_value`, [skip && !site.ignoreNulls ? `${sql} IGNORE NULLS` : sql]);
        }
        if (!skip) return tools.aggregate(side, [sql]);
        if (side === "first") return tools.aggregate("any_value", [sql]);
        return `list_filter(${tools.aggregate("list", [sql])}, lambda x: x IS NOT NULL)[-1]`;
      },
    };
  };
}

function collect(kind: "list" | "set"): Lowering {
  return ([value = "NULL"], call, tools) => {
    const distinct = kind === "set" && !call.distinct ? "DISTINCT " : "";
    const x = tools.fresh("x");
    return `coalesce(list_filter(${tools.aggregate("list", [`${distinct}${value}`])}, lambda "${x}": "${x}" IS NOT NULL), [])`;
  };
}

const collected: Signature = {
  params: [anything],
  returns: ([value]) => array(value?.type ?? INT, false),
  nullable: false,
};

function byOrder(name: "max_by" | "min_by"): AggregateRow {
  const native = name === "max_by" ? "arg_max" : "arg_min";
  return aggregateBy(name, (call) =>
    call.args.length === 3
      ? bindSignature(
          call,
          { params: [anything, orderable, int], returns: ([value]) => array(value?.type ?? INT), nullable: true },
          ([value = "NULL", key = "NULL", count = "1"], bound, tools) =>
            tools.aggregate(native, [value, orderForm(key, typeAt(bound.args, 1), tools), count]),
        )
      : bindSignature(
          call,
          { params: [anything, orderable], returns: sameAs(0), nullable: true },
          ([value = "NULL", key = "NULL"], bound, tools) =>
            tools.aggregate(`${native}_null`, [value, orderForm(key, typeAt(bound.args, 1), tools)]),
        ),
  );
}

function extreme(name: "min" | "max"): AggregateRow {
  return aggregate(
    name,
    category,
    { params: [orderable], returns: sameAs(0), nullable: true },
    ([value = "NULL"], bound, tools) => {
      const type = typeAt(bound.args, 0);
      if (!hasInnerNulls(type)) return tools.aggregate(name, [value]);
      return tools.aggregate(`arg_${name}`, [value, orderForm(value, type, tools)]);
    },
  );
}

const oneDouble: Signature = { params: [double], returns: DOUBLE, nullable: true };
const twoDoubles: Signature = { params: [double, double], returns: DOUBLE, nullable: true };

/** DuckDB raises an error where a value is infinite or no number: then there is no moment. */
function statistic(names: string | readonly [string, ...string[]], native: string): AggregateRow {
  return aggregateBy(names, (call) => {
    const exact = expressions(call).every((arg) => isIntegral(arg.type) || isDecimal(arg.type));
    if (exact) return bindSignature(call, oneDouble, native);
    const finite = native.replaceAll("$1", "CASE WHEN isfinite($1) THEN $1 END");
    return bindSignature(call, oneDouble, `CASE WHEN bool_or!(NOT isfinite($1)) THEN 'nan'::DOUBLE ELSE ${finite} END`);
  });
}

function pairwise(name: string, native: string): AggregateRow {
  return aggregate(name, category, twoDoubles, native);
}

/** Spark leaves a pair out when either is null. */
const PAIRED = (value: string): string => `CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN ${value} END`;

/** The average of one of both, over the pairs that are whole; of a decimal a decimal. */
function pairAverage(name: string, which: 0 | 1): AggregateRow {
  return aggregateBy(name, (call) =>
    bindSignature(
      call,
      { params: [numeric, numeric], returns: (args) => averageType(typeAt(args, which)), nullable: true },
      (args, site, tools) => {
        const both = args.map((each) => `${each} IS NOT NULL`).join(" AND ");
        const one = { ...site, args: site.args.slice(which, which + 1) };
        return averageLowering(false)([`CASE WHEN ${both} THEN ${args[which] ?? "NULL"} END`], one, tools);
      },
    ),
  );
}

function bits(name: string): AggregateRow {
  return aggregate(name, category, { params: [integral], returns: sameAs(0), nullable: true }, `${name}!($1)`);
}

export const aggregates: readonly FunctionRow[] = [
  aggregateBy("count", count),
  aggregate(
    "count_if",
    category,
    { params: [boolean], returns: LONG, nullable: false },
    "CAST(count!(CASE WHEN $1 THEN 1 END) AS BIGINT)",
  ),
  aggregate(
    "sum",
    category,
    { params: [numericOrInterval], returns: ([v]) => sumType(v?.type ?? DOUBLE), nullable: true },
    sumLowering(false),
  ),
  aggregate(
    "try_sum",
    category,
    { params: [numericOrInterval], returns: ([v]) => sumType(v?.type ?? DOUBLE), nullable: true },
    sumLowering(true),
  ),
  aggregateBy(["avg", "mean"], (call) =>
    bindSignature(
      call,
      { params: [numericOrInterval], returns: ([v]) => averageType(v?.type ?? DOUBLE), nullable: true },
      averageLowering(false),
    ),
  ),
  aggregate(
    "try_avg",
    category,
    { params: [numericOrInterval], returns: ([v]) => averageType(v?.type ?? DOUBLE), nullable: true },
    averageLowering(true),
  ),
  extreme("min"),
  extreme("max"),
  aggregateBy(["first", "first_value"], edge("first")),
  aggregateBy(["last", "last_value"], edge("last")),
  aggregateBy("any_value", edge("first")),
  aggregate(["collect_list", "array_agg"], category, { ...collected, pretty: named("collect_list") }, collect("list")),
  aggregateBy("collect_set", (call) => {
    const [value] = expressions(call);
    if (value !== undefined && hasMap(value.type)) {
      throw call.error(
        "DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE",
        'Cannot resolve "collect_set" due to data type mismatch: The input of collect_set cannot be "MAP" type data.',
      );
    }
    return bindSignature(call, collected, collect("set"));
  }),
  aggregate(["bool_and", "every"], category, { params: [boolean], returns: BOOLEAN, nullable: true }, "bool_and!($1)"),
  aggregate(
    ["bool_or", "some", "any"],
    category,
    { params: [boolean], returns: BOOLEAN, nullable: true },
    "bool_or!($1)",
  ),
  bits("bit_and"),
  bits("bit_or"),
  bits("bit_xor"),
  byOrder("max_by"),
  byOrder("min_by"),
  statistic(["stddev", "stddev_samp", "std"], "stddev_samp!($1)"),
  statistic("stddev_pop", "stddev_pop!($1)"),
  statistic(["variance", "var_samp"], "var_samp!($1)"),
  statistic("var_pop", "var_pop!($1)"),
  statistic("skewness", "spk_skewness(skewness!($1), count!($1), var_pop!($1))"),
  statistic("kurtosis", "CASE WHEN var_pop!($1) > 0 THEN kurtosis_pop!($1) END"),
  pairwise("corr", "spk_corr(regr_sxy!($1, $2), regr_sxx!($1, $2), regr_syy!($1, $2), regr_count!($1, $2))"),
  pairwise("covar_pop", "covar_pop!($1, $2)"),
  pairwise("covar_samp", "covar_samp!($1, $2)"),
  pairAverage("regr_avgx", 1),
  pairAverage("regr_avgy", 0),
  aggregate(
    "regr_count",
    category,
    { params: [numeric, numeric], returns: LONG, nullable: false },
    `count!(${PAIRED("1")})`,
  ),
  pairwise("regr_intercept", `CASE WHEN var_pop!(${PAIRED("$2")}) > 0 THEN regr_intercept!($1, $2) END`),
  pairwise("regr_slope", `CASE WHEN var_pop!(${PAIRED("$2")}) > 0 THEN regr_slope!($1, $2) END`),
  pairwise("regr_r2", "regr_r2!($1, $2)"),
  pairwise("regr_sxx", `(var_pop!(${PAIRED("$2")}) * count!(${PAIRED("1")}))`),
  pairwise("regr_syy", `(var_pop!(${PAIRED("$1")}) * count!(${PAIRED("1")}))`),
  pairwise("regr_sxy", `(covar_pop!($1, $2) * count!(${PAIRED("1")}))`),
  aggregateBy("approx_count_distinct", (call) =>
    bindSignature(
      call,
      { params: [anything], optional: [double], returns: LONG, nullable: false },
      "CAST(approx_count_distinct!($1) AS BIGINT)",
    ),
  ),
];
