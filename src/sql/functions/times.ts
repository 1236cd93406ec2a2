import { decimal, INT, LONG, TIME, type DataType } from "../../core/data-type.ts";
import type { BoundExpression } from "../bound.ts";
import type { LoweringTools } from "../lowering.ts";
import { cutTime } from "../types/cast-time.ts";
import { datePattern } from "./date-pattern-argument.ts";
import {
  bindSignature,
  coerce,
  expressions,
  mismatch,
  scalar,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  type Param,
} from "./function.ts";
import { exactly, int, long, numeric, text, timeOfDay } from "./params.ts";
import { integerOf, scalarBy, textOf, typeAt } from "./rules.ts";

const category = "date and time";

/** A string as it is; nothing else is converted to one. */
const onlyText: Param = {
  expected: '"STRING"',
  accept: (type) => (type.kind === "string" ? type : type.kind === "void" ? { kind: "string" } : undefined),
};

const UNITS: Readonly<Record<string, string>> = {
  HOUR: "3600000000",
  MINUTE: "60000000",
  SECOND: "1000000",
  MILLISECOND: "1000",
  MICROSECOND: "1",
};

/** SQL of the microseconds of a unit; a name that is none is an error when the query runs, unless a value is null. */
function unitMicros(name: string, unit: string, known: string | null | undefined, tools: LoweringTools): string {
  const constant = typeof known === "string" ? UNITS[known.toUpperCase()] : undefined;
  if (constant !== undefined) return constant;
  return tools.once(unit, (value) => {
    const branches = Object.entries(UNITS).map(([each, micros]) => `WHEN '${each}' THEN ${micros}`);
    const problem =
      `'[INVALID_PARAMETER_VALUE.TIME_UNIT] The value of parameter(s) \`unit\` in \`${name}\` is invalid: expects one of ` +
      `the units ''HOUR'', ''MINUTE'', ''SECOND'', ''MILLISECOND'', ''MICROSECOND'', but got ''' || ${value} || '''.'`;
    return `CASE upper(${value}) ${branches.join(" ")} ELSE CASE WHEN ${value} IS NOT NULL THEN error(${problem}) END END`;
  });
}

function truncated(call: CallSite): BoundFunction {
  return bindSignature(
    call,
    { params: [text, timeOfDay], returns: (args) => typeAt(args, 1), nullable: true },
    ([unit = "NULL", time = "NULL"], bound, tools) =>
      tools.once(time, (t) => {
        const cut = `spk_time_cut(${t}, ${unitMicros("time_trunc", unit, textOf(bound.args[0]), tools)})`;
        return `CASE WHEN ${t} IS NOT NULL THEN ${cut} END`;
      }),
  );
}

function difference(call: CallSite): BoundFunction {
  return bindSignature(
    call,
    { params: [text, timeOfDay, timeOfDay], returns: LONG, nullable: true },
    ([unit = "NULL", from = "NULL", to = "NULL"], bound, tools) =>
      tools.once(`epoch_us(${to}) - epoch_us(${from})`, (micros) => {
        const size = unitMicros("time_diff", unit, textOf(bound.args[0]), tools);
        return `CASE WHEN ${micros} IS NOT NULL THEN CAST(${micros} // ${size} AS BIGINT) END`;
      }),
  );
}

/** `to_time(text [, pattern])`: by the rules of casts, or by a Java pattern. */
function toTime(safe: boolean): (call: CallSite) => BoundFunction {
  return (call) => {
    const [value, pattern] = expressions(call);
    if (value === undefined || call.args.length > 2) throw wrongNumber(call, "[1, 2]");
    if (!safe) datePattern(call, pattern, "parse");
    const pretty = ([...args]: readonly string[]): string =>
      safe ? `try_to_time(to_time(${args.join(", ")}))` : `to_time(${args.join(", ")})`;
    const signature = { params: [onlyText], optional: [onlyText], returns: TIME, nullable: true, pretty };
    return bindSignature(call, signature, ([given = "NULL", format], _, tools) =>
      tools.once(given, (input) => {
        const parsed =
          format === undefined ? `spk_parse_time(${input})` : `spk_time_of(spkjs_parse_time(${input}, ${format}))`;
        if (safe) return format === undefined ? parsed : `TRY(${parsed})`;
        const shown = format ?? "'HH:mm:ss.SSSSSS'";
        const problem =
          `'[CANNOT_PARSE_TIME] The input string ''' || ${input} || ''' cannot be parsed to a TIME value because it does ` +
          `not match to the datetime format ''' || ${shown} || '''.'`;
        const missing = format === undefined ? "" : ` AND ${format} IS NOT NULL`;
        return `coalesce(${parsed}, CASE WHEN ${input} IS NOT NULL${missing} THEN error(${problem}) END)`;
      }),
    );
  };
}

