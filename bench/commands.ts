import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Benchmark } from "./benchmark.ts";
import { inTurn, ratioLine, timed } from "./measure.ts";

const REPOSITORY = resolve(import.meta.dirname, "..");
const COMMAND = join(REPOSITORY, "bin/boathouse");

/** The built command, against what any program of Node costs, and any that loads DuckDB. */
export const startup: Benchmark = {
  name: "startup",
  description: "the command, built; the peers are an empty program of Node and one that asks DuckDB the same",
  async *run({ pairs }) {
    if (!existsSync(join(REPOSITORY, "dist/cli/main.js"))) {
      yield "  not built: npm run build";
      return;
    }
    const root = await mkdtemp(join(tmpdir(), "boathouse-bench-"));
    try {
      const statement = ["sql", "SELECT 1", "--root", root];
      await run([COMMAND, ...statement]);
      const duckDb = `const { DuckDBInstance } = await import("@duckdb/node-api");
        const connection = await (await DuckDBInstance.create(":memory:")).connect(); await connection.runAndReadAll("SELECT 1");`;
      for (const [what, ours, peer] of [
        ["boathouse --help", ["--help"], ["-e", ""]],
        ["boathouse sql 'SELECT 1'", statement, ["--input-type=module", "-e", duckDb]],
      ] as const) {
        const { ours: own, theirs } = await inTurn(
          Math.max(5, pairs),
          () => timed(() => run([COMMAND, ...ours])),
          () => timed(() => run(peer)),
        );
        yield ratioLine(what, own, theirs, "seconds");
      }
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  },
};

async function run(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: REPOSITORY, stdio: "ignore" });
  const code = await new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("close", done);
  });
  if (code !== 0) throw new Error(`${args.join(" ")} ended with the exit code ${code}.`);
}
