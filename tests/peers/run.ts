/**
 * `npm run test:peers [-- --filter REGEX] [--without-spark]`: Delta tables of ours before independent judges, delta-rs and
 * Spark with delta-spark. Every table that the projects write is read by delta-rs; every writer feature is in the matrix
 * of `matrix/`, and random tables (`--seed N`, `--runs N`) come after it. `--record` asks them for the tables of the conformance pack instead, and writes down what they say. Ends
 * with `N passed, N failed, N skipped`.
 */
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { installDeltaRs, startDeltaRs } from "./delta-rs.ts";
import { installDeltaSpark, startDeltaSpark } from "./delta-spark.ts";
import { MATRIX } from "./matrix/all.ts";
import { checkMatrix } from "./matrix/run.ts";
import { randomCases } from "./matrix/random.ts";
import { checkForeignTables, checkProjects } from "./projects.ts";
import { recordPack } from "./record.ts";
import { Report } from "./report.ts";

const REPOSITORY = resolve(import.meta.dirname, "../..");
const PEERS = join(REPOSITORY, ".peers");
const PACK = resolve(REPOSITORY, "../shared/conformance/delta/tables.tar.gz");
const { values } = parseArgs({
  options: {
    filter: { type: "string" },
    "without-spark": { type: "boolean", default: false },
    record: { type: "boolean", default: false },
    seed: { type: "string", default: "1" },
    runs: { type: "string", default: "6" },
  },
});
const report = new Report(values.filter === undefined ? undefined : new RegExp(values.filter));

const python = await installDeltaRs(PEERS);
if (python === undefined) {
  report.skip("delta-rs and Spark", "There is no python3 here, which they need.");
} else {
  const work = await realpath(await mkdtemp(join(tmpdir(), "boathouse-peers-")));
  const deltaRs = startDeltaRs(python);
  try {
    if (!values.record) {
      await checkProjects(report, deltaRs, work);
      await checkForeignTables(report, deltaRs, work);
    }
    const place = values["without-spark"] ? undefined : await installDeltaSpark(PEERS);
    if (place !== undefined) {
      const spark = await startDeltaSpark(place);
      try {
        if (values.record) await recordPack(report, PACK, [spark, deltaRs], work);
        else {
          const random = randomCases(Number(values.seed), Number(values.runs));
          await checkMatrix(report, [...MATRIX, ...random], { spark, deltaRs, work });
        }
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
