import { DATE, DOUBLE, INT, LONG, STRING, TIMESTAMP, type DataType, TIMESTAMP_NTZ } from "../../core/data-type.ts";
import { bool, filled, string } from "./defaults.ts";
import { bindSignature, scalar, type CallSite, type FunctionRow, type Param, type Signature } from "./function.ts";
import {
  anyTimestamp,
  boolean,
  date,
  int,
  long,
  numeric,
  oneOf,
  only,
  text,
  timeOfDay,
  timestamp,
  strictly,
  integral,
  exactly,
} from "./params.ts";
import { movedDays } from "./moved-days.ts";
import { named, scalarBy, textOf, typeAt } from "./rules.ts";
import { resolveZone } from "../java/zone.ts";
import { checkZone } from "./zone-argument.ts";

const category = "date and time";

/** A part of a date as INT. */
function datePart(names: string | readonly [string, ...string[]], sql: string): FunctionRow {
  return scalar(names, category, { params: [date], returns: INT }, `CAST(${sql} AS INTEGER)`);
}

/** A part of a time of day as INT, of a TIME or in the session's zone. */
function timePart(name: string, sql: string): FunctionRow {
  return scalarBy(name, category, (call) => {
    const [value] = call.args;
    const signature: Signature =
      value?.kind !== "unbound_lambda" && value?.type.kind === "time"
        ? { params: [timeOfDay], returns: INT, nullable: true }
        : { params: [anyTimestamp], returns: INT };
    return bindSignature(call, signature, `CAST(${sql} AS INTEGER)`);
  });
}

/** The moment at which the statement began. */
function now(
  names: string | readonly [string, ...string[]],
  returns: DataType,
  sql: (moment: string) => string,
  shown: string,
): FunctionRow {
  return scalar(names, category, { params: [], returns, nullable: false, pretty: named(shown) }, (_, __, tools) =>
    sql(`make_timestamptz(${tools.now})`),
  );
}

const wholeNumber = strictly(integral);
const plainDays = strictly(oneOf(int, only("short", "byte")));
/** Days as INT and smaller; of other types text alone is converted. */
const dayCount: Param = {
  expected: plainDays.expected,
  accept: (type, ansi) => (type.kind === "string" ? INT : plainDays.accept(type, ansi)),
};

const dateMath: readonly FunctionRow[] = [
  scalarBy(["date_add", "dateadd"], category, (call) =>
    call.args.length === 3
      ? addUnits(call)
      : bindSignature(
          call,
          { params: [date, dayCount], returns: DATE, pretty: named("date_add") },
          ([day = "NULL", days = "NULL"], site) => movedDays(day, "+", days, site.args[1]),
        ),
  ),
  scalarBy("timestampadd", category, addUnits),
  scalar("date_sub", category, { params: [date, dayCount], returns: DATE }, ([day = "NULL", days = "NULL"], site) =>
    movedDays(day, "-", days, site.args[1]),
  ),
  scalarBy(["datediff", "date_diff"], category, (call) =>
    call.args.length === 3
      ? unitsBetween(call)
      : bindSignature(call, { params: [date, date], returns: INT }, "CAST($1 - $2 AS INTEGER)"),
  ),
  scalarBy("timestampdiff", category, unitsBetween),
  scalar("add_months", category, { params: [date, int], returns: DATE }, "CAST($1 + to_months($2) AS DATE)"),
  scalarBy("months_between", category, (call) =>
    bindSignature(
      filled(call, 3, [bool(true)]),
      { params: [timestamp, timestamp, boolean], returns: DOUBLE },
      "spkjs_months_between(epoch_us(CAST($1 AS TIMESTAMP)), epoch_us(CAST($2 AS TIMESTAMP)), $3)",
    ),
  ),
  scalar("last_day", category, { params: [date], returns: DATE }, "last_day($1)"),
  scalar(
    "next_day",
    category,
    { params: [date, text], returns: DATE, nullable: true },
    (args, _, { ansi }) => `spk_next_day${ansi ? "_ansi" : ""}(${args.join(", ")})`,
  ),
  scalar("trunc", category, { params: [date, text], returns: DATE, nullable: true }, "spk_trunc($1, upper($2))"),
  scalar(
    "date_trunc",
    category,
    { params: [text, timestamp], returns: TIMESTAMP, nullable: true },
    "spk_date_trunc(upper($1), $2)",
  ),
  scalar("unix_date", category, { params: [strictly(date)], returns: INT }, "CAST($1 - DATE '1970-01-01' AS INTEGER)"),
  scalar("date_from_unix_date", category, { params: [int], returns: DATE }, "(DATE '1970-01-01' + $1)"),
];

