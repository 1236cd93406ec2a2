import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { BoathouseError } from "../../src/core/errors.ts";
import { randomIds } from "../../src/core/ids.ts";
import type { DeltaContext } from "../../src/delta/context.ts";
import type { Snapshot } from "../../src/delta/snapshot.ts";
import { textIn } from "../../src/delta/log/row-values.ts";
import { DeltaTable } from "../../src/delta/table.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { quoteIdentifier, quoteString } from "../../src/sql/quote.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { contentOf, type Content } from "../peers/canonical.ts";
import { DECISIONS } from "./delta-decisions.ts";
import { azurePlace, localPlace } from "./delta-place.ts";
import { columnsText, readRecord, type RecordedTable } from "./delta-record.ts";
import type { CaseResult, Suite, SuiteOptions } from "./suite.ts";

const RECORD = readRecord();

interface TableRecord {
  readonly path: string;
  readonly actions?: Readonly<Record<string, number>>;
  readonly checkpoints?: readonly string[];
  readonly expected?: string;
}

/** Tables that must be refused (README of the pack). */
const NEGATIVE =
  /versions-not-contiguous|deltalog-state-reconstruction-|deltalog-invalid-protocol-version|data_err_logs\//;

/**
 * The tables of the pack. `expected`: the content is compared, row by row as multisets. `negative`: must be refused.
 * `judged`: no expected content; what independent readers gave is compared, as a checksum. `open`: readers have not been
 * asked; it must open as a snapshot and, where its data files are there, read without an error.
 */
export const suite: Suite = { name: "delta", run };

