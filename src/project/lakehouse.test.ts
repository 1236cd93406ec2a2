import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../core/value.ts";
import { Lakehouse } from "./lakehouse.ts";
import { loadProject } from "./load.ts";
import { runMain } from "./run-main.ts";
import type { ShownEvent } from "./run-event.ts";
import { synthesize, type Artefact } from "./synth.ts";
import { tableCounts } from "./table-counts.ts";
import { templateFiles } from "./template-files.ts";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "boathouse-project-"));
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});

async function put(folder: string, files: readonly Artefact[]): Promise<string> {
  for (const { path, text } of files) {
    await mkdir(dirname(join(home, folder, path)), { recursive: true });
    await writeFile(join(home, folder, path), text);
  }
  return join(home, folder);
}

async function run(folder: string, watch?: (event: ShownEvent) => void): Promise<Record<string, readonly Row[]>> {
  const lakehouse = await Lakehouse.open({ project: folder, user: "ada" });
  if (watch !== undefined) lakehouse.observe(watch);
  try {
    const outcome = await runMain(lakehouse, { parameters: {} });
    expect(outcome.error).toBeUndefined();
    const session = await lakehouse.session();
    const tables: Record<string, readonly Row[]> = {};
    for (const { name } of await tableCounts(lakehouse)) {
      tables[name] = await (await session.sql(`SELECT * FROM ${name} ORDER BY ALL`)).rows();
    }
    return tables;
  } finally {
    await lakehouse.close();
  }
}

describe("a lakehouse", () => {
  it("finds bound containers without the project that has bound them", async () => {
    const folder = await put("bound", [
      { path: "boathouse.yml", text: "bindings:\n  abfss://raw@lake.dfs.core.windows.net: elsewhere\n" },
      { path: "databricks.yml", text: "bundle:\n  name: bound\n" },
    ]);
    const url = "abfss://raw@lake.dfs.core.windows.net/x";
    const withProject = await Lakehouse.open({ project: folder, user: "ada" });
    expect((await withProject.platform()).storage.localPath(url)).toBe(join(folder, "elsewhere/x"));
    await withProject.close();
    const without = await Lakehouse.open({ root: join(folder, ".boathouse"), user: "ada" });
    expect((await without.platform()).storage.localPath(url)).toBe(join(folder, "elsewhere/x"));
    await without.close();
  });
});

describe("a project", () => {
  it("makes the same tables in TypeScript and as the native artefacts that it is printed as", async () => {
    const events: ShownEvent[] = [];
    const typescript = await put("typescript", templateFiles("typescript"));
    const tables = await run(typescript, (event) => events.push(event));
    expect(tables["shop.gold.revenue"]).toEqual([
      { country: "DE", orders: 2n, revenue: "139.90" },
      { country: "FR", orders: 2n, revenue: "47.50" },
    ]);
    const project = await loadProject(typescript, { user: "ada" });
    const { artefacts, codeOnly } = await synthesize(project);
    expect(codeOnly).toEqual([]);
    expect(artefacts.map((each) => each.path)).toEqual([
      "boathouse.yml",
      "bronze/orders.sql",
      "databricks.yml",
      "factory/dataset/ds_raw.json",
      "factory/dataset/ds_shop.json",
      "factory/factory/orders.json",
      "factory/linkedService/ls_databricks.json",
      "factory/linkedService/ls_lake.json",
      "factory/linkedService/ls_shop.json",
      "factory/pipeline/pl_orders.json",
      "gold/revenue.sql",
      "silver/orders.sql",
    ]);
    const elsewhere = await synthesize(project, { out: join(home, "native") });
    const native = await put("native", elsewhere.artefacts);
    expect(await run(native)).toEqual(tables);
    const again = await synthesize(await loadProject(native, { user: "ada" }));
    expect(again.artefacts).toEqual(elsewhere.artefacts);
    linked(events);
  });

  it("runs again without anything new, and only what is new", async () => {
    const folder = join(home, "native");
    const versions = async (): Promise<unknown> => {
      const lakehouse = await Lakehouse.open({ project: folder, user: "ada" });
      try {
        return (await tableCounts(lakehouse)).map(({ name, rows, version }) => ({ name, rows, version }));
      } finally {
        await lakehouse.close();
      }
    };
    const before = await versions();
    await run(folder);
    expect(await versions()).toEqual(before);
  });
});

/** Every nested run says which node of which run has started it. */
function linked(events: readonly ShownEvent[]): void {
  const kinds = new Map(events.map((event) => [event.run, event.kind]));
  const parents = new Map(events.map((event) => [event.run, event.parent]));
  expect([...kinds.values()].toSorted()).toEqual(["factory", "job", "pipeline", "pipeline"]);
  for (const [run, parent] of parents) {
    if (kinds.get(run) === "factory") expect(parent).toBeNull();
    else expect(kinds.get(parent?.run ?? "")).toBe(kinds.get(run) === "job" ? "factory" : "job");
  }
  expect(events.filter((event) => event.type === "run.finished").map((event) => event["status"])).toEqual(
    Array.from({ length: 4 }, () => "succeeded"),
  );
}
