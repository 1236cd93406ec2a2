import { BoathouseError, messageOf } from "../../core/errors.ts";
import type {
  Action,
  AddAction,
  CdcAction,
  DeletionVectorDescriptor,
  DomainMetadataAction,
  MetadataAction,
  ProtocolAction,
  RemoveAction,
  TxnAction,
} from "../actions.ts";
import { isExactObject, parseExactJson, splitJsonValues, type ExactJson, type ExactJsonObject } from "./exact-json.ts";

/**
 * The actions of a commit (`N.json`), in the order of the file. `where` names the file in errors.
 *
 * Throws `DELTA_LOG_CORRUPTED` for what is empty, no JSON, is truncated, or lacks a required field.
 */
export function parseCommit(text: string, where: string): Action[] {
  const actions: Action[] = [];
  let count = 0;
  for (const [index, line] of linesOf(text, where).entries()) {
    let value: ExactJson;
    try {
      value = parseExactJson(line);
    } catch (error) {
      throw corrupted(where, `action ${index + 1} is not JSON (${messageOf(error)})`, error);
    }
    if (!isExactObject(value)) throw corrupted(where, `action ${index + 1} is not a JSON object`);
    const action = actionOf(value, { where, index });
    if (action !== undefined) actions.push(action);
    count += 1;
  }
  // A torn write, where a store has no atomic put: what the commit said is lost.
  if (count === 0) throw corrupted(where, "there is nothing");
  return actions;
}

/** The text of a commit: one action a line. */
export function formatCommit(actions: readonly Action[]): string {
  return actions.map((action) => `${JSON.stringify(action)}\n`).join("");
}

export function corrupted(where: string, problem: string, cause?: unknown): BoathouseError {
  return new BoathouseError("DELTA_LOG_CORRUPTED", `The transaction log is damaged: in ${where}, ${problem}.`, {
    hint: "Restore the file from a copy, or read an earlier version of the table.",
    ...(cause === undefined ? {} : { cause }),
  });
}

interface Position {
  readonly where: string;
  readonly index: number;
}

function linesOf(text: string, where: string): string[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.every((line) => line.startsWith("{") && line.trimEnd().endsWith("}"))) return lines;
  try {
    return splitJsonValues(text);
  } catch (error) {
    throw corrupted(where, messageOf(error), error);
  }
}

function actionOf(value: ExactJsonObject, position: Position): Action | undefined {
  for (const [kind, read] of READERS) {
    const body = value[kind];
    if (isExactObject(body)) return read(new Fields(body, kind, position));
  }
  // The protocol allows actions that a reader does not know: whatever changes the meaning comes with a table feature.
  return undefined;
}

const READERS: readonly (readonly [string, (fields: Fields) => Action])[] = [
  ["add", (fields) => ({ add: readAdd(fields) })],
  ["remove", (fields) => ({ remove: readRemove(fields) })],
  ["metaData", (fields) => ({ metaData: readMetadata(fields) })],
  ["protocol", (fields) => ({ protocol: readProtocol(fields) })],
  ["txn", (fields) => ({ txn: readTxn(fields) })],
  ["domainMetadata", (fields) => ({ domainMetadata: readDomainMetadata(fields) })],
  ["commitInfo", (fields) => ({ commitInfo: fields.body })],
  ["cdc", (fields) => ({ cdc: readCdc(fields) })],
  ["checkpointMetadata", (fields) => ({ checkpointMetadata: { version: fields.number("version") } })],
  ["sidecar", (fields) => ({ sidecar: { path: fields.text("path"), sizeInBytes: fields.number("sizeInBytes") } })],
];

function readAdd(fields: Fields): AddAction {
  return defined({
    path: fields.text("path"),
    partitionValues: fields.optionalMap("partitionValues") ?? {},
    size: fields.number("size"),
    modificationTime: fields.optionalNumber("modificationTime") ?? 0,
    dataChange: fields.flag("dataChange") ?? true,
    stats: fields.optionalText("stats"),
    tags: textMap(fields.optionalMap("tags")),
    deletionVector: readVector(fields),
    baseRowId: fields.optionalNumber("baseRowId"),
    defaultRowCommitVersion: fields.optionalNumber("defaultRowCommitVersion"),
    clusteringProvider: fields.optionalText("clusteringProvider"),
  });
}

function readRemove(fields: Fields): RemoveAction {
  return defined({
    path: fields.text("path"),
    deletionTimestamp: fields.optionalNumber("deletionTimestamp"),
    dataChange: fields.flag("dataChange") ?? true,
    extendedFileMetadata: fields.flag("extendedFileMetadata"),
    partitionValues: fields.optionalMap("partitionValues"),
    size: fields.optionalNumber("size"),
    stats: fields.optionalText("stats"),
    tags: textMap(fields.optionalMap("tags")),
    deletionVector: readVector(fields),
    baseRowId: fields.optionalNumber("baseRowId"),
    defaultRowCommitVersion: fields.optionalNumber("defaultRowCommitVersion"),
  });
}