async function* run(options: SuiteOptions): AsyncIterable<CaseResult> {
  const folder = mkdtempSync(join(tmpdir(), "boathouse-delta-"));
  const duckdb = await DuckDb.open({ timeZone: "UTC" });
  const closing: (() => Promise<void>)[] = [];
  try {
    execFileSync("tar", ["xzf", join(options.data, "tables.tar.gz"), "-C", folder]);
    const place = await (options.azure ? azurePlace(folder) : localPlace(folder));
    closing.push(() => place.close());
    const { store, remote } = place;
    const connection = await duckdb.connect();
    const context: DeltaContext = {
      connection,
      clock: systemClock,
      ids: randomIds,
      random: Math.random,
      engineInfo: "Boathouse/conformance",
      ...(remote === undefined ? {} : { remote }),
    };
    const tables = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as TableRecord[];
    for (const table of tables) {
      const expected = table.expected === undefined ? [] : expectations(join(folder, table.expected));
      if (expected.length === 0) yield await open(table, { folder, store, context });
      for (const each of expected) yield await read(table, each, { store, context });
    }
  } finally {
    await duckdb.close();
    for (const close of closing) await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

type Expectation = ReturnType<typeof expectations>[number];

interface Bench {
  /** The pack on this machine. */
  readonly folder: string;
  readonly store: ObjectStore;
  readonly context: DeltaContext;
}

async function read(
  table: TableRecord,
  expected: Expectation,
  { store, context }: Omit<Bench, "folder">,
): Promise<CaseResult> {
  const result = { id: `${table.path}${expected.name}`, group: "expected" };
  try {
    const delta = new DeltaTable(context, store, table.path);
    const snapshot = await delta.snapshot(expected.version === undefined ? {} : { version: expected.version });
    const detail = await compare(context.connection, snapshot, expected.files);
    return detail === undefined ? { ...result, outcome: "passed" } : { ...result, outcome: "wrong", detail };
  } catch (error) {
    if (!(error instanceof BoathouseError)) throw error;
    return { ...result, outcome: "refused", detail: `${error.code}: ${error.message}` };
  }
}

async function open(table: TableRecord, { folder, store, context }: Bench): Promise<CaseResult> {
  const negative = isNegative(table);
  const recorded = negative ? undefined : RECORD[table.path];
  const result = { id: table.path, group: negative ? "negative" : recorded === undefined ? "open" : "judged" };
  try {
    const snapshot = await new DeltaTable(context, store, table.path).snapshot();
    const content = await contentOfSnapshot(snapshot, context.connection);
    if (negative) return { ...result, outcome: "accepted", detail: `${content?.rows ?? 0} rows were read` };
    const detail = recorded === undefined ? undefined : differenceFrom(table.path, recorded, content);
    return detail === undefined ? { ...result, outcome: "passed" } : { ...result, outcome: "wrong", detail };
  } catch (error) {
    if (!(error instanceof BoathouseError)) throw error;
    const detail = `${error.code}: ${error.message}`;
    if (error.kind === "defect" || error.code === "DUCKDB_ERROR") return { ...result, outcome: "refused", detail };
    if (negative || recorded?.answers.length === 0) return { ...result, outcome: "passed", detail };
    const decision = DECISIONS[table.path];
    if (decision?.right === "refusal") return { ...result, outcome: "passed", detail: decision.reason };
    // A table whose data files are not in the pack has opened; that is all that can be asked.
    const opened = recorded === undefined && LOG_ONLY.has(error.code) && !isInPack(join(folder, table.path), error);
    return { ...result, outcome: opened ? "passed" : "refused", detail };
  }
}

/** Undefined of a table without columns. */
async function contentOfSnapshot(snapshot: Snapshot, connection: Connection): Promise<Content | undefined> {
  const scan = await snapshot.scan();
  const { schema } = snapshot;
  if (schema.fields.length === 0) return undefined;
  const columns = schema.fields.map((each) => quoteIdentifier(each.name)).join(", ");
  const stream = await connection.stream(`SELECT ${columns} FROM ${scan.sql()}`, { schema });
  return contentOf({ schema, batches: () => stream.batches });
}

/** How ours differs from what readers gave; where they differ, from the one that is right. */
function differenceFrom(
  path: string,
  { answers, refused }: RecordedTable,
  ours: Content | undefined,
): string | undefined {
  const decision = DECISIONS[path];
  if (decision?.right === "ours") return undefined;
  const wanted = decision === undefined ? answers : answers.filter(({ by }) => by.includes(decision.right));
  const [answer, ...others] = wanted;
  if (ours === undefined) return answer === undefined ? undefined : `no columns where ${answer.columns} are expected`;
  if (answer === undefined) return `${ours.rows} rows where readers refuse: ${Object.values(refused).join("; ")}`;
  if (others.length > 0)
    return `readers differ: ${wanted.map(({ by, rows }) => `${by.join(", ")}: ${rows} rows`).join("; ")}`;
  const columns = columnsText(ours.schema);
  if (columns !== answer.columns) return `columns ${columns} where ${answer.columns} are expected`;
  if (ours.checksum === answer.checksum) return undefined;
  return `${ours.rows} rows where ${answer.by.join(" and ")} read ${answer.rows}; ours are ${ours.lines.slice(0, 3).join(" ")}`;
}

/** A log without metadata is no table either, though the README does not name them all. */
function isNegative(table: TableRecord): boolean {
  if (NEGATIVE.test(table.path)) return true;
  const { actions, checkpoints = [] } = table;
  return actions !== undefined && "protocol" in actions && !("metaData" in actions) && checkpoints.length === 0;
}

const LOG_ONLY = new Set(["DELTA_FILE_NOT_FOUND", "DELTA_INVALID_PATH", "DELTA_FILE_NOT_LOCAL"]);

/** Is what the error misses part of the pack? Deletion vectors are left out of some tables. */
function isInPack(table: string, { details }: BoathouseError): boolean {
  const vectors = String(details["path"]).endsWith(".bin");
  const names = execFileSync(
    "find",
    [table, "-name", vectors ? "*.bin" : "*.parquet", "-not", "-path", "*/_delta_log/*"],
    {
      encoding: "utf8",
    },
  );
  return names.trim() !== "";
}

/** What differs, or undefined. */
async function compare(connection: Connection, snapshot: Snapshot, files: string): Promise<string | undefined> {
  const scan = await snapshot.scan();
  const wanted = `read_parquet(${quoteString(files)}, union_by_name = true, hive_partitioning = false)`;
  const names = (await connection.rows(`DESCRIBE SELECT * FROM ${wanted}`)).map((row) => textIn(row, "column_name"));
  const actual = snapshot.schema.fields.map((field) => field.name);
  if (names.toSorted().join() !== actual.toSorted().join()) {
    return `columns ${actual.join(", ")} where ${names.join(", ")} are expected`;
  }
  const columns = names.map(quoteIdentifier).join(", ");
  // INT96 reads as a timestamp without a zone: everything is UTC here.
  const left = `SELECT ${columns} FROM ${scan.sql()}`;
  const right = `SELECT ${columns} FROM ${wanted}`;
  const extra = await connection.rows(`SELECT * FROM (${left} EXCEPT ALL ${right}) LIMIT 3`);
  const missing = await connection.rows(`SELECT * FROM (${right} EXCEPT ALL ${left}) LIMIT 3`);
  if (extra.length === 0 && missing.length === 0) return undefined;
  const text = (value: readonly unknown[]): string =>
    JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each)).slice(0, 600);
  return `extra ${text(extra)}\nmissing ${text(missing)}`;
}

/** The expected content by version: one folder of files, or a folder for each version and one for the latest. */
function expectations(folder: string): { readonly name: string; readonly version?: number; readonly files: string }[] {
  if (!existsSync(join(folder, "latest"))) return [{ name: "", files: join(folder, "**/*.parquet") }];
  return readdirSync(folder).flatMap((name) => {
    const files = join(folder, name, "table_content.parquet");
    if (name === "latest") return [{ name: "", files }];
    return /^v\d+$/.test(name) ? [{ name: `@${name}`, version: Number(name.slice(1)), files }] : [];
  });
}
