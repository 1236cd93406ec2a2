import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { canRun } from "../peers/python.ts";
import { queriesIn, type TpcQuery } from "./queries.ts";

/** What Spark publishes of its own tests. */
const ARTIFACT = "org.apache.spark:spark-sql_2.13:4.1.1:jar:tests";
const FOLDER = "tpcds";

/**
 * The 99 queries of TPC-DS as Spark's tests have them (four of them in two parts), taken into `folder` when they are not
 * there: the project holds none of them. A reason, where something is missing that this needs.
 */
export async function publishedQueries(folder: string, python: string): Promise<readonly TpcQuery[] | string> {
  const queries = join(folder, FOLDER);
  if (!existsSync(queries)) {
    if (!canRun("mvn", "--version"))
      return "There is no mvn here, which takes the queries of TPC-DS from Maven Central.";
    console.log(`Copying ${FOLDER} of ${ARTIFACT} into ${folder}`);
    const copied = join(folder, "copied");
    await mkdir(copied, { recursive: true });
    const maven = ["-q", "-B", "dependency:copy", `-Dartifact=${ARTIFACT}`, `-DoutputDirectory=${copied}`];
    if (!succeeds("mvn", maven, folder) || !succeeds(python, ["-c", UNPACK, copied, FOLDER], folder)) {
      return `${ARTIFACT} could not be copied from Maven Central.`;
    }
    await rename(join(copied, FOLDER), queries);
    await rm(copied, { recursive: true });
  }
  return queriesIn(queries);
}

const UNPACK = `
import glob, sys, zipfile
copied, folder = sys.argv[1:]
with zipfile.ZipFile(glob.glob(copied + "/*.jar")[0]) as jar:
    jar.extractall(copied, [each for each in jar.namelist() if each.startswith(folder + "/")])
`;

function succeeds(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}
