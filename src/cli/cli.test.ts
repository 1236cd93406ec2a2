import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Lakehouse } from "../project/lakehouse.ts";
import { cli, lines } from "./cli.fixture.ts";
import { VERSION } from "./cli.ts";

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "boathouse-cli-"));
});
afterAll(async () => {
  await rm(cwd, { recursive: true, force: true });
});

const root = (): string[] => ["--root", join(cwd, "lake")];

describe("the command line", () => {
  it("has the package's version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(VERSION).toBe(version);
    expect(await cli(["--version"], { cwd })).toMatchObject({ code: 0, out: `${VERSION}\n` });
  });

  it("shows its commands without an argument", async () => {
    const { code, out } = await cli([], { cwd });
    expect(code).toBe(0);
    for (const name of ["run", "sql", "factory", "pipeline", "job", "schedule", "catalog", "init", "synth", "doctor"]) {
      expect(out).toContain(`  ${name} `);
    }
  });

  it.each([
    [["rnu"], "unknown command 'rnu'", "Did you mean run?"],
    [["job", "rerun"], "unknown command 'rerun'", "Did you mean run?"],
    [["sql", "SELECT 1", "--fromat", "csv"], "unknown option '--fromat'", "Did you mean --format?"],
    [["sql", "SELECT 1", "--format", "xml"], "'xml' is invalid", "Allowed choices are table, json, ndjson, csv"],
    [["sql", "SELECT 1", "--engine", "spark"], 'no engine "spark"', "embedded"],
    [["sql"], "Give a statement", "boathouse sql"],
    [["sql", "SELECT 1", "--param", "x"], "name=value", ""],
    [["run", "nowhere"], "There is no folder", "boathouse init"],
    [["init", "natve"], "'natve' is invalid", "native, typescript"],
    [["catalog", "--root", "nothing-here"], "There is no lakehouse", "boathouse run"],
  ])("answers %j with exit code 2 and what to do", async (argv, message, hint) => {
    const { code, out, err } = await cli(argv, { cwd });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });

  it("loads neither the engine nor its libraries for help", async () => {
    const script = `
      const { runCli } = await import("./src/cli/cli.ts");
      const sink = { write: () => true, isTTY: false };
      const terminal = { out: sink, err: sink, interactive: false, style: (_, text) => text };
      await runCli(["--help"], { terminal, cwd: ".", env: {}, signal: new AbortController().signal });
      const { loaded } = await import("node:module").then(() => ({ loaded: process.report.getReport().sharedObjects }));
      process.stdout.write(JSON.stringify(loaded.filter((each) => /duckdb|libsql/.test(each))));`;
    const { stdout } = await node(["--import", "tsx", "--input-type=module", "-e", script]);
    expect(stdout).toBe("[]");
  });
});