const UNITS: Readonly<
  Record<string, { readonly interval: string; readonly micros?: string; readonly months?: number }>
> = {
  MICROSECOND: { interval: "to_microseconds(CAST($n AS BIGINT))", micros: "1" },
  MILLISECOND: { interval: "to_microseconds(CAST($n AS BIGINT) * 1000)", micros: "1000" },
  SECOND: { interval: "to_microseconds(CAST($n AS BIGINT) * 1000000)", micros: "1000000" },
  MINUTE: { interval: "to_microseconds(CAST($n AS BIGINT) * 60000000)", micros: "60000000" },
  HOUR: { interval: "to_microseconds(CAST($n AS BIGINT) * 3600000000)", micros: "3600000000" },
  DAY: { interval: "to_days(CAST($n AS INTEGER))", micros: "86400000000" },
  DAYOFYEAR: { interval: "to_days(CAST($n AS INTEGER))", micros: "86400000000" },
  WEEK: { interval: "to_days(CAST($n * 7 AS INTEGER))", micros: "604800000000" },
  MONTH: { interval: "to_months(CAST($n AS INTEGER))", months: 1 },
  QUARTER: { interval: "to_months(CAST($n * 3 AS INTEGER))", months: 3 },
  YEAR: { interval: "to_months(CAST($n * 12 AS INTEGER))", months: 12 },
};

/** The unit of `timestampadd(HOUR, …)`, which stands first as a constant. */
function unitOf(call: CallSite) {
  const [first] = call.args;
  const name = first?.kind === "literal" && first.shown !== undefined ? textOf(first) : undefined;
  const unit = typeof name === "string" ? UNITS[name.toUpperCase()] : undefined;
  if (unit !== undefined && typeof name === "string") return { name: name.toUpperCase(), ...unit };
  throw call.error(
    "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
    `The value of parameter \`unit\` in \`${call.name}\` is invalid: expects one of the units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, MILLISECOND, MICROSECOND.`,
  );
}

function addUnits(call: CallSite) {
  const unit = unitOf(call);
  return bindSignature(
    call,
    {
      params: [text, long, anyTimestamp],
      returns: (args) => typeAt(args, 2),
      pretty: ([, count = "", moment = ""]) => `timestampadd(${unit.name}, ${count}, ${moment})`,
    },
    ([, count = "NULL", moment = "NULL"]) => `(${moment} + ${unit.interval.replace("$n", `(${count})`)})`,
  );
}

function unitsBetween(call: CallSite) {
  const unit = unitOf(call);
  return bindSignature(
    call,
    {
      params: [text, timestamp, timestamp],
      returns: LONG,
      pretty: ([, from = "", to = ""]) => `timestampdiff(${unit.name}, ${from}, ${to})`,
    },
    ([, from = "NULL", to = "NULL"]) => {
      const [a, b] = [from, to].map((each) => `epoch_us(CAST(${each} AS TIMESTAMP))`);
      // By the clock on the wall, hours too: a day that changes to summer time has 24.
      if (unit.months === undefined) return `((${b ?? ""} - ${a ?? ""}) // ${unit.micros ?? "1"})`;
      return `CAST(datesub('month', CAST(${from} AS TIMESTAMP), CAST(${to} AS TIMESTAMP)) // ${unit.months} AS BIGINT)`;
    },
  );
}

const parts: readonly FunctionRow[] = [
  datePart("year", "year($1)"),
  datePart("quarter", "quarter($1)"),
  datePart("month", "month($1)"),
  datePart(["day", "dayofmonth"], "day($1)"),
  datePart("dayofyear", "dayofyear($1)"),
  datePart("weekofyear", "week($1)"),
  datePart("dayofweek", "dayofweek($1) + 1"),
  datePart("weekday", "isodow($1) - 1"),
  scalar("dayname", category, { params: [date], returns: STRING }, "left(dayname($1), 3)"),
  scalar("monthname", category, { params: [date], returns: STRING }, "left(monthname($1), 3)"),
  timePart("hour", "hour($1)"),
  timePart("minute", "minute($1)"),
  timePart("second", "second($1)"),
];

