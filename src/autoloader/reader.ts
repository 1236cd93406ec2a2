import { field, STRING, struct, type StructField, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import type { Connection } from "../duckdb/connection.ts";
import { quoteString } from "../sql/quote.ts";
import { PLAIN_CELLS } from "../formats/cell.ts";
import { FORMATS, inferFiles, readFiles, type FormatName } from "../formats/format.ts";
import type { OptionValues } from "../formats/option.ts";
import type { FileRelation } from "../formats/relation.ts";
import type { SourceFile } from "../formats/source-file.ts";
import { inferTextTypes } from "../formats/text-kind.ts";
import { parseSchema } from "../sql/parser/parse.ts";
import type { DiscoveryOptions, FoundFile } from "./discovery.ts";
import { applyHints } from "./hints.ts";
import type { SourceSettings, SourceUse } from "./options.ts";
import type { StoredSchema } from "./schema-store.ts";

/** How new columns change a stream. */
type EvolutionMode = "addNewColumns" | "rescue" | "failOnNewColumns" | "none";

/** Which names and defaults hold: those of the SQL function or those of the `cloudFiles` source. */
export type SourceDialect = "read_files" | "cloud_files";

/** What the options say of reading, apart from what is in the files. */
export interface ReaderSettings {
  readonly settings: SourceSettings;
  readonly use: SourceUse;
  /** The columns that the user gave. */
  readonly givenSchema: StructType | undefined;
  readonly inferTypes: boolean;
  readonly hints: string | undefined;
  readonly mode: EvolutionMode;
  readonly rescuedColumn: string | undefined;
}

export function readerSettings(settings: SourceSettings, use: SourceUse, dialect: SourceDialect): ReaderSettings {
  const { options } = settings;
  const ddl = options.given("schema");
  const givenSchema = ddl === undefined ? undefined : parseSchema(ddl);
  const hints = options.given("schemaHints");
  const inferring = givenSchema === undefined;
  if (!inferring && hints !== undefined) throw conflict(options.owner, "schemaHints", "It gives types to inference.");
  const given =
    options.given("schemaEvolutionMode") === undefined
      ? undefined
      : evolutionMode(options.choice("schemaEvolutionMode"));
  if (!inferring && given === "addNewColumns") {
    throw conflict(options.owner, "schemaEvolutionMode", "Columns are added to inferred schemas: use schemaHints.");
  }
  const mode = given ?? (inferring ? "addNewColumns" : "none");
  const types = options.given("inferColumnTypes");
  const rescues = inferring && !(use === "stream" && mode === "none");
  return {
    settings,
    use,
    givenSchema,
    hints,
    mode,
    inferTypes: types === undefined ? dialect === "read_files" : types.toLowerCase() === "true",
    rescuedColumn: options.given("rescuedDataColumn") ?? (rescues || mode === "rescue" ? "_rescued_data" : undefined),
  };
}

export function discoveryOptions(
  { options }: SourceSettings,
  modified: { readonly after: number | undefined; readonly before: number | undefined },
): DiscoveryOptions {
  const partitions = options.given("partitionColumns");
  const recursive = options.given("recursiveFileLookup")?.toLowerCase();
  const names = partitions?.split(",").map((name) => name.trim().toLowerCase());
  return {
    nameFilter: options.given("pathGlobFilter"),
    flat: recursive === "false",
    partitions: recursive === "true" ? [] : names?.filter((name) => name !== ""),
    modifiedAfter: modified.after,
    modifiedBefore: modified.before,
  };
}

/** A timestamp of an option as milliseconds since the epoch, in the session's zone where it names none. */
export async function instantOption(
  connection: Connection,
  settings: SourceSettings,
  name: string,
): Promise<number | undefined> {
  const text = settings.options.given(name);
  if (text === undefined) return undefined;
  const [row] = await connection.rows(`SELECT epoch_ms(TRY_CAST(${quoteString(text)} AS TIMESTAMPTZ)) AS at`);
  if (row?.["at"] !== null && row?.["at"] !== undefined) return Number(row["at"]);
  throw new BoathouseError(
    "INVALID_OPTION_VALUE",
    `${settings.options.owner}: "${text}" is no timestamp for "${name}".`,
    {
      details: { option: name },
      hint: "Write it as 2026-01-31 or 2026-01-31T12:00:00.",
    },
  );
}

/** The format, from the options or from the files' names. */
export function formatOf({ settings }: ReaderSettings, files: readonly FoundFile[]): FormatName {
  if (settings.format !== undefined) return settings.format;
  const found = new Set<FormatName>();
  for (const { key } of files) {
    const extension = /\.([a-z]+)(?:\.(?:gz|zst))?$/i.exec(key)?.[1]?.toLowerCase() ?? "";
    const format = EXTENSIONS[extension];
    if (format !== undefined) found.add(format);
  }
  const [only] = found;
  if (found.size === 1 && only !== undefined) return only;
  throw new BoathouseError(
    "FORMAT_UNKNOWN",
    `The format of the files cannot be told from their names: ${files[0]?.url ?? ""}.`,
    {
      hint: `Give the option format: ${FORMATS.map((each) => each.name).join(", ")}.`,
    },
  );
}

const EXTENSIONS: Readonly<Record<string, FormatName>> = {
  csv: "csv",
  tsv: "csv",
  json: "json",
  jsonl: "json",
  ndjson: "json",
  parquet: "parquet",
  txt: "text",
};

/** What the format is told: with an inferred schema a CSV file is taken to have a header. */
export function formatOptionsOf(reader: ReaderSettings, format: FormatName): OptionValues {
  const given = reader.settings.formatOptions;
  const names = Object.keys(given).map((name) => name.toLowerCase());
  if (format !== "csv" || reader.givenSchema !== undefined || names.includes("header")) return given;
  return { ...given, header: "true" };
}

/** The schema that a sample of files has, with hints, and the columns of their folders. */
export async function inferSchema(
  connection: Connection,
  reader: ReaderSettings,
  format: FormatName,
  files: readonly SourceFile[],
): Promise<StoredSchema> {
  const partitions = await inferPartitions(connection, files, reader.inferTypes);
  const inferred = await inferFiles(connection, {
    format,
    files,
    options: formatOptionsOf(reader, format),
    inferTypes: reader.inferTypes,
    rescued: reader.rescuedColumn !== undefined,
  });
  const names = new Set(partitions.fields.map((each) => each.name.toLowerCase()));
  const data = struct(inferred.fields.filter((each) => !names.has(each.name.toLowerCase())));
  return hinted({ data, partitions }, reader.hints);
}

/** A SELECT over files: data columns, folders' columns, rescued data, `_metadata`. */
export function readRelation(
  connection: Connection,
  reader: ReaderSettings,
  format: FormatName,
  schema: StoredSchema,
  files: readonly SourceFile[],
  extras: { readonly metadata: boolean },
): Promise<FileRelation> {
  const { givenSchema, rescuedColumn, use, settings } = reader;
  const enforced = Object.entries(settings.formatOptions).find(([name]) => name.toLowerCase() === "enforceschema")?.[1];
  // Spark maps a given schema by position; a stream, and whoever wants what does not fit rescued, goes by names.
  const positional = givenSchema !== undefined && use === "batch" && rescuedColumn === undefined;
  return readFiles(connection, {
    format,
    files,
    options: formatOptionsOf(reader, format),
    schema: schema.data,
    columns: positional && enforced?.toLowerCase() !== "false" ? "position" : "name",
    partitionColumns: schema.partitions.fields,
    rescuedColumn,
    metadata: extras.metadata,
  });
}

/** The columns that a source gives, without `_metadata`. */
export function sourceSchema(reader: ReaderSettings, schema: StoredSchema): StructType {
  const fields: StructField[] = [...schema.data.fields, ...schema.partitions.fields];
  if (reader.rescuedColumn !== undefined) fields.push(field(reader.rescuedColumn, STRING));
  return struct(fields);
}

/** The given schema, parted into the columns of the data and those of folders. */
export function givenParts(schema: StructType, files: readonly FoundFile[]): StoredSchema {
  const names = new Set(files.flatMap((file) => Object.keys(file.partition ?? {}).map((name) => name.toLowerCase())));
  return {
    data: struct(schema.fields.filter((each) => !names.has(each.name.toLowerCase()))),
    partitions: struct(schema.fields.filter((each) => names.has(each.name.toLowerCase()))),
  };
}

/** Hints for columns of folders go there, all others to the data. */
export function hinted(schema: StoredSchema, hints: string | undefined): StoredSchema {
  if (hints === undefined) return schema;
  const names = new Set(schema.partitions.fields.map((each) => each.name.toLowerCase()));
  const all = applyHints(struct([...schema.partitions.fields, ...schema.data.fields]), hints).fields;
  return {
    data: struct(all.filter((each) => !names.has(each.name.toLowerCase()))),
    partitions: struct(all.filter((each) => names.has(each.name.toLowerCase()))),
  };
}

async function inferPartitions(
  connection: Connection,
  files: readonly SourceFile[],
  types: boolean,
): Promise<StructType> {
  const names = [...new Set(files.flatMap((file) => Object.keys(file.partition ?? {})))];
  if (names.length === 0) return struct([]);
  if (!types) return struct(names.map((name) => field(name, STRING)));
  const rows = [...new Set(files.map((file) => names.map((name) => literal(file.partition?.[name])).join(", ")))];
  const columns = names.map((_, index) => `p${index}`);
  const sql = `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(", ")}) AS v(${columns.join(", ")})`;
  const found = await inferTextTypes(connection, sql, columns, { ...PLAIN_CELLS, preferDate: true });
  return struct(names.map((name, index) => field(name, found[index] ?? STRING)));
}

function literal(value: string | null | undefined): string {
  return value === undefined || value === null ? "NULL::VARCHAR" : quoteString(value);
}

function evolutionMode(name: string): EvolutionMode {
  return name === "rescue" || name === "failOnNewColumns" || name === "none" ? name : "addNewColumns";
}

function conflict(owner: string, option: string, hint: string): BoathouseError {
  return new BoathouseError("CONFLICTING_OPTIONS", `${owner}: "${option}" cannot be used with a given schema.`, {
    details: { option },
    hint,
  });
}
