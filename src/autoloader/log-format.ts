import { BoathouseError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../core/json.ts";
import type { Row, Value } from "../core/value.ts";
import { quotePath, quoteString } from "../sql/quote.ts";
import type { FoundFile } from "./discovery.ts";

/** The files of one micro-batch. */
export interface Batch {
  readonly number: number;
  /** When its files were found: milliseconds since the epoch. */
  readonly discovered: number;
  readonly files: readonly FoundFile[];
}

export interface Identity {
  readonly id: string;
  /** When the stream was first started: milliseconds since the epoch. */
  readonly started: number;
}

/** `offsets/N`: `v1`, a line about the batch, then a line of JSON a file. */
export function formatBatch(batch: Batch): string {
  const head = { batch: batch.number, discovered: batch.discovered, files: batch.files.length };
  return ["v1", JSON.stringify(head), ...batch.files.map((file) => JSON.stringify(file)), ""].join("\n");
}

export function parseBatch(number: number, text: string): Batch {
  const [version, head = "", ...lines] = text.trimEnd().split("\n");
  if (version !== "v1") throw invalid(`batch ${number}`);
  const about = parseObject(head, `batch ${number}`);
  const files = lines.map((line) => fileFromJson(parseObject(line, `batch ${number}`)));
  const discovered = about["discovered"];
  if (typeof discovered !== "number" || about["files"] !== files.length) throw invalid(`batch ${number}`);
  return { number, discovered, files };
}

/** `commits/N`: when, in milliseconds since the epoch. */
export function parseCommit(text: string): number {
  const [version, body = ""] = text.split("\n");
  const committed = version === "v1" ? parseObject(body, "commit")["committed"] : undefined;
  if (typeof committed !== "number") throw invalid("commit");
  return committed;
}

export function parseIdentity(text: string, url: string): Identity {
  const { id, started } = parseObject(text, url);
  if (typeof id !== "string" || typeof started !== "number") throw invalid(url);
  return { id, started };
}

/** The files of a batch as rows of the compacted log, a line of JSON each. */
export function batchRows(batch: Batch): string {
  return batch.files
    .map((file, position) => {
      const partition = file.partition === undefined ? null : JSON.stringify(file.partition);
      return `${JSON.stringify({ ...file, partition, batch: batch.number, position, discovered: batch.discovered })}\n`;
    })
    .join("");
}

/** Writes the compacted log: what it held before and the rows of `lines`. */
export function compactSql(before: string | undefined, lines: string, target: string): string {
  const fresh = `SELECT * FROM read_json(${quotePath(lines)}, format = 'newline_delimited', columns = {
    key: 'VARCHAR', url: 'VARCHAR', size: 'BIGINT', etag: 'VARCHAR', modified: 'DOUBLE', "partition": 'VARCHAR',
    batch: 'BIGINT', "position": 'BIGINT', discovered: 'DOUBLE'})`;
  const old = before === undefined ? "" : `SELECT * FROM ${seenSql(before)} UNION ALL `;
  return `COPY (SELECT * FROM (${old}${fresh}) ORDER BY key, batch) TO ${quoteString(target)} (FORMAT parquet, COMPRESSION zstd)`;
}

/** The compacted log as a FROM item. */
export function seenSql(path: string): string {
  return `read_parquet(${quotePath(path)})`;
}

export function fileFromRow(row: Row): FoundFile {
  const partition = row["partition"];
  const base = {
    key: text(row["key"]),
    url: text(row["url"]),
    size: Number(row["size"]),
    etag: text(row["etag"]),
    modified: Number(row["modified"]),
  };
  return typeof partition === "string"
    ? { ...base, partition: partitionFrom(parseObject(partition, "partition")) }
    : base;
}

function fileFromJson(value: JsonObject): FoundFile {
  const { key, url, size, etag, modified, partition } = value;
  if (typeof key !== "string" || typeof url !== "string" || typeof etag !== "string") throw invalid("batch");
  if (typeof size !== "number" || typeof modified !== "number") throw invalid("batch");
  const base = { key, url, size, etag, modified };
  return isJsonObject(partition) ? { ...base, partition: partitionFrom(partition) } : base;
}

function partitionFrom(value: JsonObject): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, typeof each === "string" ? each : null]),
  );
}

function text(value: Value | undefined): string {
  if (typeof value !== "string") throw invalid("seen files");
  return value;
}

function parseObject(line: string, what: string): JsonObject {
  try {
    const value = JSON.parse(line) as Json;
    if (isJsonObject(value)) return value;
  } catch {
    // Falls through: it is invalid either way.
  }
  throw invalid(what);
}

function invalid(what: string): BoathouseError {
  return new BoathouseError("CHECKPOINT_INVALID", `A part of the checkpoint cannot be read: ${what}.`, {
    hint: "It was changed by hand or comes from a later version. Start the stream with another checkpoint.",
  });
}
