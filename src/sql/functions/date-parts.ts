import {
  BYTE,
  CALENDAR_INTERVAL,
  DATE,
  decimal,
  DOUBLE,
  INT,
  TIMESTAMP,
  type DataType,
  type IntervalType,
  sqlType,
} from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import { INTERVAL_OVERFLOW, microsInterval, monthsInterval } from "../types/interval-sql.ts";
import { constant, filled, integer } from "./defaults.ts";
import {
  bindSignature,
  coerce,
  expressions,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  mismatch,
} from "./function.ts";
import { exactly, int } from "./params.ts";
import { scalarBy, textOf, isFoldable, uncomputed, attempted } from "./rules.ts";
import { isDatetime, isInterval } from "../types/kinds.ts";

const category = "date and time";
const SECONDS = decimal(8, 6);
const MICROS = decimal(18, 6);

interface Field {
  readonly type: DataType;
  /** SQL of the part, given that of a value whose clock is local. */
  readonly sql: (value: string) => string;
}

const integerField = (sql: string): Field => ({
  type: INT,
  sql: (value) => `CAST(${sql.replaceAll("$1", value)} AS INTEGER)`,
});

const MOMENT_FIELDS: readonly (readonly [names: string, field: Field])[] = [
  ["YEAR Y YEARS YR YRS", integerField("year($1)")],
  ["YEAROFWEEK", integerField("isoyear($1)")],
  ["QUARTER QTR", integerField("quarter($1)")],
  ["MONTH MON MONS MONTHS", integerField("month($1)")],
  ["WEEK W WEEKS", integerField("week($1)")],
  ["DAY D DAYS", integerField("day($1)")],
  ["DAYOFWEEK DOW", integerField("dayofweek($1) + 1")],
  ["DAYOFWEEK_ISO DOW_ISO", integerField("isodow($1)")],
  ["DOY", integerField("dayofyear($1)")],
  ["HOUR H HOURS HR HRS", integerField("hour($1)")],
  ["MINUTE M MIN MINS MINUTES", integerField("minute($1)")],
  [
    "SECOND S SEC SECONDS SECS",
    {
      type: SECONDS,
      sql: (value) => `CAST(CAST(extract(microsecond FROM ${value}) AS DECIMAL(18,0)) * 0.000001 AS DECIMAL(8,6))`,
    },
  ],
];

/** The fields that an interval type has. */
function partsOf(type: IntervalType, fields: typeof MOMENT_FIELDS): typeof MOMENT_FIELDS {
  const names = fields.map(([each]) => each.split(" ")[0]?.toLowerCase() ?? "");
  return fields.slice(names.indexOf(type.start), names.indexOf(type.end) + 1);
}

const byteField = (sql: string): Field => ({
  type: BYTE,
  sql: (value) => `CAST(${sql.replaceAll("$1", value)} AS TINYINT)`,
});

const YEAR_MONTH_FIELDS: typeof MOMENT_FIELDS = [
  ["YEAR Y YEARS YR YRS", integerField("spk_months($1) // 12")],
  ["MONTH MON MONS MONTHS", byteField("spk_months($1) % 12")],
];

const DAY_TIME_FIELDS: typeof MOMENT_FIELDS = [
  ["DAY D DAYS", integerField("spk_micros($1) // 86400000000")],
  ["HOUR H HOURS HR HRS", byteField("spk_micros($1) % 86400000000 // 3600000000")],
  ["MINUTE M MIN MINS MINUTES", byteField("spk_micros($1) % 3600000000 // 60000000")],
  [
    "SECOND S SEC SECONDS SECS",
    {
      type: SECONDS,
      sql: (value) => `CAST(CAST(spk_micros(${value}) % 60000000 AS DECIMAL(18,0)) * 0.000001 AS DECIMAL(8,6))`,
    },
  ],
];

const TIME_FIELDS = MOMENT_FIELDS.filter(([names]) => /^(?:HOUR|MINUTE|SECOND) /.test(names));

function fieldsOf(type: DataType): typeof MOMENT_FIELDS {
  if (type.kind === "time") return TIME_FIELDS;
  if (type.kind === "calendar_interval") return [...YEAR_MONTH_FIELDS, ...DAY_TIME_FIELDS];
  if (type.kind === "interval_year_month") return partsOf(type, YEAR_MONTH_FIELDS);
  return type.kind === "interval_day_time" ? partsOf(type, DAY_TIME_FIELDS) : MOMENT_FIELDS;
}

