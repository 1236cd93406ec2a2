import { readdir, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { textOf } from "../../src/core/value.ts";
import type { Session } from "../../src/engine/session.ts";
import { Lakehouse } from "../../src/project/lakehouse.ts";
import { openFlagship } from "../e2e/flagship.ts";
import { addDay, openOrders } from "../e2e/orders.ts";
import { contentOf } from "./canonical.ts";
import { compareContent } from "./compare.ts";
import type { DeltaRs } from "./delta-rs.ts";
import type { Reader } from "./reader.ts";
import type { Report } from "./report.ts";

/** Every Delta table that the projects of this repository write. */
export async function checkProjects(report: Report, peer: Reader, work: string): Promise<void> {
  if (report.wants("netflix")) {
    const flagship = await openFlagship("sample");
    try {
      await eachTable("netflix", flagship, { report, peer, work });
    } finally {
      await flagship.close();
    }
  }
  if (!report.wants("shop")) return;
  const orders = await openOrders();
  try {
    await eachTable("shop", orders, { report, peer, work });
    // A new column, a new file in a partition.
    await addDay(orders.source);
    await eachTable("shop", orders, { report, peer, work });
  } finally {
    await orders.close();
  }
}

interface RunningProject {
  readonly lakehouse: Lakehouse;
  readonly root: string;
  run(): Promise<{ readonly status: string }>;
}

interface Judging {
  readonly report: Report;
  readonly peer: Reader;
  readonly work: string;
}

/** Runs a project and compares its tables; each Delta log in its root must belong to one of them. */
async function eachTable(catalog: string, project: RunningProject, judging: Judging): Promise<void> {
  const { report } = judging;
  await report.check(`${catalog}: the run succeeds`, async () => {
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
    await report.check(name, () => compare(session, name, path, judging));
  }
  await report.check(`${catalog}: there is no other table`, async () => {
    const others = (await logsBelow(await realpath(project.root))).filter((path) => !seen.has(path));
    if (others.length > 0) throw new Error(`No name leads to ${others.join(", ")}`);
    return `${seen.size} tables`;
  });
  await session.close();
}

/** What delta-rs writes, we read; what we append to it, delta-rs reads. */
export async function checkForeignTables(report: Report, peer: DeltaRs, work: string): Promise<void> {
  const lakehouse = await Lakehouse.open({ root: join(work, "foreign") });
  const session = await lakehouse.session();
  for (const statement of ["CREATE CATALOG peers", "USE CATALOG peers", "CREATE SCHEMA peers.tables"]) {
    await session.sql(statement);
  }
  for (const table of ["partitioned", "nested", "plain"]) {
    const path = join(work, table);
    const name = `peers.tables.${table}`;
    await report.check(`delta-rs wrote ${table}`, async () => {
      await peer.write(table, path);
      await session.sql(`CREATE TABLE ${name} USING DELTA LOCATION '${pathToFileURL(path).href}'`);
      const read = await compare(session, name, path, { report, peer, work });
      await session.sql(`INSERT INTO ${name} SELECT * FROM ${name}`);
      return `${read}; appended to: ${await compare(session, name, path, { report, peer, work })}`;
    });
  }
  await session.close();
  await lakehouse.close();
}

async function compare(session: Session, name: string, path: string, { peer, work }: Judging): Promise<string> {
  const ours = await contentOf(await session.sql(`SELECT * FROM ${name}`));
  const rows = join(work, "rows.ndjson");
  await compareContent(ours, await peer.read(path, rows), peer.name, rows);
  return `${ours.rows} rows, ${ours.schema.fields.length} columns, ${ours.checksum.slice(0, 8)}`;
}

/** Folders of tables: those that hold a Delta log. */
async function logsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name === "_delta_log")
    .map((entry) => dirname(join(entry.parentPath, entry.name)));
}
