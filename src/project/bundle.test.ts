import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ErrorOptions } from "../core/errors.ts";
import { bundleFromValue, loadBundle } from "./bundle-file.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bundle-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const main = `bundle:
  name: shop
include:
  - resources/*.yml
variables:
  catalog:
    default: main
  size:
    default: 3
resources:
  jobs:
    daily:
      name: "[\${bundle.target}] daily"
      max_concurrent_runs: \${var.size}
      tasks:
        - task_key: load
          pipeline_task:
            pipeline_id: \${resources.pipelines.bronze.id}
        - task_key: check
targets:
  dev:
    default: true
  prod:
    variables:
      catalog: prod
    resources:
      jobs:
        daily:
          tasks:
            - task_key: check
              timeout_seconds: 5
`;

const pipelines = `resources:
  pipelines:
    bronze:
      catalog: \${var.catalog}
      configuration:
        source: \${raw}/orders
`;

async function load(
  text = main,
  options: { target?: string; variables?: Record<string, string> } = {},
): ReturnType<typeof loadBundle> {
  await writeFile(join(folder, "databricks.yml"), text);
  await writeFile(join(folder, "pipelines.yml"), pipelines);
  const file = text.replace("resources/*.yml", "pipelines.yml");
  await writeFile(join(folder, "databricks.yml"), file);
  return loadBundle(join(folder, "databricks.yml"), { user: "ada@example.com", ...options });
}

describe("a bundle", () => {
  it("resolves includes, variables, the target and references between resources", async () => {
    const bundle = await load();
    expect(bundle.target).toBe("dev");
    const { settings } = bundle.resources.jobs["daily"] ?? {};
    expect(settings).toMatchObject({ name: "[dev] daily", max_concurrent_runs: 3 });
    expect(settings).toHaveProperty(["tasks", 0, "pipeline_task", "pipeline_id"], "bronze");
    expect(bundle.resources.pipelines["bronze"]?.settings).toMatchObject({
      catalog: "main",
      configuration: { source: "${raw}/orders" },
    });
  });

  it("lays the target's settings over the others, tasks by their key", async () => {
    const bundle = await load(main, { target: "prod" });
    expect(bundle.resources.jobs["daily"]?.settings["tasks"]).toMatchObject([
      { task_key: "load" },
      { task_key: "check", timeout_seconds: 5 },
    ]);
    expect(bundle.resources.pipelines["bronze"]?.settings["catalog"]).toBe("prod");
  });

  it("takes variables from the command line before all others", async () => {
    const bundle = await load(main, { target: "prod", variables: { catalog: "mine" } });
    expect(bundle.variables["catalog"]).toBe("mine");
    await expect(load(main, { variables: { catalogue: "x" } })).rejects.toMatchObject({
      hint: 'Did you mean "catalog"?',
    });
  });

  it("knows in which file and line a part of a resource stands", async () => {
    const bundle = await load(main, { target: "prod" });
    expect(bundle.resources.pipelines["bronze"]?.locate(["catalog"])).toMatchObject({ line: 4, column: 16 });
  });

  it.each([
    [
      "an unknown property",
      main.replace("variables:", "variabels:"),
      { code: "BUNDLE_INVALID", hint: 'Did you mean "variables"?' },
    ],
    [
      "an unknown kind of resource",
      main.replace("  jobs:", "  job:"),
      { code: "BUNDLE_INVALID", hint: 'Did you mean "jobs"?' },
    ],
    [
      "an unknown variable",
      main.replace("var.size", "var.sise"),
      { code: "BUNDLE_UNKNOWN_REFERENCE", hint: 'Did you mean "var.size"?' },
    ],
    ["an include that matches nothing", main.replace("resources/*", "nothing/*"), { code: "BUNDLE_INVALID" }],
  ] satisfies [string, string, ErrorOptions & { code: string }][])(
    "is refused for %s, at its place",
    async (_, text, expected) => {
      await expect(load(text)).rejects.toMatchObject({ ...expected, location: { line: expect.any(Number) as number } });
    },
  );

  it("refuses a target that it has not, and variables that go round in a circle", async () => {
    await expect(load(main, { target: "prd" })).rejects.toMatchObject({ code: "TARGET_NOT_FOUND", kind: "usage" });
    const circular = { variables: { a: { default: "${var.b}" }, b: { default: "${var.a}" } } };
    expect(() => bundleFromValue(circular, folder, { user: "ada" })).toThrow(
      expect.objectContaining({ code: "BUNDLE_CIRCULAR_REFERENCE" }) as Error,
    );
  });
});
