import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli, lines } from "./cli.fixture.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "boathouse-cli-"));
  await cli(["init", "native", "shop"], { cwd });
});
afterAll(async () => {
  await rm(cwd, { recursive: true, force: true });
});

const silver = (): string => join(cwd, "shop/silver/orders.sql");

describe("a project that was started with init", () => {
  it("does not overwrite a folder that holds something", async () => {
    expect(await cli(["init", "native", "shop"], { cwd })).toMatchObject({ code: 2, out: "" });
  });

  it("shows the line of the user's file that failed, and exits with 1", async () => {
    const text = await readFile(silver(), "utf8");
    await writeFile(silver(), text.replace("upper(", "uper("));
    const { code, err } = await cli(["run", "shop"], { cwd });
    await writeFile(silver(), text);
    expect(code).toBe(1);
    expect(err).toMatch(/✗ pl_orders › RunJob › silver/);
    expect(err).toMatch(/silver\/orders\.sql:21:5/);
    expect(err).toContain("^^^^");
    expect(err).toContain('Did you mean "upper"?');
  });

  it("repairs the job from its failed task on", async () => {
    const { code, out } = await cli(["job", "repair"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/bronze +succeeded before/);
    expect(out).toMatch(/gold +succeeded/);
    const listed = lines(await cli(["job", "list", "orders", "--json"], { cwd }));
    expect(listed).toMatchObject([{ status: "succeeded" }, { status: "failed" }]);
  });

  it("ends a run with its tables, its report and what to type next", async () => {
    const { code, out, err } = await cli(["run", "shop"], { cwd });
    expect(code).toBe(0);
    expect(out).toMatch(/shop\.bronze\.orders +streaming table +6 +1/);
    expect(out).toMatch(/Revenue\ncountry +revenue/);
    expect(out).toContain('boathouse sql "SELECT * FROM shop.gold.revenue LIMIT 10" --root shop/.boathouse');
    expect(err).toContain("up to date");
  });

  it("tells a run as JSON events of every level", async () => {
    const events = lines(await cli(["run", "shop", "--json"], { cwd }));
    for (const kind of ["factory", "job", "pipeline"]) {
      expect(events).toContainEqual(expect.objectContaining({ type: "run.finished", kind, status: "succeeded" }));
    }
    expect(events).toContainEqual(expect.objectContaining({ type: "report.tables" }));
    expect(events.at(-1)).toMatchObject({ type: "report.end" });
  });

  it("is found from its own folder and from the one around it", async () => {
    const query = ["sql", "SELECT count(*) AS n FROM shop.silver.orders", "--json"];
    for (const place of [cwd, join(cwd, "shop"), join(cwd, "shop/silver")]) {
      expect(lines(await cli(query, { cwd: place }))).toEqual([{ n: 5 }]);
    }
    expect(existsSync(join(cwd, ".boathouse"))).toBe(false);
  });

  it("shows what an update would do, and what happened", async () => {
    const plan = lines(await cli(["pipeline", "plan", "gold", "--full-refresh", "--json"], { cwd }));
    expect(plan).toMatchObject([{ step: 1, dataset: "shop.gold.revenue", refresh: "full" }]);
    const events = lines(await cli(["pipeline", "events", "gold", "--json"], { cwd }));
    expect(events).toContainEqual(expect.objectContaining({ event_type: "flow_progress" }));
    const run = lines(await cli(["pipeline", "run", "gold", "--full-refresh-only", "revenue", "--json"], { cwd }));
    expect(run.at(-1)).toMatchObject({ type: "pipeline.flow", flow: "revenue", rows: 2, dropped: 1 });
  });

  it("runs factory pipelines with outputs that are given instead of activities", async () => {
    const argv = ["factory", "run", "pl_orders", "--mock", 'RunJob={"runId": "1"}', "--json"];
    const run = lines(await cli(argv, { cwd })).at(-1);
    expect(run).toMatchObject({ type: "factory.run", status: "Succeeded" });
    const wrong = await cli(["factory", "run", "pl_order"], { cwd });
    expect(wrong.err).toContain('Did you mean "pl_orders"?');
  });

  it("points at what is wrong in the factory's files", async () => {
    const file = join(cwd, "shop/factory/pipeline/pl_orders.json");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace('"ForEach"', '"ForEech"'));
    const { code, out } = await cli(["factory", "validate"], { cwd });
    await writeFile(file, text);
    expect(code).toBe(1);
    expect(out).toMatch(/pl_orders\.json:\d+:\d+/);
    expect(out).toContain('Did you mean "ForEach"?');
    expect(await cli(["factory", "validate"], { cwd })).toMatchObject({ code: 0, out: "" });
  });

  it("browses the catalog", async () => {
    const tree = await cli(["catalog"], { cwd });
    expect(tree.out).toMatch(/^shop {2}.*\n.*bronze/m);
    expect(tree.out).toMatch(/ {4}orders +streaming table .* 6 rows/);
    const lineage = lines(
      await cli(["catalog", "lineage", "shop.gold.revenue", "--column", "revenue", "--json"], { cwd }),
    );
    expect(lineage[0]).toMatchObject({ from: "shop.silver.orders.amount", to: "shop.gold.revenue.revenue" });
    const unknown = await cli(["catalog", "tree", "shop.golt"], { cwd });
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.err).toContain('Did you mean "gold"?');
  });

  it("is stopped gracefully by an interruption, with 130", async () => {
    const main = new URL("main.ts", import.meta.url).pathname;
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), main, "run", "shop"], {
      cwd,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let told = "";
    child.stderr.on("data", (chunk: Buffer) => {
      if (told === "") child.kill("SIGINT");
      told += chunk.toString();
    });
    const [code] = (await once(child, "close")) as [number];
    expect({ code, told }).toEqual({ code: 130, told: expect.stringContaining("Interrupted: ") as string });
    const listed = lines(await cli(["job", "list", "orders", "--json"], { cwd }));
    expect(listed).not.toContainEqual(expect.objectContaining({ status: "interrupted" }));
  });

  it("is found to be in order by the doctor", async () => {
    const result = await cli(["doctor", "--json"], { cwd });
    expect(result.code).toBe(0);
    expect(lines(result)).toContainEqual(expect.objectContaining({ name: "Project", status: "ok" }));
  });

  it("prints its artefacts", async () => {
    const files = lines(await cli(["synth", "shop", "--out", "copy", "--json"], { cwd }));
    expect(files).toContainEqual(expect.objectContaining({ path: "databricks.yml" }));
    expect(await readFile(join(cwd, "copy/silver/orders.sql"), "utf8")).toBe(await readFile(silver(), "utf8"));
    await rm(join(cwd, "copy"), { recursive: true });
  });
});
