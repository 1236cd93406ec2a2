import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { referencePages } from "../scripts/docs/pages.ts";
import { STATEMENTS } from "../scripts/docs/statements.ts";
import { referenceProblem, REFERENCES } from "../src/jobs/reference.ts";
import type { Statement } from "../src/sql/ast/statement.ts";
import { parseStatement } from "../src/sql/parser/parse.ts";

const DOCS = fileURLToPath(new URL("../docs/", import.meta.url));
const pages = referencePages();

describe("docs/reference", () => {
  test.each([...pages])("%s is what the code says", (name, text) => {
    const committed = readdirSync(join(DOCS, "reference")).includes(name)
      ? readFileSync(join(DOCS, "reference", name), "utf8")
      : "";
    expect(committed === text, `docs/reference/${name} is out of date: run \`npm run docs\``).toBe(true);
  });

  test("has no pages that nothing makes", () => {
    expect(readdirSync(join(DOCS, "reference")).toSorted()).toEqual([...pages.keys()].toSorted());
  });

  test("is made without loading DuckDB", async () => {
    const script = `
      const { referencePages } = await import("./scripts/docs/pages.ts");
      const pages = referencePages().size;
      console.log(JSON.stringify({ pages, libraries: process.report.getReport().sharedObjects }));
    `;
    const args = ["--import", "tsx", "--input-type=module", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: join(DOCS, "..") });
    const { libraries, ...made } = JSON.parse(stdout) as { pages: number; libraries: string[] };
    expect(made.pages).toBe(pages.size);
    expect(libraries.filter((file) => /duckdb/i.test(file))).toEqual([]);
  });

  test.each(Object.entries(STATEMENTS))("the example of %s is such a statement", (kind, { area, example }) => {
    expect(kindOf(example, area === "Scripting")).toBe(kind);
  });

  test("every reference of jobs is one", () => {
    const world = { parameters: ["<name>"], tasks: ["<task>"], upstream: new Set(["<task>"]), inLoop: true };
    for (const each of REFERENCES) expect(referenceProblem(each.split("."), world)).toBeUndefined();
  });
});

describe("docs", () => {
  const files = readdirSync(DOCS, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".md"));

  test.each(files)("the links of %s lead somewhere", (file) => {
    const text = readFileSync(join(DOCS, file), "utf8");
    for (const [, target = "", anchor] of text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)) {
      const path = target === "" ? join(DOCS, file) : join(DOCS, file, "..", target);
      expect(() => readdirOrRead(path), `${file}: ${target}`).not.toThrow();
      if (anchor !== undefined) expect(anchorsOf(readFileSync(path, "utf8")), `${file}: #${anchor}`).toContain(anchor);
    }
  });
});

/** The kind of a statement; those of scripts stand in a block. */
function kindOf(example: string, inBlock: boolean): Statement["kind"] | undefined {
  if (!inBlock || example.startsWith("BEGIN")) return parseStatement(example).kind;
  const block = parseStatement(`BEGIN ${example}; END`);
  return block.kind === "block" ? block.statements[0]?.kind : undefined;
}

/** Native libraries of this process. */
function readdirOrRead(path: string): unknown {
  return path.endsWith("/") ? readdirSync(path) : readFileSync(path);
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}
