import { STRING, type DataType, type DayTimeField, type IntervalType } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import type { CastMode } from "../bound.ts";
import type { Cast, CastTools } from "./cast-tools.ts";
import { structNames } from "./duckdb-type.ts";
import { quoteIdentifier } from "../quote.ts";

/** Text as Spark writes it: doubles as Java prints them, timestamps in the session's zone, `[1, null]`, `{a -> 1}`. */
export function castToString(sql: string, from: DataType, mode: CastMode, tools: CastTools, cast: Cast): string {
  // Inside other values a VARIANT shows as itself.
  const inner = (value: string, type: DataType): string =>
    type.kind === "variant" ? `spkjs_variant_json(${value}, 'UTC')` : cast(value, type, STRING, mode, tools);
  switch (from.kind) {
    case "float":
    case "double":
      return tools.once(sql, (value) => `spk_text_double(${value})`);
    case "decimal":
      // Without digits before the point DuckDB leaves out the zero.
      return from.precision > from.scale
        ? `CAST(${sql} AS VARCHAR)`
        : `regexp_replace(CAST(${sql} AS VARCHAR), '^(-?)[.]', '\\10.')`;
    case "timestamp":
      return `CAST(CAST(${sql} AS TIMESTAMP) AS VARCHAR)`;
    case "binary":
      return `decode(${sql})`;
    case "calendar_interval":
      return tools.once(sql, (value) => `spk_text_calendar(${value})`);
    case "interval_year_month":
    case "interval_day_time":
      return tools.once(sql, (value) => intervalText(value, from));
    case "array": {
      const x = quoteIdentifier(tools.fresh("x"));
      const element = `coalesce(${inner(x, from.element)}, 'null')`;
      return `('[' || array_to_string(list_transform(${sql}, lambda ${x}: ${element}), ', ') || ']')`;
    }
    case "map": {
      const x = quoteIdentifier(tools.fresh("x"));
      const key = cast(`${x}."key"`, from.key, STRING, mode, tools);
      const value = `coalesce(${inner(`${x}."value"`, from.value)}, 'null')`;
      const entries = `list_transform(map_entries(${sql}), lambda ${x}: ${key} || ' -> ' || ${value})`;
      return `('{' || array_to_string(${entries}, ', ') || '}')`;
    }
    case "struct": {
      const names = structNames(from.fields);
      return tools.once(sql, (value) => {
        const fields = from.fields.map((each, index) => {
          const text = inner(`${value}.${quoteIdentifier(names[index] ?? "")}`, each.type);
          return `coalesce(${text}, 'null')`;
        });
        return `CASE WHEN ${value} IS NOT NULL THEN '{' || ${fields.join(" || ', ' || ")} || '}' END`;
      });
    }
    default:
      return `CAST(${sql} AS VARCHAR)`;
  }
}

/** `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '1 02:03:04.5' DAY TO SECOND`. */
function intervalText(value: string, type: IntervalType): string {
  const unit = (type.start === type.end ? type.start : `${type.start} to ${type.end}`).toUpperCase();
  const number =
    type.kind === "interval_year_month" ? yearMonth(value, type.start, type.end) : dayTime(value, type.start, type.end);
  return `('INTERVAL ''' || ${number} || ''' ${unit}')`;
}

function yearMonth(value: string, start: string, end: string): string {
  const months = `spk_months(${value})`;
  const sign = `CASE WHEN ${months} < 0 THEN '-' ELSE '' END`;
  const size = `abs(CAST(${months} AS BIGINT))`;
  const years = `CAST(${size} // 12 AS VARCHAR)`;
  if (start === end) return start === "year" ? `${sign} || ${years}` : `CAST(${months} AS VARCHAR)`;
  return `${sign} || ${years} || '-' || CAST(${size} % 12 AS VARCHAR)`;
}

const MICROS: Readonly<Record<DayTimeField, string>> = {
  day: "86400000000",
  hour: "3600000000",
  minute: "60000000",
  second: "1000000",
};
const FIELDS: readonly DayTimeField[] = ["day", "hour", "minute", "second"];

function dayTime(value: string, start: DayTimeField, end: DayTimeField): string {
  const micros = `abs(spk_micros(${value}))`;
  const shown = FIELDS.slice(FIELDS.indexOf(start), FIELDS.indexOf(end) + 1);
  const parts = shown.map((unit, index) => {
    const larger = index === 0 ? undefined : FIELDS[FIELDS.indexOf(unit) - 1];
    const rest = larger === undefined ? micros : `(${micros} % ${MICROS[larger]})`;
    if (unit === "second") return `spk_text_seconds(${rest})`;
    const number = `CAST(${rest} // ${MICROS[unit]} AS VARCHAR)`;
    return index === 0 && unit === "day" ? number : `lpad(${number}, 2, '0')`;
  });
  const [first = unreachable("An interval without fields."), ...others] = parts;
  const text = others.reduce(
    (sum, part, index) => `${sum} || '${shown[index] === "day" ? " " : ":"}' || ${part}`,
    first,
  );
  return `CASE WHEN spk_micros(${value}) < 0 THEN '-' ELSE '' END || ${text}`;
}
