import { isNumeric } from "../types/kinds.ts";
import { canCast } from "../types/cast-rules.ts";
import { DATE, LONG, STRING, TIMESTAMP, TIMESTAMP_NTZ, type DataType, sqlType } from "../../core/data-type.ts";
import type { LoweringTools } from "../lowering.ts";
import { strftimePattern, strptimePattern } from "../java/native-pattern.ts";
import { instantSql } from "../types/instant-sql.ts";
import { datePattern } from "./date-pattern-argument.ts";
import { filled, string } from "./defaults.ts";
import {
  bindSignature,
  coerce,
  expressionAt,
  expressions,
  wrongNumber,
  type BoundFunction,
  type CallSite,
  type FunctionRow,
  mismatch,
} from "./function.ts";
import { anyTimestamp, long, oneOf, only, text, strictly } from "./params.ts";
import { named, scalarBy, textOf, typeAt } from "./rules.ts";

const category = "date and time";
const DEFAULT_PATTERN = "yyyy-MM-dd HH:mm:ss";

/** SQL that formats a moment: `strftime` where the pattern is constant and plain, else JavaScript. */
function formatted(
  moment: string,
  type: DataType,
  pattern: string,
  constantPattern: string | null | undefined,
  tools: LoweringTools,
): string {
  const zone = type.kind === "timestamp_ntz" ? tools.text("UTC") : tools.text(tools.timeZone);
  const native = typeof constantPattern === "string" ? strftimePattern(constantPattern) : undefined;
  if (native === undefined) return `spkjs_format_timestamp(epoch_us(${moment}), ${pattern}, ${zone})`;
  return tools.once(moment, (value) => {
    const clock = type.kind === "timestamp_ntz" ? value : `CAST(${value} AS TIMESTAMP)`;
    return (
      `CASE WHEN year(${clock}) BETWEEN 1000 AND 9999 THEN strftime(${clock}, ${tools.text(native)}) ` +
      `ELSE spkjs_format_timestamp(epoch_us(${value}), ${pattern}, ${zone}) END`
    );
  });
}

function dateFormat(call: CallSite): BoundFunction {
  datePattern(call, expressionAt(call, 1), "format");
  return bindSignature(
    call,
    { params: [anyTimestamp, text], returns: STRING, pretty: named("date_format") },
    ([moment = "NULL", pattern = "NULL"], bound, tools) =>
      formatted(moment, typeAt(bound.args, 0), pattern, textOf(bound.args[1]), tools),
  );
}

function fromUnixtime(given: CallSite): BoundFunction {
  const call = filled(given, 2, [string(DEFAULT_PATTERN)]);
  datePattern(call, expressionAt(call, 1), "format");
  return bindSignature(
    call,
    { params: [long, text], returns: STRING, nullable: true },
    ([seconds = "NULL", pattern = "NULL"], bound, tools) =>
      formatted(`make_timestamptz(${seconds} * 1000000)`, TIMESTAMP, pattern, textOf(bound.args[1]), tools),
  );
}

/** SQL of local or (with `zone`) instant microseconds read from text; null where the text does not fit. */
function parsedMicros(
  value: string,
  pattern: string,
  known: string | null | undefined,
  zone: string | undefined,
  tools: LoweringTools,
): string {
  const inZone = tools.text(zone ?? "LOCAL");
  const slow = `spkjs_parse_timestamp(${value}, ${pattern}, ${inZone})`;
  const native = typeof known === "string" ? strptimePattern(known) : undefined;
  if (native === undefined) return slow;
  const read = `try_strptime(${value}, ${tools.text(native.format)})`;
  const micros = zone === undefined ? `epoch_us(${read})` : `epoch_us(${instantSql(read, zone)})`;
  return `CASE WHEN regexp_full_match(${value}, ${tools.text(native.shape)}) THEN ${micros} ELSE ${slow} END`;
}

type Strictness = "ansi" | "null";

function parsed(
  args: readonly string[],
  bound: BoundFunction["args"],
  target: DataType,
  strict: Strictness,
  tools: LoweringTools,
): string {
  const [text = "NULL", pattern = "NULL"] = args;
  const zone = target.kind === "timestamp" || target.kind === "long" ? tools.timeZone : undefined;
  return tools.once(text, (value) => {
    const micros = parsedMicros(value, pattern, textOf(bound[1]), zone, tools);
    const checked =
      strict === "null"
        ? micros
        : `coalesce(${micros}, CASE WHEN ${value} IS NOT NULL AND ${pattern} IS NOT NULL THEN error('[CANNOT_PARSE_TIMESTAMP] Text ''' || ${value} || ''' could not be parsed. Use \`try_to_timestamp\` to tolerate invalid input string and return NULL instead.') END)`;
    if (target.kind === "timestamp") return `make_timestamptz(${checked})`;
    if (target.kind === "timestamp_ntz") return `make_timestamp(${checked})`;
    if (target.kind === "date") return `CAST(make_timestamp(${checked}) AS DATE)`;
    return `spk_floor_div(${checked}, 1000000)`;
  });
}

