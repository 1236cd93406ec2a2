import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { systemClock } from "../core/clock.ts";
import { openState } from "../state/state.ts";
import { testVocabulary } from "./kernel.fixture.ts";
import { runMigrations } from "./migrations.ts";
import { Runner } from "./runner.ts";

it("a run whose process is killed goes on in the next one at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "boathouse-crash-"));
  const database = join(folder, "state.db");
  const done = join(folder, "done.txt");
  await writeFile(done, "");
  const script = join(folder, "run.mts");
  const from = (name: string): string => JSON.stringify(pathToFileURL(join(import.meta.dirname, name)).href);
  await writeFile(
    script,
    `import { appendFileSync } from "node:fs";
    import { openState } from ${from("../state/state.ts")};
    import { graph, node, testVocabulary } from ${from("kernel.fixture.ts")};
    import { runMigrations } from ${from("migrations.ts")};
    import { Runner } from ${from("runner.ts")};
    const state = await openState({ path: ${JSON.stringify(database)}, migrations: runMigrations });
    const work = async (context) => {
      await new Promise((resolve) => setTimeout(resolve, context.node.id === "C" ? 60000 : 1));
      appendFileSync(${JSON.stringify(done)}, context.identity.split("/")[1] + "\\n");
      return null;
    };
    const runner = new Runner({ state, kind: "test", vocabulary: testVocabulary, handlers: new Map([["work", work]]) });
    const handle = await runner.start({ name: "x", plan: { graph: graph(node("A"), node("B", ["A"]), node("C", ["B"]), node("D", ["C"])) },
      onEvent: (event) => { if (event.type === "node.started" && event.node === "C") process.stdout.write("C"); } });
    await handle.finished;`,
  );
  const child = spawn(process.execPath, ["--import", "tsx", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");

  const state = await openState({ path: database, migrations: runMigrations });
  const runner = new Runner({
    state,
    kind: "test",
    vocabulary: testVocabulary,
    handlers: new Map([
      [
        "work",
        async (context) => {
          await appendFile(done, `${context.node.id}\n`);
          return null;
        },
      ],
    ]),
    clock: systemClock,
  });
  const [interrupted] = await runner.interrupted();
  const outcome = await (await runner.resume(interrupted?.id ?? "")).finished;
  expect(outcome.status).toBe("succeeded");
  expect(await readFile(done, "utf8")).toBe("A\nB\nC\nD\n");
  expect(outcome.state.nodes.get("C")).toMatchObject({ attempt: 2, retries: 0 });
  await state.close();
  await rm(folder, { recursive: true, force: true });
});