describe("sql", () => {
  const every = `SELECT 1 AS n, 9007199254740993 AS big, CAST(1.50 AS DECIMAL(5, 2)) AS price,
    DATE'2026-01-31' AS day, TIMESTAMP'2026-01-31 08:00:00.5' AS moment, 'a,"b"' AS text, NULL AS nothing,
    array(1, 2) AS list, map('k', 1) AS pairs, named_struct('x', 1, 'y', 'z') AS inner`;

  it("writes one object a row, columns in order, numbers where they are exact", async () => {
    const result = await cli(["sql", every, "--format", "ndjson", ...root()], { cwd });
    expect(result).toEqual({
      code: 0,
      err: "",
      out:
        `{"n":1,"big":"9007199254740993","price":1.50,"day":"2026-01-31","moment":"2026-01-31T08:00:00.5Z",` +
        `"text":"a,\\"b\\"","nothing":null,"list":[1,2],"pairs":{"k":1},"inner":{"x":1,"y":"z"}}\n`,
    });
  });

  it("writes tables, JSON and CSV", async () => {
    const csv = await cli(
      ["sql", "SELECT 'a,\"b\"' AS x, '' AS e, NULL AS n, 1.5 AS d", "--format", "csv", ...root()],
      { cwd },
    );
    expect(csv.out).toBe('x,e,n,d\n"a,""b""","",,1.5\n');
    const json = await cli(["sql", "SELECT id FROM range(2)", "--format", "json", ...root()], { cwd });
    expect(JSON.parse(json.out)).toEqual([{ id: 0 }, { id: 1 }]);
    const table = await cli(["sql", "SELECT id FROM range(3)", "--format", "table", "--limit", "2", ...root()], {
      cwd,
    });
    expect(table.out).toBe("id\n──\n 0\n 1\n");
  });

  it("runs several statements of a file in one session, with parameters", async () => {
    const file = join(cwd, "script.sql");
    await writeFile(
      file,
      "CREATE TEMPORARY VIEW v AS SELECT 'x;y' AS a;\n-- a comment; with a semicolon\nSELECT a, :b AS b FROM v;",
    );
    const result = await cli(["sql", "--file", "script.sql", "--param", "b=2", "--json", ...root()], { cwd });
    expect(lines(result)).toEqual([{ a: "x;y", b: "2" }]);
  });

  it("names file, line and column of what is wrong, with a caret and the nearest name", async () => {
    await writeFile(join(cwd, "wrong.sql"), "SELECT 1;\nSELECT lenth('x')");
    const { code, err } = await cli(["sql", "--file", "wrong.sql", ...root()], { cwd });
    expect(code).toBe(1);
    expect(err).toMatch(/wrong\.sql:2:8/);
    expect(err).toContain("^^^");
    expect(err).toContain("length");
  });

  it("gives an error as JSON too", async () => {
    const result = await cli(["sql", "SELECT * FROM nothing", "--json", ...root()], { cwd });
    expect(result.code).toBe(1);
    expect(lines(result)).toMatchObject([
      { type: "error", code: "TABLE_OR_VIEW_NOT_FOUND", kind: "user", location: { line: 1, column: 15 } },
    ]);
  });

  it("says whose a lakehouse is, and where none can be", async () => {
    const lake = await Lakehouse.open({ root: join(cwd, "hers"), user: "grace" });
    await lake.platform();
    await lake.close();
    const { code, err } = await cli(["sql", "SELECT 1", "--root", "hers"], { cwd });
    expect(code).toBe(2);
    expect(err).toContain("BOATHOUSE_USER=grace");
    await writeFile(join(cwd, "file"), "");
    expect(await cli(["sql", "SELECT 1", "--root", "file/x"], { cwd })).toMatchObject({ code: 2 });
  });

  it("refuses a principal that is not known", async () => {
    const { code, err } = await cli(["sql", "SELECT 1", "--as", "nobody", ...root()], { cwd });
    expect(code).toBe(1);
    expect(err).toContain("PRINCIPAL_DOES_NOT_EXIST");
  });
});

describe("factory eval", () => {
  it("prints the value of an expression as JSON", async () => {
    const argv = ["factory", "eval", "@concat(pipeline().parameters.a, '-', item().b)"];
    const result = await cli([...argv, "--param", "a=x", "--state", '{"item": {"b": "y"}}'], { cwd });
    expect(result).toEqual({ code: 0, out: '"x-y"\n', err: "" });
  });

  it("shows where an expression is wrong", async () => {
    const { code, err } = await cli(["factory", "eval", "@concta('a')"], { cwd });
    expect(code).toBe(1);
    expect(err).toContain("concat");
  });
});

describe("an interruption", () => {
  it("ends a statement with 130", async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    const slow = "SELECT count(*) FROM range(100000000000) a WHERE sqrt(a.id) < 0";
    const { code } = await cli(["sql", slow, ...root()], { cwd, signal: controller.signal });
    expect(code).toBe(130);
  });
});

function node(args: readonly string[]): Promise<{ readonly stdout: string; readonly code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: new URL("../..", import.meta.url),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => resolve({ stdout, code }));
  });
}
