/**
 * `npm run test:peers [-- --filter REGEX] [--without-spark]`: Delta tables of ours before independent judges, delta-rs and
 * Spark with delta-spark. Every table that the projects write is read by delta-rs; every writer feature is in the matrix
 * of `matrix/`. Ends with `N passed, N failed, N skipped`.
 */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { installDeltaRs, startDeltaRs } from "./delta-rs.ts";
import { installDeltaSpark, startDeltaSpark } from "./delta-spark.ts";
import { MATRIX } from "./matrix/all.ts";
import { checkMatrix } from "./matrix/run.ts";
import { checkForeignTables, checkProjects } from "./projects.ts";
import { Report } from "./report.ts";

const PEERS = join(resolve(import.meta.dirname, "../.."), ".peers");
const { values } = parseArgs({
  options: { filter: { type: "string" }, "without-spark": { type: "boolean", default: false } },
});
const report = new Report(values.filter === undefined ? undefined : new RegExp(values.filter));

const python = await installDeltaRs(PEERS);
if (python === undefined) {
  report.skip("delta-rs and Spark", "There is no python3 here, which they need.");
} else {
  const work = await realpath(await mkdtemp(join(tmpdir(), "boathouse-peers-")));
  const deltaRs = startDeltaRs(python);
  try {
    await checkProjects(report, deltaRs, work);
    await checkForeignTables(report, deltaRs, work);
    const place = values["without-spark"] ? undefined : await installDeltaSpark(PEERS);
    if (place !== undefined) {
      const spark = await startDeltaSpark(place);
      try {
        await checkMatrix(report, MATRIX, { spark, deltaRs, work });
      } finally {
        await spark.close();
      }
    } else if (!values["without-spark"]) {
      report.skip("the matrix", "There is no java here, which Spark needs.");
    }
  } finally {
    await deltaRs.close();
    await rm(work, { recursive: true, force: true });
  }
}
if (!report.end()) process.exitCode = 1;
