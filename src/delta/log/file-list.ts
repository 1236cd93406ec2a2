import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataType } from "../../core/data-type.ts";
import { schemaFromJson } from "../../core/schema-json.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { quoteIdentifier, quotePath, quoteString } from "../../sql/quote.ts";
import { duckDbType } from "../../sql/types/duckdb-type.ts";
import { fieldType, isSameType, parseFileType } from "../../sql/variant/file-type.ts";
import { fileColumns } from "../scan/file-columns.ts";
import { KEY_SEPARATOR, type AddAction, type MetadataAction } from "../actions.ts";
import { mappingMode, physicalSchema } from "../schema/column-mapping.ts";
import { indexedColumns, StatsShape } from "../scan/column-stats.ts";
import type { DeltaContext } from "../context.ts";

/** What a run of commits does to the files: keys are those of `canonicalKey`. */
export interface FileChanges {
  readonly added: Iterable<AddAction>;
  readonly touched: Iterable<string>;
}

/**
 * The files of a table in a DuckDB table, with typed partition values (`part`) and statistics (`stat`), for one schema.
 * Rows carry the versions they are valid for, so that the list serves several versions: `apply` adds a newer one and
 * leaves what older snapshots see as it was. The DuckDB table goes when the list is no longer referenced.
 */
export class FileList {
  readonly shape: StatsShape;
  /** Physical names and types of the partition columns. */
  readonly partitions: ReadonlyMap<string, DataType>;
  readonly connection: Connection;
  readonly #name: string;
  readonly #ranged = new Map<string, Promise<boolean>>();
  /** Rows in all, and those that only older versions see. */
  #rows = 0;
  #superseded = 0;

  private constructor(connection: Connection, name: string, metadata: MetadataAction) {
    this.connection = connection;
    this.#name = name;
    const schema = physicalSchema(schemaFromJson(metadata.schemaString), mappingMode(metadata));
    const logical = schemaFromJson(metadata.schemaString).fields.map((field) => field.name.toLowerCase());
    this.partitions = new Map(
      metadata.partitionColumns.flatMap((column) => {
        const field = schema.fields[logical.indexOf(column.toLowerCase())];
        return field === undefined ? [] : [[field.name, field.type]];
      }),
    );
    const data = { ...schema, fields: schema.fields.filter(({ name }) => !this.partitions.has(name)) };
    this.shape = new StatsShape(indexedColumns(data, metadata));
  }