const epochs: readonly FunctionRow[] = [
  scalarBy("timestamp_seconds", category, (call) =>
    bindSignature(call, { params: [strictly(numeric)], returns: TIMESTAMP }, ([value = "NULL"], bound) => {
      const kind = typeAt(bound.args, 0).kind;
      if (kind === "decimal")
        return `make_timestamptz(CAST(trunc(CAST(${value} AS DECIMAL(38,9)) * 1000000) AS BIGINT))`;
      if (kind === "double" || kind === "float")
        return `make_timestamptz(CAST(trunc(CAST(${value} AS DOUBLE) * 1000000) AS BIGINT))`;
      return `make_timestamptz(CAST(${value} AS BIGINT) * 1000000)`;
    }),
  ),
  scalar(
    "timestamp_millis",
    category,
    { params: [wholeNumber], returns: TIMESTAMP },
    "make_timestamptz($1::BIGINT * 1000)",
  ),
  scalar("timestamp_micros", category, { params: [wholeNumber], returns: TIMESTAMP }, "make_timestamptz($1::BIGINT)"),
  scalar(
    "unix_seconds",
    category,
    { params: [strictly(timestamp)], returns: LONG },
    "spk_floor_div(epoch_us($1), 1000000)",
  ),
  scalar(
    "unix_millis",
    category,
    { params: [strictly(timestamp)], returns: LONG },
    "spk_floor_div(epoch_us($1), 1000)",
  ),
  scalar("unix_micros", category, { params: [strictly(timestamp)], returns: LONG }, "epoch_us($1)"),
];

const clock: readonly FunctionRow[] = [
  now(["current_timestamp"], TIMESTAMP, (moment) => moment, "current_timestamp"),
  now(["now"], TIMESTAMP, (moment) => moment, "now"),
  now(["current_date", "curdate"], DATE, (moment) => `CAST(${moment} AS DATE)`, "current_date"),
  now("localtimestamp", { kind: "timestamp_ntz" }, (moment) => `CAST(${moment} AS TIMESTAMP)`, "localtimestamp"),
  scalar("current_timezone", category, { params: [], returns: STRING, nullable: false }, (_, __, tools) =>
    tools.text(tools.timeZone),
  ),
];

function zoneShift(name: string, lower: (moment: string, zone: string) => string): FunctionRow {
  return scalarBy(name, category, (call) => {
    checkZone(call, 1);
    return bindSignature(call, zones, ([moment = "NULL", zone = "NULL"], { args }) => {
      const known = textOf(args[1]);
      // An unknown zone is an error of every row, even of one that has nothing to convert.
      const isUnknown = typeof known === "string" && resolveZone(known) === undefined;
      return lower(isUnknown ? `coalesce(${moment}, make_timestamptz(0))` : moment, zone);
    });
  });
}

const zones: Signature = { params: [timestamp, text], returns: TIMESTAMP };

const shifts: readonly FunctionRow[] = [
  zoneShift("from_utc_timestamp", (moment, zone) => `timezone('UTC', ${local(moment, zone)})`),
  zoneShift("to_utc_timestamp", (moment, zone) => instant(`timezone('UTC', ${moment})`, zone)),
  scalarBy("convert_timezone", category, (given) => {
    const call = given.args.length === 2 ? { ...given, args: [string(given.context.timeZone), ...given.args] } : given;
    const shown = given.args.length === 2;
    return bindSignature(
      { ...call, error: (condition, message, details) => given.error(condition, message, details) },
      {
        params: [text, text, exactly(TIMESTAMP_NTZ)],
        returns: { kind: "timestamp_ntz" },
        pretty: ([from = "", to = "", moment = ""]) =>
          `convert_timezone(${shown ? "current_timezone()" : from}, ${to}, ${moment})`,
      },
      ([from = "NULL", to = "NULL", moment = "NULL"]) =>
        `make_timestamp(spkjs_zone_shift(epoch_us(${moment}), ${from}, ${to}))`,
    );
  }),
];

/** The local time of an instant in a zone, which Spark names in ways that DuckDB does not know. */
function local(moment: string, zone: string): string {
  return `make_timestamp(spkjs_zone_local(epoch_us(${moment}), ${zone}))`;
}

function instant(moment: string, zone: string): string {
  return `make_timestamptz(spkjs_zone_instant(epoch_us(${moment}), ${zone}))`;
}

export const dates: readonly FunctionRow[] = [...dateMath, ...parts, ...epochs, ...clock, ...shifts];
