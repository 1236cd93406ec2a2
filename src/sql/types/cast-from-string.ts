import { simpleString, type DataType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { CastMode } from "../bound.ts";
import type { CastTools } from "./cast-tools.ts";
import { cutTime } from "./cast-time.ts";
import { displayType, duckDbType } from "./duckdb-type.ts";
import { repeatsTimes } from "./instant-sql.ts";

/**
 * Casts from text. DuckDB's own conversion is more generous than Spark's (`1.5`, `1_000` and `0x10` are integers to it),
 * so the characters that make it so are first turned into one that it refuses; the value is still read only once.
 */
export function castFromString(sql: string, to: DataType, mode: CastMode, tools: CastTools): string {
  const word = mode === "ansi" ? "CAST" : "TRY_CAST";
  const type = duckDbType(to);
  switch (to.kind) {
    case "byte":
    case "short":
    case "int":
    case "long":
      if (mode === "legacy") {
        return `TRY_CAST(regexp_replace(translate(${sql}, '_eExXbB', '!!!!!!!'), '\\.[0-9]*(\\s*)$', '') AS ${type})`;
      }
      if (mode === "try") {
        // An integer in its usual form is one to both; only other texts need a close look.
        return tools.once(sql, (s) => {
          const value = `TRY_CAST(${s} AS ${type})`;
          const strict = `TRY_CAST(translate(${s}, '._eExXbB', '!!!!!!!!') AS ${type})`;
          return `CASE WHEN CAST(${value} AS VARCHAR) = ${s} THEN ${value} ELSE ${strict} END`;
        });
      }
      return tools.once(sql, (s) => {
        const plain = `CASE WHEN regexp_matches(${s}, '[._eExXbB]') THEN error(${malformed(s, to)}) ELSE ${s} END`;
        return `CAST(${plain} AS ${type})`;
      });
    case "float":
    case "double":
      return `${word}(regexp_replace(translate(${sql}, '_', '!'), '([0-9.])[dDfF](\\s*)$', '\\1') AS ${type})`;
    case "decimal":
      return `${word}(translate(${sql}, '_', '!') AS ${type})`;
    case "boolean":
      return `${word}(trim(${sql}, e' \\t\\n\\r') AS BOOLEAN)`;
    case "binary":
      return `encode(${sql})`;
    case "date":
      return checked(sql, (s) => `spk_parse_date(${s})`, to, mode, tools);
    case "timestamp":
      return checked(
        sql,
        (s) => `${repeatsTimes(tools.timeZone) ? "spk_parse_first_timestamp" : "spk_parse_timestamp"}(${s})`,
        to,
        mode,
        tools,
      );
    case "time":
      return checked(sql, (s) => cutTime(`spk_parse_time(${s})`, to), to, mode, tools);
    case "timestamp_ntz":
      return checked(sql, (s) => `spk_parse_timestamp_ntz(${s})`, to, mode, tools);
    case "calendar_interval":
      return tools.once(`spkjs_interval_parts(${sql})`, (p) => {
        return `(to_months(${p}.months) + to_days(${p}.days) + to_microseconds(${p}.micros))`;
      });
    case "interval_year_month":
    case "interval_day_time": {
      // There is no lenient form of these casts: outside ANSI mode too a text that does not fit is an error.
      const amount = `spkjs_parse_interval(${sql}, '${simpleString(to)}')`;
      const whole = mode === "try" ? `TRY(${amount})` : amount;
      if (to.kind === "interval_year_month") return `to_months(CAST(${whole} AS INTEGER))`;
      return tools.once(whole, (micros) => `spk_day_time(${micros})`);
    }
    default:
      throw new BoathouseError(
        "UNSUPPORTED_FEATURE.CAST",
        `The cast from STRING to ${displayType(to)} is not supported.`,
        {
          sqlState: "0A000",
        },
      );
  }
}

function checked(sql: string, parse: (s: string) => string, to: DataType, mode: CastMode, tools: CastTools): string {
  return tools.once(sql, (s) => {
    if (mode !== "ansi") return parse(s);
    return `coalesce(${parse(s)}, CASE WHEN ${s} IS NOT NULL THEN error(${malformed(s, to)}) END)`;
  });
}

/** The text of the error, as SQL. */
function malformed(s: string, to: DataType): string {
  return (
    `'[CAST_INVALID_INPUT] The value ''' || ${s} || ''' of the type "STRING" cannot be cast to "${displayType(to)}" ` +
    `because it is malformed. Correct the value as per the syntax, or change its target type. Use try_cast to ` +
    `tolerate malformed input and return NULL instead.'`
  );
}