  static async create(context: DeltaContext, metadata: MetadataAction): Promise<FileList> {
    const list = new FileList(context.connection, `delta_files_${context.ids.uuid().replaceAll("-", "")}`, metadata);
    const columns = [
      ...RAW_COLUMNS.map(([name, type]) => `${name} ${type}`),
      ...(list.partitions.size === 0 ? [] : [`part ${list.#partType}`]),
      `stat ${list.shape.type}`,
      "valid_from BIGINT",
      "valid_to BIGINT",
    ];
    await context.connection.run(`CREATE TEMP TABLE ${list.#name} (${columns.join(", ")})`);
    registry.register(list, { connection: context.connection, name: list.#name });
    return list;
  }

  /** The same files in a list of their own, for another schema or without the past: for the versions from `version` on. */
  async rebuilt(context: DeltaContext, metadata: MetadataAction, version: number): Promise<FileList> {
    const list = await FileList.create(context, metadata);
    const parsed = list.shape.type === this.shape.type ? "stat" : `NULL::${list.shape.type}`;
    const source = `SELECT ${RAW_NAMES}, ${parsed} AS parsed FROM ${this.#name} WHERE ${this.at(version)}`;
    await list.#insert(source, version);
    return list;
  }

  async insert(adds: Iterable<AddAction>, version: number): Promise<void> {
    let lines: string[] = [];
    for (const add of adds) {
      lines.push(JSON.stringify(add));
      if (lines.length < INSERT_BATCH) continue;
      await this.#insertLines(lines, version);
      lines = [];
    }
    await this.#insertLines(lines, version);
  }

  /** `add` actions as JSON. */
  async #insertLines(lines: readonly string[], version: number): Promise<void> {
    if (lines.length === 0) return;
    const select = (rows: string): string =>
      `SELECT ${fromAction("action")}, NULL::${this.shape.type} AS parsed FROM ${rows}`;
    if (lines.length <= MOST_IN_STATEMENT) {
      const actions = `unnest(from_json(${quoteString(`[${lines.join(",")}]`)}, '[${ADD_STRUCTURE}]'))`;
      await this.#insert(select(`(SELECT ${actions} AS action)`), version);
      return;
    }
    // DuckDB reads a long text in a statement five times as slowly as in a file.
    const folder = await mkdtemp(join(tmpdir(), "boathouse-adds-"));
    try {
      const file = join(folder, "adds.json");
      await writeFile(file, lines.join("\n"));
      const columns = ADD_FIELDS.map(([name, type]) => `${quoteIdentifier(name)}: ${quoteString(type)}`).join(", ");
      const source = `read_json(${quotePath(file)}, format = 'newline_delimited', maximum_object_size = ${LONGEST_ADD}, columns = {${columns}})`;
      await this.#insert(select(`(SELECT action FROM ${source} AS action)`), version);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** The `add` rows of checkpoint (or sidecar) files on this machine, less those whose key is in `hidden`. */
  async insertCheckpoint(files: readonly string[], hidden: Iterable<string>, version: number): Promise<void> {
    const keys = [...hidden];
    const rows = (await this.#loneRows(files)) ?? this.#mappedRows(files);
    const visible = keys.length === 0 ? "" : ` WHERE ${FILE_KEY} NOT IN (${keyList(keys)})`;
    await this.#insert(`SELECT * FROM (${rows})${visible}`, version);
  }

  /** `read_parquet` fills in what the files lack. */
  #mappedRows(files: readonly string[]): string {
    const fields = ADD_FIELDS.map(([name, type]) => `${quoteIdentifier(name)} ${type}`).join(", ");
    const type = quoteString(`STRUCT(${fields}, stats_parsed ${this.shape.type})`);
    const source = `read_parquet([${files.map(quotePath).join(", ")}], hive_partitioning = false, schema = MAP {'add': {name: 'add', type: ${type}, default_value: NULL}})`;
    return `SELECT ${fromAction('"add"')}, "add".stats_parsed AS parsed FROM ${source} WHERE "add".path IS NOT NULL`;
  }

  /**
   * One file that has nothing in other types than the list: its row groups are read by all threads, as they are known
   * where no `schema` is given. Undefined for any other.
   */
  async #loneRows(files: readonly string[]): Promise<string | undefined> {
    const [file] = files;
    if (file === undefined || files.length > 1) return undefined;
    const found = (await fileColumns(this.connection, file)).get("add");
    const items: string[] = [];
    for (const [column, name, type] of [...COLUMNS, ["parsed", "stats_parsed", this.shape.type] as const]) {
      const own = fieldType(found, name);
      if (own !== undefined && !isSameType(own, parseFileType(type))) return undefined;
      items.push(`${own === undefined ? `NULL::${type}` : `"add".${quoteIdentifier(name)}`} AS ${column}`);
    }
    if (fieldType(found, "path") === undefined) return undefined;
    const source = `read_parquet(${quotePath(file)}, hive_partitioning = false)`;
    return `SELECT ${items.join(", ")} FROM ${source} WHERE "add".path IS NOT NULL`;
  }

  /** Makes `version` visible, which follows the newest one that the list holds. */
  async apply(changes: FileChanges, version: number): Promise<void> {
    this.#ranged.clear();
    const keys = [...changes.touched];
    if (keys.length > 0) {
      this.#superseded += await this.connection.run(
        `UPDATE ${this.#name} SET valid_to = ${version} WHERE valid_to > ${version} AND ${hasKey(keys)}`,
      );
    }
    await this.insert(changes.added, version);
  }

  /** Has so much been superseded that a list of the newest version alone would be better? */
  get isWasteful(): boolean {
    return this.#superseded > MOST_SUPERSEDED && this.#superseded > this.#rows / 2;
  }

  /** Is it worth asking what is known of all its rows, before they are looked through? */
  get isLong(): boolean {
    return this.#rows > MANY;
  }

  /** Do the statistics of every file of a version say the smallest and the largest value of a column (its physical path)? */
  hasRanges(path: readonly string[], version: number): Promise<boolean> {
    const name = path.map(quoteIdentifier).join(".");
    const key = `${version} ${name}`;
    const known = this.#ranged.get(key);
    if (known !== undefined) return known;
    const asked = this.#askRanges(name, version);
    this.#ranged.set(key, asked);
    asked.catch(() => this.#ranged.delete(key));
    return asked;
  }

  async #askRanges(name: string, version: number): Promise<boolean> {
    for (const end of ["minValues", "maxValues"]) {
      const unknown = `SELECT 1 FROM ${this.#name} WHERE ${this.at(version)} AND stat.${quoteIdentifier(end)}.${name} IS NULL LIMIT 1`;
      if ((await this.connection.rows(unknown)).length > 0) return false;
    }
    return true;
  }

  /** The rows of a version, as a FROM item. */
  rowsAt(version: number): string {
    return `(SELECT rowid AS row_id, * FROM ${this.#name} WHERE ${this.at(version)})`;
  }

  at(version: number): string {
    return `valid_from <= ${version} AND valid_to > ${version}`;
  }

  get #partType(): string {
    const fields = [...this.partitions].map(([name, type]) => `${quoteIdentifier(name)} ${duckDbType(type)}`);
    return `STRUCT(${fields.join(", ")})`;
  }