/** Types that are not taken as text; any other that has no cast to a date or timestamp is. */
const UNSPELLED: ReadonlySet<DataType["kind"]> = new Set(["array", "map", "struct", "variant"]);

/** `to_date` and its kin: a cast without a pattern, parsing with one. */
function toMoment(target: DataType, safe: boolean): (call: CallSite) => BoundFunction {
  return (call) => {
    const args = expressions(call);
    const [value, pattern] = args;
    if (value === undefined || args.length > 2) throw wrongNumber(call, "[1, 2]");
    const shown = named(call.name);
    const mode = safe ? "try" : call.context.ansi ? "ansi" : "legacy";
    if (pattern === undefined || (value.type.kind !== "string" && value.type.kind !== "void")) {
      if (pattern !== undefined && text.accept(pattern.type, call.context.ansi) === undefined)
        throw mismatch(call, 1, '"STRING"', sqlType(pattern.type));
      const spelled = canCast(value.type, target, mode)
        ? pattern !== undefined && target.kind === "date" && (isNumeric(value.type) || value.type.kind === "boolean")
        : !UNSPELLED.has(value.type.kind);
      if (spelled) {
        const asText = coerce(value, STRING, call);
        const rest = pattern === undefined ? [asText] : [asText, pattern];
        return toMoment(target, safe)({ ...call, args: rest, error: (...of) => call.error(...of) });
      }
      if (!canCast(value.type, target, mode)) throw mismatch(call, 0, `"${sqlType(target)}"`, sqlType(value.type));
      return {
        args,
        type: target,
        nullable: true,
        pretty: shown,
        lower: ([sql = "NULL"], _, tools) => tools.cast(sql, value.type, target, mode),
      };
    }
    datePattern(call, pattern, "parse");
    const format = coerce(pattern, STRING, call);
    const input = coerce(value, STRING, call);
    return {
      args: [input, format],
      type: target,
      nullable: safe || !call.context.ansi || value.nullable || format.nullable,
      pretty: shown,
      lower: (sql, site, tools) => parsed(sql, site.args, target, safe || !tools.ansi ? "null" : "ansi", tools),
    };
  };
}

/** `unix_timestamp` and `to_unix_timestamp`: seconds since the epoch. */
function unixTimestamp(given: CallSite): BoundFunction {
  if (given.args.length === 0 && given.name === "unix_timestamp") {
    return {
      args: [],
      type: LONG,
      nullable: false,
      lower: (_, __, tools) => `CAST(${tools.now / 1_000_000n} AS BIGINT)`,
      pretty: () => `unix_timestamp(current_timestamp(), ${DEFAULT_PATTERN})`,
    };
  }
  const call = filled(given, 2, [string(DEFAULT_PATTERN)]);
  const [moment] = expressions(call);
  if (moment?.type.kind === "string") datePattern(call, expressionAt(call, 1), "parse");
  const value = strictly(oneOf(text, only("date", "timestamp", "timestamp_ntz")));
  return bindSignature(call, { params: [value, strictly(text)], returns: LONG, nullable: true }, (sql, site, tools) => {
    const type = typeAt(site.args, 0);
    if (type.kind === "string") return parsed(sql, site.args, LONG, tools.ansi ? "ansi" : "null", tools);
    const moment = sql[0] ?? "NULL";
    const instant = type.kind === "timestamp_ntz" ? moment : tools.cast(moment, type, TIMESTAMP);
    return `(epoch_us(${instant}) // 1000000)`;
  });
}

export const dateFormats: readonly FunctionRow[] = [
  scalarBy("date_format", category, dateFormat),
  scalarBy("from_unixtime", category, fromUnixtime),
  scalarBy("to_date", category, toMoment(DATE, false)),
  scalarBy("try_to_date", category, toMoment(DATE, true)),
  scalarBy(["to_timestamp"], category, toMoment(TIMESTAMP, false)),
  scalarBy(["to_timestamp_ltz"], category, toMoment(TIMESTAMP, false)),
  scalarBy(["to_timestamp_ntz"], category, toMoment(TIMESTAMP_NTZ, false)),
  scalarBy("try_to_timestamp", category, toMoment(TIMESTAMP, true)),
  scalarBy(["unix_timestamp", "to_unix_timestamp"], category, unixTimestamp),
];
