import { simpleString, type DataType, type StructField, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { quoteIdentifier, quoteString } from "../sql/quote.ts";
import { hasVariant } from "../sql/types/variant-type.ts";
import { toParquet } from "../sql/variant/group-sql.ts";
import { strftimeFormat } from "./datetime-pattern.ts";
import { formatNamed, type FormatName } from "./format.ts";
import { SPACES } from "./lines.ts";
import { readOptions, type Options, type OptionValues } from "./option.ts";

export interface FileWrite {
  readonly format: FormatName;
  /** The SELECT whose rows are written, and its columns. */
  readonly select: string;
  readonly schema: StructType;
  readonly options: OptionValues;
  /** One local file. It is replaced. */
  readonly path: string;
}

/**
 * The COPY statement that writes rows to one file as Spark writes a part. Throws `UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE` for
 * columns that the format cannot hold.
 */
export function writeStatement(write: FileWrite): string {
  const format = formatNamed(write.format);
  const options = readOptions(format.name, format.options, write.options, "write");
  const target = quoteString(write.path);
  switch (format.name) {
    case "csv":
      return `COPY (${csvSelect(write, options)}) TO ${target} (${csvSettings(options).join(", ")})`;
    case "json": {
      const row = jsonObject(write.schema.fields, quoteIdentifier, options, 0);
      return `COPY (SELECT ${row} AS line FROM (${write.select})) TO ${target} (${rawLines(options)})`;
    }
    case "parquet":
      return `COPY (${parquetSelect(write)}) TO ${target} (FORMAT parquet, COMPRESSION ${compression(options)})`;
    case "text":
      return `COPY (${textSelect(write)}) TO ${target} (${rawLines(options)})`;
    case "binaryFile":
      throw new BoathouseError("UNSUPPORTED_FORMAT", "Files of the format binaryFile cannot be written.", {
        hint: "Write csv, json, parquet or text.",
      });
  }
}

function parquetSelect(write: FileWrite): string {
  if (!hasVariant(write.schema)) return write.select;
  const columns = write.schema.fields.map((each) => {
    const name = quoteIdentifier(each.name);
    return `${toParquet(name, each.type)} AS ${name}`;
  });
  return `SELECT ${columns.join(", ")} FROM (${write.select})`;
}

function csvSelect(write: FileWrite, options: Options): string {
  const trimLeft = options.given("ignoreLeadingWhiteSpace")?.toLowerCase() !== "false";
  const trimRight = options.given("ignoreTrailingWhiteSpace")?.toLowerCase() !== "false";
  const emptyValue = options.given("emptyValue");
  const columns = write.schema.fields.map((each) => {
    const name = quoteIdentifier(each.name);
    let text = cellText(name, each.type, options, "csv");
    if (each.type.kind === "string") {
      if (trimLeft) text = `ltrim(${text}, ${SPACES})`;
      if (trimRight) text = `rtrim(${text}, ${SPACES})`;
      if (emptyValue !== undefined) text = `CASE WHEN ${text} = '' THEN ${quoteString(emptyValue)} ELSE ${text} END`;
    }
    return `${text} AS ${name}`;
  });
  return `SELECT ${columns.join(", ")} FROM (${write.select})`;
}

function csvSettings(options: Options): string[] {
  const quote = options.string("quote");
  const settings = [
    "FORMAT csv",
    `HEADER ${options.boolean("header")}`,
    `DELIMITER ${quoteString(options.string("sep").replaceAll("\\t", "\t"))}`,
    `QUOTE ${quoteString(quote)}`,
    `ESCAPE ${quoteString(options.string("escape"))}`,
    `NULL ${quoteString(options.string("nullValue"))}`,
    `COMPRESSION ${compression(options)}`,
  ];
  if (quote === "" || options.string("escape") === "" || options.string("encoding").toLowerCase() !== "utf-8") {
    throw new BoathouseError(
      "UNSUPPORTED_OPTION",
      "csv: files are written in UTF-8 with a quote and an escape character.",
      {
        hint: "Leave out encoding, or give quote and escape one character each.",
      },
    );
  }
  if (options.boolean("quoteAll")) settings.push("FORCE_QUOTE *");
  return settings;
}

/** Lines as they are: the characters that mean something to a CSV writer cannot occur in them. */
function rawLines(options: Options): string {
  return `FORMAT csv, HEADER false, DELIMITER '\u0001', QUOTE '\u0002', ESCAPE '\u0002', NULL '\u0003', COMPRESSION ${compression(options)}`;
}

function textSelect(write: FileWrite): string {
  const [column] = write.schema.fields;
  if (write.schema.fields.length !== 1 || column?.type.kind !== "string") {
    throw new BoathouseError(
      "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
      `Text files hold one column of STRING, not ${simpleString(write.schema)}.`,
      {
        hint: "Select one string, for example with to_json or concat_ws.",
      },
    );
  }
  const name = quoteIdentifier(column.name);
  const refused = `'[UNSUPPORTED_TEXT] A text file cannot hold the control characters CR, U+0001 and U+0002 inside a line.'`;
  const checked = `CASE WHEN regexp_matches(${name}, '[\\r\\x01\\x02]') THEN error(${refused}) ELSE coalesce(${name}, '') END`;
  // A value with line breaks is several lines.
  return `SELECT unnest(string_split(${checked}, chr(10))) AS line FROM (${write.select})`;
}

function compression(options: Options): string {
  const name = options.choice("compression");
  if (options.owner === "parquet") return name === "none" ? "uncompressed" : name;
  return name === "uncompressed" ? "none" : name;
}

/** A scalar as text, null for null. */
function cellText(source: string, type: DataType, options: Options, format: "csv" | "json"): string {
  switch (type.kind) {
    case "array":
    case "map":
    case "struct":
    case "variant":
      throw new BoathouseError(
        "UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE",
        `The ${format} data source cannot write a column of ${simpleString(type).toUpperCase()}.`,
        { hint: "Write it with to_json, or use the format json or parquet." },
      );
    case "string":
      return source;
    case "float":
    case "double":
      return `CASE WHEN isnan(${source}) THEN 'NaN' WHEN isinf(${source}) THEN CASE WHEN ${source} > 0 THEN 'Infinity' ELSE '-Infinity' END
        ELSE ${source}::VARCHAR END`;
    case "binary":
      return format === "json" ? `to_base64(${source})` : `decode(${source})`;
    case "date": {
      const pattern = options.text("dateFormat");
      return pattern === undefined
        ? `${source}::VARCHAR`
        : `strftime(${source}, ${quoteString(strftimeFormat(pattern))})`;
    }
    case "timestamp":
      return timestampText(source, options);
    case "timestamp_ntz": {
      const pattern = format === "csv" ? options.text("timestampNTZFormat") : undefined;
      const local = pattern === undefined ? "%Y-%m-%dT%H:%M:%S.%g" : strftimeFormat(pattern);
      return `strftime(${source}, ${quoteString(local)})`;
    }
    default:
      return `${source}::VARCHAR`;
  }
}

/** By default as Spark's `yyyy-MM-dd'T'HH:mm:ss.SSSXXX`. */
function timestampText(source: string, options: Options): string {
  const zone = options.text("timeZone");
  const pattern = options.text("timestampFormat");
  const local = zone === undefined ? source : `timezone(${quoteString(zone)}, ${source})`;
  if (pattern !== undefined) return `strftime(${local}, ${quoteString(strftimeFormat(pattern))})`;
  const seconds =
    zone === undefined ? `extract(timezone FROM ${source})` : `(epoch(${local}) - epoch(${source}))::BIGINT`;
  const offset = `CASE WHEN ${seconds} = 0 THEN 'Z' ELSE printf('%s%02d:%02d', CASE WHEN ${seconds} < 0 THEN '-' ELSE '+' END,
    (abs(${seconds}) // 3600)::INTEGER, ((abs(${seconds}) % 3600) // 60)::INTEGER) END`;
  return `(strftime(${local}, '%Y-%m-%dT%H:%M:%S.%g') || ${offset})`;
}

/** A row or struct as JSON text. Fields that are null are left out, as Spark does. */
function jsonObject(
  fields: readonly StructField[],
  source: (name: string) => string,
  options: Options,
  depth: number,
): string {
  const parts = fields.map((each) => {
    const value = source(each.name);
    return `CASE WHEN ${value} IS NOT NULL THEN ${quoteString(`${JSON.stringify(each.name)}:`)} || ${jsonText(value, each.type, options, depth)} END`;
  });
  return parts.length === 0 ? "'{}'" : `'{' || concat_ws(',', ${parts.join(", ")}) || '}'`;
}

/** A value that is not null as JSON text. */
function jsonText(source: string, type: DataType, options: Options, depth: number): string {
  switch (type.kind) {
    case "struct":
      return `(${jsonObject(type.fields, (name) => `(${source}).${quoteIdentifier(name)}`, options, depth)})`;
    case "array": {
      const item = `x${depth}`;
      const element = `CASE WHEN ${item} IS NULL THEN 'null' ELSE ${jsonText(item, type.element, options, depth + 1)} END`;
      return `('[' || array_to_string(list_transform(${source}, lambda ${item}: ${element}), ',') || ']')`;
    }
    case "map": {
      const item = `x${depth}`;
      const key = `to_json(${cellText(`${item}.key`, type.key, options, "json")})::VARCHAR`;
      const value = `CASE WHEN ${item}.value IS NULL THEN 'null' ELSE ${jsonText(`${item}.value`, type.value, options, depth + 1)} END`;
      return `('{' || array_to_string(list_transform(map_entries(${source}), lambda ${item}: ${key} || ':' || ${value}), ',') || '}')`;
    }
    case "boolean":
    case "byte":
    case "short":
    case "int":
    case "long":
    case "decimal":
      return `${source}::VARCHAR`;
    case "float":
    case "double":
      return `CASE WHEN isfinite(${source}) THEN ${source}::VARCHAR ELSE '"' || ${cellText(source, type, options, "json")} || '"' END`;
    default:
      return `to_json(${cellText(source, type, options, "json")})::VARCHAR`;
  }
}