function readVector(fields: Fields): DeletionVectorDescriptor | undefined {
  const vector = fields.child("deletionVector");
  if (vector === undefined) return undefined;
  return defined({
    storageType: vector.text("storageType"),
    pathOrInlineDv: vector.text("pathOrInlineDv"),
    offset: vector.optionalNumber("offset"),
    sizeInBytes: vector.number("sizeInBytes"),
    cardinality: vector.number("cardinality"),
  });
}

function readMetadata(fields: Fields): MetadataAction {
  const format = fields.child("format");
  return defined({
    id: fields.text("id"),
    name: fields.optionalText("name"),
    description: fields.optionalText("description"),
    format: {
      provider: format?.optionalText("provider") ?? "parquet",
      options: textMap(format?.optionalMap("options")) ?? {},
    },
    schemaString: fields.optionalText("schemaString") ?? EMPTY_SCHEMA,
    partitionColumns: fields.texts("partitionColumns") ?? [],
    configuration: textMap(fields.optionalMap("configuration")) ?? {},
    createdTime: fields.optionalNumber("createdTime"),
  });
}

function readProtocol(fields: Fields): ProtocolAction {
  return defined({
    minReaderVersion: fields.number("minReaderVersion"),
    minWriterVersion: fields.number("minWriterVersion"),
    readerFeatures: fields.texts("readerFeatures"),
    writerFeatures: fields.texts("writerFeatures"),
  });
}

function readTxn(fields: Fields): TxnAction {
  return defined({
    appId: fields.text("appId"),
    version: fields.number("version"),
    lastUpdated: fields.optionalNumber("lastUpdated"),
  });
}

function readDomainMetadata(fields: Fields): DomainMetadataAction {
  return {
    domain: fields.text("domain"),
    configuration: fields.optionalText("configuration") ?? "",
    removed: fields.flag("removed") ?? false,
  };
}

function readCdc(fields: Fields): CdcAction {
  return {
    path: fields.text("path"),
    partitionValues: fields.optionalMap("partitionValues") ?? {},
    size: fields.number("size"),
    dataChange: fields.flag("dataChange") ?? false,
  };
}

/** Typed access to the fields of one action; what is missing or of the wrong kind is reported with its place. */
class Fields {
  readonly body: ExactJsonObject;
  readonly #kind: string;
  readonly #position: Position;

  constructor(body: ExactJsonObject, kind: string, position: Position) {
    this.body = body;
    this.#kind = kind;
    this.#position = position;
  }

  text(name: string): string {
    const value = this.body[name];
    return typeof value === "string" ? value : this.#wrong(name, "text");
  }

  optionalText(name: string): string | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === "string" ? value : this.#wrong(name, "text");
  }

  number(name: string): number {
    return this.optionalNumber(name) ?? this.#wrong(name, "a whole number");
  }

  optionalNumber(name: string): number | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    return Number.isSafeInteger(value) ? Number(value) : this.#wrong(name, "a whole number below 2^53");
  }

  flag(name: string): boolean | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === "boolean" ? value : this.#wrong(name, "true or false");
  }

  texts(name: string): string[] | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) return this.#wrong(name, "a list of texts");
    return value.map((each: ExactJson) => (typeof each === "string" ? each : this.#wrong(name, "a list of texts")));
  }

  /** Text to text or null. Numbers and booleans, which some writers put, become text. */
  optionalMap(name: string): Record<string, string | null> | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    if (!isExactObject(value)) return this.#wrong(name, "a map");
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => {
        if (each === null || typeof each === "string") return [key, each];
        return typeof each === "object" ? this.#wrong(`${name}.${key}`, "text") : [key, String(each)];
      }),
    );
  }

  child(name: string): Fields | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    return isExactObject(value)
      ? new Fields(value, `${this.#kind}.${name}`, this.#position)
      : this.#wrong(name, "an object");
  }

  #wrong(name: string, expected: string): never {
    const { where, index } = this.#position;
    throw corrupted(where, `action ${index + 1}: ${this.#kind}.${name} is not ${expected}`);
  }
}

function textMap(map: Record<string, string | null> | undefined): Record<string, string> | undefined {
  if (map === undefined) return undefined;
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, value ?? ""]));
}

/** Leaves out the fields that are undefined. */
function defined<T extends object>(value: T): Defined<T> {
  const kept: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) if (each !== undefined) kept[name] = each;
  return kept as Defined<T>;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Metadata without a schema: logs that were made by hand, for tests of other readers. */
const EMPTY_SCHEMA = '{"type":"struct","fields":[]}';
