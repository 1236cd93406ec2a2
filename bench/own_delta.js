/**
 * A change of a Delta table by Boathouse as it is built, measured alone: start-up and imports are left out, as
 * `peer_delta.py` leaves them out of its peers.
 *
 * Arguments: upsert | optimize, the table's folder, the Parquet file of new rows. Writes {"seconds": of the change, "peakMemory":
 * bytes of the process} to standard output.
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Lakehouse } from "../dist/boathouse.js";

const [work, table = "", rows = ""] = process.argv.slice(2);
const statement =
  work === "optimize"
    ? "OPTIMIZE t"
    : `MERGE INTO t USING parquet.\`${pathToFileURL(rows).href}\` s ON t.id = s.id
       WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *`;

const root = await mkdtemp(join(tmpdir(), "boathouse-bench-"));
const lakehouse = await Lakehouse.open({ root });
const session = await lakehouse.session();
for (const text of ["CREATE CATALOG bench", "USE CATALOG bench", "CREATE SCHEMA s", "USE SCHEMA s"]) {
  await session.sql(text);
}
await session.sql(`CREATE TABLE t USING DELTA LOCATION '${pathToFileURL(table).href}'`);
// The first query pays for the start of much, and is not the one to measure.
await (await session.sql("SELECT count(*) FROM t WHERE id < 10")).rows();
const started = performance.now();
await (await session.sql(statement)).rows();
const seconds = (performance.now() - started) / 1000;
// What the system says of a process's own memory since it began; `resourceUsage` counts that of who started it too.
const status = existsSync("/proc/self/status") ? readFileSync("/proc/self/status", "utf8") : "";
const peakMemory = Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? process.resourceUsage().maxRSS) * 1024;
console.log(JSON.stringify({ seconds, peakMemory }));
await session.close();
await lakehouse.close();
await rm(root, { recursive: true });