function extract(call: CallSite): BoundFunction {
  const args = expressions(call);
  const [unit, given] = args;
  if (unit === undefined || given === undefined || args.length !== 2) throw wrongNumber(call, "2");
  const name = textOf(unit);
  if (name === null) {
    const shown = call.name === "date_part" ? ", " : " FROM ";
    const lower = (): string => "CAST(NULL AS DOUBLE)";
    const pretty = ([a = "", b = ""]: readonly string[]): string => `${call.name}(${a}${shown}${b})`;
    return { args: [unit, given], type: DOUBLE, nullable: true, pretty, lower };
  }
  if (typeof name !== "string" || (unit.type.kind !== "string" && unit.type.kind !== "void")) {
    if (isFoldable(unit) && name === undefined) throw uncomputed(call, "field");
    throw call.error(
      "NON_FOLDABLE_ARGUMENT",
      `The function \`${call.name}\` requires the parameter \`field\` to be a foldable expression of the type "STRING", but the actual argument is a non-foldable.`,
    );
  }
  const source = given.type.kind === "string" || given.type.kind === "void" ? coerce(given, TIMESTAMP, call) : given;
  const wanted = name.toUpperCase();
  const field = fieldsOf(source.type).find(([names]) => names.split(" ").includes(wanted))?.[1];
  if (field === undefined) {
    throw call.error("INVALID_EXTRACT_FIELD", `Cannot extract \`${name}\` from "${call.name}".`);
  }
  if (!isDatetime(source.type) && !isInterval(source.type) && source.type.kind !== "time") {
    throw mismatch(call, 1, '"TIMESTAMP"', sqlType(source.type));
  }
  const separator = call.name === "date_part" ? ", " : " FROM ";
  return {
    args: [unit, source],
    type: field.type,
    nullable: source.nullable,
    pretty: ([a = "", b = ""]) => `${call.name}(${a}${separator}${b})`,
    lower: ([, value = "NULL"], _, tools) => tools.once(clock(value, source), (each) => field.sql(each)),
  };
}

/** Hours of an instant depend on the session's zone. */
function clock(value: string, source: BoundExpression): string {
  return source.type.kind === "timestamp" ? `CAST(${value} AS TIMESTAMP)` : value;
}

const decimalSeconds = exactly(MICROS);
const YEAR_TO_MONTH: IntervalType = { kind: "interval_year_month", start: "year", end: "month" };
const DAY_TO_SECOND: IntervalType = { kind: "interval_day_time", start: "day", end: "second" };
const zeroSeconds = constant("0.000000", MICROS);
const zero = integer(0);

function makeInterval(safe: boolean): (call: CallSite) => BoundFunction {
  return (given) =>
    bindSignature(
      filled(given, 7, [zero, zero, zero, zero, zero, zero, zeroSeconds]),
      {
        params: [int, int, int, int, int, int, decimalSeconds],
        returns: CALENDAR_INTERVAL,
        ...(safe ? { nullable: true } : {}),
      },
      (args, _, tools) => {
        if (tools.ansi && !safe) return `spk_make_interval(${args.join(", ")})`;
        // What the arguments raise stays outside TRY, which takes no `error()`.
        const made = (left: readonly string[], names: readonly string[]): string => {
          const [first, ...others] = left;
          if (first === undefined) return `TRY(spk_make_interval(${names.join(", ")}))`;
          return first.includes("error(")
            ? tools.once(first, (name) => made(others, [...names, name]))
            : made(others, [...names, first]);
        };
        return made(args, []);
      },
    );
}

export const dateParts: readonly FunctionRow[] = [
  scalarBy(["extract", "date_part", "datepart"], category, extract),
  scalarBy("make_date", category, (call) =>
    bindSignature(
      call,
      { params: [int, int, int], returns: DATE, ...(call.context.ansi ? {} : { nullable: true }) },
      call.context.ansi
        ? "make_date($1, $2, $3)"
        : (args, _, tools) => attempted(args, tools, (parts) => `TRY(make_date(${parts.join(", ")}))`),
    ),
  ),
  scalarBy("make_dt_interval", category, (call) =>
    bindSignature(
      filled(call, 4, [zero, zero, zero, zeroSeconds]),
      { params: [int, int, int, decimalSeconds], returns: DAY_TO_SECOND },
      ([d = "0", h = "0", m = "0", s = "0"], _, tools) =>
        microsInterval(
          `CAST(${d} AS HUGEINT) * 86400000000 + CAST(${h} AS HUGEINT) * 3600000000 + CAST(${m} AS HUGEINT) * 60000000 + CAST(CAST(${s} AS DECIMAL(38,6)) * 1000000 AS HUGEINT)`,
          INTERVAL_OVERFLOW,
          tools,
        ),
    ),
  ),
  scalarBy("make_ym_interval", category, (call) =>
    bindSignature(
      filled(call, 2, [zero, zero]),
      { params: [int, int], returns: YEAR_TO_MONTH },
      ([years = "0", months = "0"], _, tools) =>
        monthsInterval(`CAST(${years} AS BIGINT) * 12 + ${months}`, INTERVAL_OVERFLOW, tools),
    ),
  ),
  scalarBy("make_interval", category, makeInterval(false)),
  scalarBy("try_make_interval", category, makeInterval(true)),
];
