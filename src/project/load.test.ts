import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadProject } from "./load.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "boathouse-load-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const load = (variables?: Record<string, string>): ReturnType<typeof loadProject> =>
  loadProject(folder, { user: "ada", ...(variables === undefined ? {} : { variables }) });

describe("a project", () => {
  it("is found by its factory's folders, its bundle or its config", async () => {
    await expect(load()).rejects.toMatchObject({ code: "PROJECT_NOT_FOUND", kind: "usage" });
    for (const kind of ["pipeline", "dataset"]) await mkdir(join(folder, "adf", kind), { recursive: true });
    await expect(load()).resolves.toMatchObject({ factory: { folder: join(folder, "adf") }, bundle: undefined });
    await writeFile(join(folder, "databricks.yml"), "bundle:\n  name: shop\n");
    await expect(load()).resolves.toMatchObject({ name: "shop", bundle: { name: "shop" } });
    await writeFile(join(folder, "boathouse.yml"), "name: other\n");
    await expect(load()).resolves.toMatchObject({ name: "other" });
  });

  it("is written in TypeScript too", async () => {
    await writeFile(join(folder, "name.ts"), 'export const name: string = "typed";');
    await writeFile(
      join(folder, "boathouse.config.ts"),
      'import { defineProject } from "boathouse";\nimport { name } from "./name.ts";\nexport default defineProject({ name });',
    );
    await expect(load()).resolves.toMatchObject({ name: "typed" });
  });

  it.each([
    ["an unknown setting", "mian: { job: x }", 1, 'Did you mean "main"?'],
    ["an unknown setting inside", "main:\n  jb: x", 2, 'Did you mean "job"?'],
    ["two main runs", "main: { job: a, pipeline: b }", 1, undefined],
    ["members that are no list", "groups:\n  a: b", 2, undefined],
    ["a binding that is no text", "bindings:\n  https://x.example: 3", 2, undefined],
    ["a query without a title", "report:\n  - sql: SELECT 1", 2, undefined],
    ["options without code", "options: {}", 1, "Declare them in a boathouse.config.ts."],
  ])("is refused for %s, at its place", async (_, text, line, hint) => {
    await writeFile(join(folder, "boathouse.yml"), text);
    await expect(load()).rejects.toMatchObject({ code: "PROJECT_CONFIG_INVALID", location: { line }, hint });
  });

  it.each([
    ["does not parse", "export default {\n  name: 'x',\n", 3],
    ["throws", "const a = undefined;\n\nexport default { name: a.b };", 3],
    ["imports what is not there", "\nimport { x } from './nothing.ts';\nexport default { name: x };", 2],
  ])("says where a config stands that %s", async (_, text, line) => {
    await writeFile(join(folder, "boathouse.config.ts"), text);
    await expect(load()).rejects.toMatchObject({ code: "PROJECT_CONFIG_INVALID", location: { line }, source: text });
  });

  it("refuses variables that nobody declares", async () => {
    await writeFile(join(folder, "boathouse.yml"), "name: x\n");
    await expect(load({ day: "1" })).rejects.toMatchObject({ code: "VARIABLE_NOT_FOUND", kind: "usage" });
  });
});
