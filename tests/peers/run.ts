/**
 * `npm run test:peers`: every Delta table that the projects write is read by an independent reader, and tables that it
 * writes are read and written by us. Ends with `N passed, N failed, N skipped`.
 */
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { sameType, simpleString, type StructType } from "../../src/core/data-type.ts";
import { messageOf } from "../../src/core/errors.ts";
import { textOf } from "../../src/core/value.ts";
import { tableSchema } from "../../src/delta/table-schema.ts";
import type { Session } from "../../src/engine/session.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { openFlagship } from "../e2e/flagship.ts";
import { addDay, openOrders } from "../e2e/orders.ts";
import { contentOf } from "./canonical.ts";
import { installDeltaRs, startDeltaRs, type DeltaRs } from "./delta-rs.ts";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const counts = { passed: 0, failed: 0 };

const python = await installDeltaRs(join(REPOSITORY, ".peers"));
if (python === undefined) {
  console.log("There is no python3 here, which delta-rs needs.\n0 passed, 0 failed, 1 skipped");
} else {
  const work = await mkdtemp(join(tmpdir(), "boathouse-peers-"));
  const peer = startDeltaRs(python);
  try {
    await projects(peer, work);
    await foreignTables(peer, work);
  } finally {
    await peer.close();
    await rm(work, { recursive: true, force: true });
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, 0 skipped`);
  if (counts.failed > 0) process.exitCode = 1;
}

async function projects(peer: DeltaRs, work: string): Promise<void> {
  const flagship = await openFlagship("sample");
  try {
    await eachTable("netflix", flagship, peer, work);
  } finally {
    await flagship.close();
  }
  const orders = await openOrders();
  try {
    await eachTable("shop", orders, peer, work);
    // A new column, a new file in a partition.
    await addDay(orders.source);
    await eachTable("shop", orders, peer, work);
  } finally {
    await orders.close();
  }
}

interface RunningProject {
  readonly lakehouse: Lakehouse;
  readonly root: string;
  run(): Promise<{ readonly status: string }>;
}

/** Runs a project and compares its tables; each Delta log in its root must belong to one of them. */
async function eachTable(catalog: string, project: RunningProject, peer: DeltaRs, work: string): Promise<void> {
  await check(`${catalog}: the run succeeds`, async () => {
    const { status } = await project.run();
    if (status !== "succeeded") throw new Error(`The run ${status}.`);
    return "";
  });
  const session = await project.lakehouse.session({ catalog });
  const listed = await (
    await session.sql(
      `SELECT table_schema, table_name FROM ${catalog}.information_schema.tables WHERE table_schema <> 'information_schema' ORDER BY ALL`,
    )
  ).rows();
  const seen = new Set<string>();
  for (const row of listed) {
    const name = `${catalog}.${textOf(row["table_schema"])}.${textOf(row["table_name"])}`;
    const [detail] = await (await session.sql(`DESCRIBE DETAIL ${name}`)).rows();
    const { storage } = await project.lakehouse.platform();
    const path = await realpath(storage.localPath(textOf(detail?.["location"])));
    seen.add(path);
    await check(name, () => compare(session, name, path, peer, work));
  }
  await check(`${catalog}: there is no other table`, async () => {
    const others = (await logsBelow(await realpath(project.root))).filter((path) => !seen.has(path));
    if (others.length > 0) throw new Error(`No name leads to ${others.join(", ")}`);
    return `${seen.size} tables`;
  });
  await session.close();
}

/** What the peer writes, we read; what we append to it, the peer reads. */
async function foreignTables(peer: DeltaRs, work: string): Promise<void> {
  const lakehouse = await Lakehouse.open({ root: join(work, "root") });
  const session = await lakehouse.session();
  for (const statement of ["CREATE CATALOG peers", "USE CATALOG peers", "CREATE SCHEMA peers.tables"]) {
    await session.sql(statement);
  }
  for (const table of ["partitioned", "nested", "plain"]) {
    const path = join(work, table);
    const name = `peers.tables.${table}`;
    await check(`delta-rs wrote ${table}`, async () => {
      await peer.write(table, path);
      await session.sql(`CREATE TABLE ${name} USING DELTA LOCATION '${pathToFileURL(path).href}'`);
      return compare(session, name, path, peer, work);
    });
    await check(`delta-rs wrote ${table}, appended to`, async () => {
      await session.sql(`INSERT INTO ${name} SELECT * FROM ${name}`);
      return compare(session, name, path, peer, work);
    });
  }
  await session.close();
  await lakehouse.close();
}

/** Throws the first difference. */
async function compare(session: Session, name: string, path: string, peer: DeltaRs, work: string): Promise<string> {
  const ours = await contentOf(await session.sql(`SELECT * FROM ${name}`));
  const rows = join(work, "rows.ndjson");
  const theirs = await peer.read(path, rows);
  const difference = schemaDifference(ours.schema, tableSchema(theirs.schema));
  if (difference !== undefined) throw new Error(difference);
  if (ours.rows !== theirs.rows || ours.checksum !== theirs.checksum) {
    const other = (await readFile(rows, "utf8")).split("\n").slice(0, -1);
    throw new Error(`delta-rs reads ${other.length} rows, we ${ours.rows}. ${firstDifference(ours.lines, other)}`);
  }
  return `version ${theirs.version}, ${ours.rows} rows, ${ours.schema.fields.length} columns, ${ours.checksum.slice(0, 8)}`;
}

function schemaDifference(ours: StructType, theirs: StructType): string | undefined {
  const show = (schema: StructType): string =>
    schema.fields.map((each) => `${each.name} ${simpleString(each.type)}`).join(", ");
  const same =
    ours.fields.length === theirs.fields.length &&
    ours.fields.every((each, index) => {
      const other = theirs.fields[index];
      return other !== undefined && each.name === other.name && sameType(each.type, other.type);
    });
  return same ? undefined : `We see the columns ${show(ours)}; delta-rs ${show(theirs)}`;
}

function firstDifference(ours: readonly string[], theirs: readonly string[]): string {
  const [own, other] = [ours.toSorted(), theirs.toSorted()];
  const at = own.findIndex((line, index) => line !== other[index]);
  const index = at < 0 ? own.length : at;
  return `The first difference: ours ${own[index] ?? "(none)"}, theirs ${other[index] ?? "(none)"}`;
}

async function check(what: string, work: () => Promise<string>): Promise<void> {
  try {
    console.log(`ok   ${what}  ${await work()}`);
    counts.passed += 1;
  } catch (error) {
    console.log(`FAIL ${what}  ${messageOf(error)}`);
    counts.failed += 1;
  }
}

/** Folders of tables: those that hold a Delta log. */
async function logsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name === "_delta_log")
    .map((entry) => dirname(join(entry.parentPath, entry.name)));
}
