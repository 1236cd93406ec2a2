import { textOfJson } from "../json/text-of.ts";
import { BoathouseError } from "../../core/errors.ts";
import { isJsonObject, type Json } from "../../core/json.ts";
import { didYouMean } from "../../core/nearest.ts";
import { quoteString } from "../../sql/quote.ts";
import type { Properties } from "../runtime/properties.ts";

/** What a copy takes from each source row. Plain data, so that it can be held against an earlier copy's. */
export interface ColumnPlan {
  /** In the order of the sink. Absent: all columns of the source, then the additional ones. */
  readonly mappings: readonly Mapping[] | undefined;
  readonly additional: readonly { readonly name: string; readonly value: string }[];
}

interface Mapping {
  readonly source: { readonly name: string } | { readonly ordinal: number };
  readonly sink: string | undefined;
  /** What the value must be; text when absent. */
  readonly type: SinkType | undefined;
}

type SinkType = keyof typeof SINK_TYPES;

/** A column of the output: its name, its value as SQL text, and SQL that is true for values that do not fit. */
export interface OutputColumn {
  readonly name: string;
  readonly value: string;
  readonly misfit: string | undefined;
  readonly type: string | undefined;
}

/** .NET's types as DuckDB's. */
const SINK_TYPES = {
  Byte: "UTINYINT",
  SByte: "TINYINT",
  Int16: "SMALLINT",
  Int32: "INTEGER",
  Int64: "BIGINT",
  Single: "FLOAT",
  Double: "DOUBLE",
  Decimal: "DECIMAL(38, 10)",
  Boolean: "BOOLEAN",
  Guid: "UUID",
} as const;

const OTHER_TYPES = ["Byte[]", "DateTime", "DateTimeOffset", "TimeSpan"];

export function columnPlan(translator: Properties, source: Properties): ColumnPlan {
  const type = translator.text("type");
  if (type !== undefined && type !== "TabularTranslator") {
    throw new BoathouseError("FACTORY_UNSUPPORTED", `The translator "${type}" is not supported.`, {
      hint: "Use a TabularTranslator.",
    });
  }
  const typed = translator.flag("typeConversion", false);
  const mappings = translator.objects("mappings").map((each) => mappingOf(each, typed));
  return {
    mappings: mappings.length > 0 ? mappings : oldMappings(translator),
    additional: source.objects("additionalColumns").map((each) => ({
      name: each.requiredText("name"),
      value: each.text("value") ?? "",
    })),
  };
}

/** The columns of the output for a source with these columns. Throws `COPY_COLUMN_MISSING` with the nearest name. */
export function outputColumns(
  plan: ColumnPlan,
  columns: readonly string[],
  source: { readonly path: string; readonly url: string },
): OutputColumn[] {
  const additional = plan.additional.map(({ name, value }) => ({
    name,
    value: additionalValue(value, columns, source),
  }));
  if (plan.mappings === undefined) {
    return [
      ...columns.map((name, index) => ({ name, value: `c${index}`, misfit: undefined, type: undefined })),
      ...additional.map((each) => ({ ...each, misfit: undefined, type: undefined })),
    ];
  }
  return plan.mappings.map((mapping) => {
    const { source: from, sink, type } = mapping;
    const extra = "name" in from ? additional.find((each) => each.name === from.name) : undefined;
    const index = "ordinal" in from ? from.ordinal - 1 : columns.indexOf(from.name);
    const label = "ordinal" in from ? `Prop_${from.ordinal - 1}` : from.name;
    if (extra === undefined && columns[index] === undefined) throw columnMissing(label, columns, source.url);
    const value = extra?.value ?? `c${index}`;
    return { name: sink ?? label, ...converted(value, type) };
  });
}

function converted(value: string, type: SinkType | undefined): Omit<OutputColumn, "name"> {
  if (type === undefined) return { value, misfit: undefined, type };
  const cast = `TRY_CAST(trim(${value}) AS ${SINK_TYPES[type]})`;
  const text =
    type === "Boolean" ? `CASE ${cast} WHEN true THEN 'True' WHEN false THEN 'False' END` : `CAST(${cast} AS VARCHAR)`;
  const shown = type === "Decimal" ? `regexp_replace(${text}, '\\.?0+$', '')` : text;
  return { value: shown, misfit: `(${value} IS NOT NULL AND ${cast} IS NULL)`, type };
}

function mappingOf(mapping: Properties, typed: boolean): Mapping {
  const source = mapping.object("source");
  const sink = mapping.object("sink");
  if (source.has("path") || sink.has("path")) {
    mapping.fail("source", "has a path, which belongs to JSON; delimited text is mapped by name or ordinal");
  }
  const ordinal = source.integer("ordinal");
  const name = source.text("name");
  const from = name !== undefined ? { name } : ordinal !== undefined ? { ordinal } : undefined;
  return {
    source: from ?? mapping.fail("source", "needs a name or an ordinal"),
    sink: sink.text("name"),
    type: typed ? sinkType(sink) : undefined,
  };
}

function sinkType(sink: Properties): SinkType | undefined {
  const type = sink.text("type");
  if (type === undefined || type === "String") return undefined;
  if (isSinkType(type)) return type;
  const known = ["String", ...Object.keys(SINK_TYPES)];
  if (OTHER_TYPES.includes(type))
    sink.fail("type", `"${type}" is not supported in delimited text`, `Use ${known.join(", ")}.`);
  return sink.fail("type", `"${type}" is not a type`, didYouMean(type, known) ?? `Known: ${known.join(", ")}.`);
}

function isSinkType(type: string): type is SinkType {
  return Object.hasOwn(SINK_TYPES, type);
}

/** `columnMappings`, the older spelling: `{from: to}`, or `"from: to, from: to"`. */
function oldMappings(translator: Properties): Mapping[] | undefined {
  const value: Json | undefined = translator.value("columnMappings");
  if (value === undefined || value === null) return undefined;
  const pairs = isJsonObject(value)
    ? Object.entries(value).map(([from, to]): [string, string] => [from, textOfJson(to)])
    : textOfJson(value)
        .split(",")
        .map((pair): [string, string] => {
          const [from = "", to = ""] = pair.split(":");
          return [from.trim(), to.trim()];
        });
  return pairs.map(([from, to]) => ({ source: { name: from }, sink: to, type: undefined }));
}

function additionalValue(
  value: string,
  columns: readonly string[],
  source: { readonly path: string; readonly url: string },
): string {
  if (value.toUpperCase() === "$$FILEPATH") return quoteString(source.path);
  const column = /^\$\$COLUMN:(.+)$/i.exec(value)?.[1];
  if (column === undefined) return quoteString(value);
  const index = columns.indexOf(column);
  if (index < 0) throw columnMissing(column, columns, source.url);
  return `c${index}`;
}

function columnMissing(name: string, columns: readonly string[], url: string): BoathouseError {
  return new BoathouseError("COPY_COLUMN_MISSING", `${url} has no column "${name}".`, {
    location: { file: url, line: 1, column: 1 },
    hint: didYouMean(name, columns) ?? `It has: ${columns.join(", ")}.`,
  });
}