  async #insert(source: string, version: number): Promise<void> {
    const parts = [...this.partitions].map(([name, type]) => {
      return `${quoteIdentifier(name)}: ${partitionValue(`partition_values[${quoteString(name)}]`, type)}`;
    });
    // What is no JSON counts as no statistics.
    const typed = `TRY(from_json(stats, ${quoteString(this.shape.jsonStructure)}))::${this.shape.type}`;
    this.#rows += await this.connection.run(
      `INSERT INTO ${this.#name} SELECT ${RAW_NAMES}${parts.length === 0 ? "" : `, {${parts.join(", ")}}`}, ` +
        `CASE WHEN parsed IS NOT NULL THEN parsed ELSE ${typed} END, ${version}, ${FOREVER} FROM (${source})`,
    );
  }
}

/** A partition value's text as a value of its column (PROTOCOL.md, "Partition Value Serialization"): "" is null. */
export function partitionValue(text: string, type: DataType): string {
  if (type.kind === "binary") return `encode(nullif(${text}, ''))`;
  if (type.kind === "string") return `nullif(${text}, '')`;
  return `TRY_CAST(nullif(${text}, '') AS ${duckDbType(type)})`;
}

/** The key of `canonicalKey`, over a row of the list. */
export const FILE_KEY =
  "((CASE WHEN starts_with(path, 'file:') THEN regexp_replace(path, '^file:/*', '/') ELSE path END) || " +
  "(CASE WHEN dv.storageType IS NULL THEN '' " +
  `ELSE chr(${KEY_SEPARATOR.charCodeAt(0)}) || dv.storageType || dv.pathOrInlineDv || coalesce('@' || dv."offset", '') END))`;

/** A condition on a row: its key is among these. */
function hasKey(keys: readonly string[]): string {
  // Paths are compared as they are before keys are made of them, which costs more.
  const paths = keys.map((key) => key.split(KEY_SEPARATOR)[0] ?? "");
  const absolute = paths.some((path) => path.startsWith("/"));
  return `${absolute ? "" : `path IN (${keyList(paths)}) AND `}${FILE_KEY} IN (${keyList(keys)})`;
}

export function keyList(keys: readonly string[]): string {
  return `SELECT unnest(from_json(${quoteString(JSON.stringify(keys))}, '["VARCHAR"]'))`;
}

const FOREVER = "9223372036854775807";
const MANY = 50_000;
const MOST_SUPERSEDED = 10_000;
const INSERT_BATCH = 100_000;
const MOST_IN_STATEMENT = 200;
/** Bytes. */
const LONGEST_ADD = 256 * 2 ** 20;

const VECTOR_FIELDS = [
  ["storageType", "VARCHAR"],
  ["pathOrInlineDv", "VARCHAR"],
  ["offset", "INTEGER"],
  ["sizeInBytes", "INTEGER"],
  ["cardinality", "BIGINT"],
] as const;
export const VECTOR_TYPE = `STRUCT(${VECTOR_FIELDS.map(([name, type]) => `${quoteIdentifier(name)} ${type}`).join(", ")})`;
const TEXT_MAP = "MAP(VARCHAR, VARCHAR)";

/** Columns of the list and the fields of an `add` that they hold. */
const COLUMNS = [
  ["path", "path", "VARCHAR"],
  ["partition_values", "partitionValues", TEXT_MAP],
  ["size", "size", "BIGINT"],
  ["modification_time", "modificationTime", "BIGINT"],
  ["stats", "stats", "VARCHAR"],
  ["tags", "tags", TEXT_MAP],
  ["dv", "deletionVector", VECTOR_TYPE],
  ["base_row_id", "baseRowId", "BIGINT"],
  ["default_row_commit_version", "defaultRowCommitVersion", "BIGINT"],
  ["clustering_provider", "clusteringProvider", "VARCHAR"],
] as const;
const RAW_COLUMNS = COLUMNS.map(([column, , type]) => [column, type] as const);
const RAW_NAMES = COLUMNS.map(([column]) => column).join(", ");
const ADD_FIELDS = COLUMNS.map(([, name, type]) => [name, type] as const);

const ADD_STRUCTURE = JSON.stringify({
  ...Object.fromEntries(ADD_FIELDS),
  deletionVector: Object.fromEntries(VECTOR_FIELDS),
});

function fromAction(action: string): string {
  return COLUMNS.map(([column, name]) => `${action}.${quoteIdentifier(name)} AS ${column}`).join(", ");
}

const registry = new FinalizationRegistry<{ readonly connection: Connection; readonly name: string }>(
  ({ connection, name }) => {
    // A connection that is closed took its temporary tables with it.
    connection.run(`DROP TABLE IF EXISTS ${name}`).catch(() => undefined);
  },
);