function currentTime(call: CallSite): BoundFunction {
  const [given] = expressions(call);
  if (call.args.length > 1) throw wrongNumber(call, "[0, 1]");
  const precision = given === undefined ? 6 : integerOf(given);
  if (precision === undefined || precision === null) {
    const accepted = given === undefined ? undefined : int.accept(given.type, call.context.ansi);
    if (accepted === undefined) throw mismatch(call, 0, '"INT"', typeAt(expressions(call), 0).kind);
    throw call.error(
      "DATATYPE_MISMATCH.NON_FOLDABLE_INPUT",
      `Cannot resolve "${call.name}" due to data type mismatch: the input precision should be a foldable "INT" expression.`,
    );
  }
  if (precision < 0 || precision > 6) {
    throw call.error(
      "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
      `Cannot resolve "${call.name}" due to data type mismatch: The \`precision\` must be between [0, 6] (current value = ${precision}).`,
    );
  }
  const type = { kind: "time", precision } as const;
  const args: readonly BoundExpression[] = given === undefined ? [] : [coerce(given, INT, call)];
  return {
    args,
    type,
    nullable: false,
    pretty: ([shown = "6"]) => `${call.name}(${shown})`,
    lower: (_, __, tools) => cutTime(`CAST(CAST(make_timestamptz(${tools.now}) AS TIMESTAMP) AS TIME)`, type),
  };
}

/** A time so many parts of a second after midnight; beyond the day is an error. */
function fromCount(name: string, param: Param, micros: (value: string, type: DataType) => string): FunctionRow {
  return scalarBy(name, category, (call) =>
    bindSignature(call, { params: [param], returns: TIME, nullable: true }, ([value = "NULL"], bound, tools) =>
      tools.once(micros(value, typeAt(bound.args, 0)), (count) => {
        const problem =
          "'[DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION] Invalid TIME value: must be between 00:00:00 and 23:59:59.999999.'";
        return `CASE WHEN ${count} BETWEEN 0 AND 86399999999 THEN spk_time_of(CAST(${count} AS BIGINT)) WHEN ${count} IS NOT NULL THEN error(${problem}) END`;
      }),
    ),
  );
}

function secondsToMicros(value: string, type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return `CAST(trunc(CAST(${value} AS DECIMAL(38,9)) * 1000000) AS HUGEINT)`;
    case "float":
    case "double":
      return `trunc(CAST(${value} AS DOUBLE) * 1000000)`;
    default:
      return `(CAST(${value} AS HUGEINT) * 1000000)`;
  }
}

export const times: readonly FunctionRow[] = [
  scalarBy("current_time", category, currentTime),
  scalar(
    "make_time",
    category,
    { params: [int, int, exactly(decimal(16, 6))], returns: TIME, nullable: true },
    "spk_make_time($1, $2, $3)",
  ),
  scalarBy("to_time", category, toTime(false)),
  scalarBy("try_to_time", category, toTime(true)),
  scalarBy("time_trunc", category, truncated),
  scalarBy("time_diff", category, difference),
  fromCount("time_from_seconds", numeric, secondsToMicros),
  fromCount("time_from_millis", long, (value) => `(CAST(${value} AS HUGEINT) * 1000)`),
  fromCount("time_from_micros", long, (value) => value),
  scalar(
    "time_to_seconds",
    category,
    { params: [timeOfDay], returns: decimal(14, 6), nullable: true },
    "CAST(CAST(epoch_us($1) AS DECIMAL(20,0)) * 0.000001 AS DECIMAL(14,6))",
  ),
  scalar("time_to_millis", category, { params: [timeOfDay], returns: LONG, nullable: true }, "(epoch_us($1) // 1000)"),
  scalar("time_to_micros", category, { params: [timeOfDay], returns: LONG, nullable: true }, "epoch_us($1)"),
];
