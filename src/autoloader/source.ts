import { rm } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "../core/clock.ts";
import { struct, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { randomIds, type IdSource } from "../core/ids.ts";
import { mapParallel } from "../core/parallel.ts";
import type { Connection } from "../duckdb/connection.ts";
import { explainReadFailure } from "../formats/failure.ts";
import { inferFiles, type FormatName } from "../formats/format.ts";
import type { OptionValues } from "../formats/option.ts";
import type { FileRelation } from "../formats/relation.ts";
import type { SourceFile } from "../formats/source-file.ts";
import type { Storage } from "../storage/storage.ts";
import { discover, type DiscoveryOptions, type FoundFile } from "./discovery.ts";
import { addFields, newFields, newFieldsError } from "./evolution.ts";
import { FileLog, type SeenFile } from "./file-log.ts";
import { parseBytes, sourceSettings } from "./options.ts";
import {
  discoveryOptions,
  formatOf,
  formatOptionsOf,
  givenParts,
  hinted,
  inferSchema,
  instantOption,
  readerSettings,
  readRelation,
  sourceSchema,
  type ReaderSettings,
  type SourceDialect,
} from "./reader.ts";
import { SchemaStore, type StoredSchema } from "./schema-store.ts";
import { localFiles, stageFiles, verifyFiles } from "./staging.ts";

export interface AutoLoaderOptions {
  /** For planning and inference. It must be the source's alone while a call runs. */
  readonly connection: Connection;
  readonly storage: Storage;
  /** A file, a folder or a glob. */
  readonly url: string;
  readonly options: OptionValues;
  /** The URL of the folder where this source keeps what it knows. */
  readonly checkpoint: string;
  /** A local folder for links and copies of the files of a micro-batch, which DuckDB must be allowed to read. */
  readonly staging: string;
  readonly dialect?: SourceDialect;
  readonly clock?: Clock;
  readonly ids?: IdSource;
}

/** How far a source has come: all batches up to `batch`. */
export interface AutoLoaderOffset {
  readonly [name: string]: number;
  readonly batch: number;
}

/** The rows of a micro-batch. */
export interface MicroBatch extends FileRelation {
  readonly files: readonly FoundFile[];
  /** To call when the rows are read and before they are committed: throws `FILE_CHANGED` when a file changed meanwhile. */
  readonly verify: () => Promise<void>;
  /** Says of a failed read which file it was, where and why: see `explainReadFailure`. */
  readonly explain: (thrown: unknown) => Promise<unknown>;
}

/** Where inference looks: this many files, and about this many bytes. Databricks' limits are 1,000 files and 50 GB. */
const SAMPLE_FILES = 1000;
const SAMPLE_BYTES = 2 ** 30;

/** How many new files are held in memory between two listings. */
const BACKLOG = 50_000;

const PARALLEL = 16;

/**
 * Opens a stream of files. Without a given schema it is inferred from a sample of the files at the first start, and kept.
 * Throws `CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE` when there is nothing to infer it from.
 */
export async function openSource(options: AutoLoaderOptions): Promise<AutoLoaderSource> {
  const { connection, storage, clock = systemClock, ids = randomIds, dialect = "read_files" } = options;
  const owner = dialect === "read_files" ? "read_files" : "cloudFiles";
  const settings = sourceSettings(options.options, owner);
  const reader = readerSettings(settings, "stream", dialect);
  const modified = {
    after: await instantOption(connection, settings, "modifiedAfter"),
    before: await instantOption(connection, settings, "modifiedBefore"),
  };
  const discovery = discoveryOptions(settings, modified);
  const log = await FileLog.open({
    storage,
    connection,
    clock,
    ids,
    url: options.checkpoint,
    scratch: options.staging,
  });
  const schemas = new SchemaStore(storage, settings.options.given("schemaLocation") ?? options.checkpoint);
  const source = new AutoLoaderSource({ ...options, clock }, reader, discovery, log, schemas);
  await source.prepare();
  return source;
}

export class AutoLoaderSource {
  /** The stream's identity, kept in the checkpoint: what the target's transactions are named by. */
  readonly id: string;
  readonly description: string;
  readonly #options: AutoLoaderOptions & { readonly clock: Clock };
  readonly #reader: ReaderSettings;
  readonly #discovery: DiscoveryOptions;
  readonly #log: FileLog;
  readonly #schemas: SchemaStore;
  #format: FormatName | undefined;
  #version = -1;
  #schema: StoredSchema = { data: struct([]), partitions: struct([]) };
  #backlog: FoundFile[] = [];

  constructor(
    options: AutoLoaderOptions & { readonly clock: Clock },
    reader: ReaderSettings,
    discovery: DiscoveryOptions,
    log: FileLog,
    schemas: SchemaStore,
  ) {
    this.#options = options;
    this.#reader = reader;
    this.#discovery = discovery;
    this.#log = log;
    this.#schemas = schemas;
    this.id = log.id;
    this.description = `files of ${options.url}`;
  }

  /** Finds the schema. */
  async prepare(): Promise<void> {
    const { givenSchema, hints } = this.#reader;
    this.#format = this.#reader.settings.format;
    const stored = givenSchema === undefined ? await this.#schemas.latest() : undefined;
    if (stored !== undefined) {
      this.#version = stored.version;
      this.#schema = hinted(stored.schema, hints);
      return;
    }
    const sample = await this.#sample();
    if (givenSchema !== undefined) {
      this.#schema = givenParts(givenSchema, sample);
      return;
    }
    if (sample.length === 0) throw emptyFolder(this.#options.url);
    const format = this.#formatFor(sample);
    const folder = join(this.#options.staging, `${this.id}-sample`);
    let schema: StoredSchema;
    try {
      const files = await localFiles(this.#options.storage, sample, folder);
      schema = await inferSchema(this.#options.connection, this.#reader, format, files);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    if (!(await this.#schemas.write(0, schema))) {
      await this.prepare();
      return;
    }
    this.#version = 0;
    this.#schema = schema;
  }

  /** The columns of the rows, without `_metadata`. */
  schema(): StructType {
    return sourceSchema(this.#reader, this.#schema);
  }

  /** The last batch that was marked as committed, undefined when there is none: where to go on after a restart. */
  get committed(): AutoLoaderOffset | undefined {
    const batch = this.#log.lastCommitted;
    return batch < 0 ? undefined : { batch };
  }

  /** The files that are found and not yet planned, as far as they are known. */
  get outstanding(): { readonly files: number; readonly bytes: number } {
    return { files: this.#backlog.length, bytes: this.#backlog.reduce((sum, file) => sum + file.size, 0) };
  }

  /**
   * The end of the next micro-batch after `start`, undefined when there is no new file. A batch that is planned already is
   * given again, with the same files.
   */
  async next(start: { readonly [name: string]: unknown } | undefined): Promise<AutoLoaderOffset | undefined> {
    const from = batchOf(start);
    await this.#log.refresh();
    if (this.#log.last > from) return { batch: from + 1 };
    if (this.#backlog.length === 0) await this.#list();
    else this.#backlog = await this.#freshen(this.#backlog);
    const files = this.#take();
    if (files.length === 0) return undefined;
    const planned = await this.#log.plan({ number: from + 1, discovered: this.#options.clock.now(), files });
    const taken = new Set(planned.files.map((file) => file.key));
    this.#backlog = this.#backlog.filter((file) => !taken.has(file.key));
    return { batch: from + 1 };
  }

  /**
   * The rows of the batches after `start`, up to `end`. Throws `UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE` when the files have
   * columns that the schema does not know and the mode does not pass over them.
   */
  async relation(
    range: {
      readonly start: { readonly [name: string]: unknown } | undefined;
      readonly end: { readonly [name: string]: unknown };
    },
    extras: { readonly metadata?: boolean } = {},
  ): Promise<MicroBatch> {
    const { connection, storage } = this.#options;
    const end = batchOf(range.end);
    const found = await this.#log.files(batchOf(range.start), end);
    const overwrites = this.#reader.settings.options.boolean("allowOverwrites");
    const staged = await stageFiles(storage, found, this.#stagingOf(end), overwrites ? "current" : "found");
    const format = this.#formatFor(found);
    await this.#evolve(format, staged);
    const { metadata = false } = extras;
    const relation = await readRelation(connection, this.#reader, format, this.#schema, staged, { metadata });
    return {
      ...relation,
      files: found,
      explain: (thrown) => explainReadFailure(thrown, staged),
      verify: () => (overwrites ? Promise.resolve() : verifyFiles(storage, found)),
    };
  }

  /** To call when the rows up to `end` are committed. */
  async commit(end: { readonly [name: string]: unknown }): Promise<void> {
    await this.#log.commit(batchOf(end), this.#options.clock.now());
    await rm(this.#stagingOf(batchOf(end)), { recursive: true, force: true });
  }

  /** What `cloud_files_state` shows. */
  state(): Promise<SeenFile[]> {
    return this.#log.state();
  }

  #formatFor(files: readonly FoundFile[]): FormatName {
    this.#format ??= formatOf(this.#reader, files);
    return this.#format;
  }

  /** Leaves the backlog with new files in the order of their keys. */
  async #list(): Promise<void> {
    const { storage, url } = this.#options;
    const options = this.#reader.settings.options;
    const since = options.boolean("includeExistingFiles") ? undefined : this.#log.started;
    const found = discover(storage, url, this.#discovery);
    for await (const file of this.#log.unseen(found, options.boolean("allowOverwrites"))) {
      if (since !== undefined && file.modified <= since) continue;
      this.#backlog.push(file);
      if (this.#backlog.length >= BACKLOG) break;
    }
  }

  /** Files that were found a while ago as they are now; those that are gone are left out. */
  async #freshen(files: readonly FoundFile[]): Promise<FoundFile[]> {
    const most = this.#reader.settings.options.integer("maxFilesPerTrigger");
    const fresh = await mapParallel(files.slice(0, most), PARALLEL, async (file) => {
      const { store, key } = this.#options.storage.resolve(file.url);
      const meta = await store.head(key);
      if (meta === undefined) return [];
      return [{ ...file, etag: meta.etag, size: meta.size, modified: meta.lastModified }];
    });
    return [...fresh.flat(), ...files.slice(most)];
  }

  /** The first files of the backlog, within the limits of a batch. */
  #take(): FoundFile[] {
    const { options } = this.#reader.settings;
    const most = options.integer("maxFilesPerTrigger");
    const limit = options.given("maxBytesPerTrigger");
    const bytes = limit === undefined ? Infinity : parseBytes(limit, options.owner);
    const files: FoundFile[] = [];
    let sum = 0;
    for (const file of this.#backlog) {
      if (files.length >= most || sum >= bytes) break;
      files.push(file);
      sum += file.size;
    }
    return files;
  }

  async #sample(): Promise<FoundFile[]> {
    const files: FoundFile[] = [];
    let bytes = 0;
    for await (const file of discover(this.#options.storage, this.#options.url, this.#discovery)) {
      files.push(file);
      bytes += file.size;
      if (files.length >= SAMPLE_FILES || bytes >= SAMPLE_BYTES) break;
    }
    return files;
  }

  #stagingOf(batch: number): string {
    return join(this.#options.staging, `${this.id}-${batch}`);
  }

  /** Looks for columns that the schema does not know. */
  async #evolve(format: FormatName, files: readonly SourceFile[]): Promise<void> {
    const { mode, hints, rescuedColumn } = this.#reader;
    if ((mode !== "addNewColumns" && mode !== "failOnNewColumns") || format === "text" || format === "binaryFile")
      return;
    const options = formatOptionsOf(this.#reader, format);
    const inference = { format, files, options, rescued: rescuedColumn !== undefined };
    // Of a CSV file the header is enough to know.
    const isTyped = this.#reader.inferTypes && format !== "csv";
    let inferred = await inferFiles(this.#options.connection, { ...inference, inferTypes: isTyped });
    const fields = newFields(this.#known(), inferred);
    if (fields.length === 0) return;
    if (mode === "failOnNewColumns") throw newFieldsError(fields, this.#options.url, false);
    if (this.#reader.inferTypes && !isTyped) {
      inferred = await inferFiles(this.#options.connection, { ...inference, inferTypes: true });
    }
    const names = new Set(this.#schema.partitions.fields.map((each) => each.name.toLowerCase()));
    const found = struct(inferred.fields.filter((each) => !names.has(each.name.toLowerCase())));
    const grown = { data: addFields(this.#schema.data, found), partitions: this.#schema.partitions };
    await this.#schemas.write(this.#version + 1, hinted(grown, hints));
    throw newFieldsError(fields, this.#options.url, true);
  }

  #known(): StructType {
    return struct([...this.#schema.data.fields, ...this.#schema.partitions.fields]);
  }
}

function batchOf(offset: { readonly [name: string]: unknown } | undefined): number {
  if (offset === undefined) return -1;
  const batch = offset["batch"];
  if (typeof batch === "number" && Number.isInteger(batch)) return batch;
  throw new BoathouseError("CHECKPOINT_INVALID", `${JSON.stringify(offset)} is no offset of a source of files.`, {
    hint: "The query's checkpoint belongs to another kind of source. Start it with a new one.",
  });
}

function emptyFolder(url: string): BoathouseError {
  return new BoathouseError(
    "CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE",
    `No schema can be inferred: there are no files at ${url}.`,
    {
      hint: "Start the stream when files are there, or give the option schema.",
    },
  );
}
