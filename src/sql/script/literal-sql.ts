import { sqlType, quoteIfNeeded, type DataType, type IntervalType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Value } from "../../core/value.ts";
import { literalText } from "../analyzer/literal-text.ts";
import { javaDouble, javaFloat } from "../java/number.ts";

/**
 * A value as SQL text that means exactly it and its type again: what a variable or an argument stands for. Instants are text in
 * UTC. Source of the forms: Spark's `Literal.sql`. Throws `UNSUPPORTED_FEATURE` for types without literals.
 */
export function literalSql(value: Value, type: DataType): string {
  if (value === null) return type.kind === "void" ? "NULL" : `CAST(NULL AS ${sqlType(type)})`;
  switch (type.kind) {
    case "array":
      return list(value)
        ? exactly(`ARRAY(${value.map((each) => literalSql(each, type.element)).join(", ")})`, value.length > 0, type)
        : refused(type);
    case "map":
      return list(value) ? exactly(mapSql(value, type), value.length > 0, type) : refused(type);
    case "struct": {
      if (!object(value)) return refused(type);
      const parts = type.fields.map((each) => `${text(each.name)}, ${literalSql(value[each.name] ?? null, each.type)}`);
      return exactly(`NAMED_STRUCT(${parts.join(", ")})`, parts.length > 0, type);
    }
    default:
      return typeof value === "object" && !(value instanceof Uint8Array) ? refused(type) : scalarSql(value, type);
  }
}

function scalarSql(value: string | number | bigint | boolean | Uint8Array, type: DataType): string {
  switch (type.kind) {
    case "boolean":
    case "int":
      return plain(value);
    case "byte":
      return `${plain(value)}Y`;
    case "short":
      return `${plain(value)}S`;
    case "long":
      return `${plain(value)}L`;
    case "float":
      return `CAST(${special(javaFloat(Number(value)))} AS FLOAT)`;
    case "double": {
      const shown = javaDouble(Number(value));
      return /^-?\d/.test(shown) ? `${shown}D` : `CAST(${special(shown)} AS DOUBLE)`;
    }
    case "decimal":
      return decimalSql(plain(value), type);
    case "string":
      return type.collation === undefined && type.length === undefined
        ? text(plain(value))
        : `CAST(${text(plain(value))} AS ${sqlType(type)})`;
    case "binary":
      return value instanceof Uint8Array ? `X'${Buffer.from(value).toString("hex").toUpperCase()}'` : refused(type);
    case "date":
      return `DATE '${plain(value)}'`;
    case "timestamp":
      return `TIMESTAMP '${plain(value)}Z'`;
    case "timestamp_ntz":
      return `TIMESTAMP_NTZ '${plain(value)}'`;
    case "time":
      return `CAST('${plain(value)}' AS ${sqlType(type)})`;
    case "interval_year_month":
    case "interval_day_time":
      return intervalSql(plain(value), type);
    case "calendar_interval":
      return `INTERVAL '${plain(value)}'`;
    default:
      return refused(type);
  }
}

function plain(value: string | number | bigint | boolean | Uint8Array): string {
  return value instanceof Uint8Array ? "" : String(value);
}

function special(shown: string): string {
  return /^-?\d/.test(shown) ? shown : `'${shown}'`;
}

function text(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** `1.50BD` is the smallest decimal type that holds it. */
function decimalSql(digits: string, type: DataType & { readonly kind: "decimal" }): string {
  const [whole = "", fraction = ""] = digits.replace(/^-/, "").split(".");
  const significant = `${whole.replace(/^0+/, "")}${fraction}`.replace(/^0+/, "");
  const precision = Math.max(significant.length, fraction.length, 1);
  const sql = `${digits}BD`;
  return precision === type.precision && fraction.length === type.scale ? sql : `CAST(${sql} AS ${sqlType(type)})`;
}

function mapSql(entries: readonly Value[], type: DataType & { readonly kind: "map" }): string {
  const parts = entries
    .filter(object)
    .flatMap((each) => [literalSql(each["key"] ?? null, type.key), literalSql(each["value"] ?? null, type.value)]);
  return `MAP(${parts.join(", ")})`;
}

/** `INTERVAL '1-2' YEAR TO MONTH`, `INTERVAL '-3 04:05:06.7' DAY TO SECOND`, as results have it, of the type's own fields. */
function intervalSql(shown: string, type: IntervalType): string {
  const inner = /^INTERVAL '(.*)'/.exec(shown)?.[1] ?? shown;
  const sign = inner.startsWith("-") ? -1 : 1;
  const [first = "0", ...rest] = inner.replace(/^-/, "").split(/[-: ]/);
  if (type.kind === "interval_year_month") {
    return literalText({ months: sign * (Number(first) * 12 + Number(rest[0] ?? 0)), days: 0, micros: 0n }, type);
  }
  const [hours = "0", minutes = "0", seconds = "0"] = rest;
  const [whole = "0", fraction = ""] = seconds.split(".");
  const total = ((BigInt(first) * 24n + BigInt(hours)) * 60n + BigInt(minutes)) * 60n + BigInt(whole);
  const micros = total * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return literalText({ months: 0, days: 0, micros: BigInt(sign) * micros }, type);
}

/** Elements say the type of a list, unless there are none. */
function exactly(sql: string, hasElements: boolean, type: DataType): string {
  return hasElements ? sql : `CAST(${sql} AS ${sqlType(type)})`;
}

/** The name of a variable with its value, as automatic column names show it. */
export function variableText(name: readonly string[], sql: string): string {
  const shown = /^CAST\((-?[\d.]+BD) AS /.exec(sql)?.[1] ?? sql;
  return `variablereference(${name.map(quoteIfNeeded).join(".")}=${shown})`;
}

function list(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function object(value: Value): value is { readonly [field: string]: Value } {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

function refused(type: DataType): never {
  throw new BoathouseError(
    "UNSUPPORTED_FEATURE",
    `A variable or argument of the type ${sqlType(type)} is not supported.`,
  );
}
