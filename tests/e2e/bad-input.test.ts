import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../src/core/value.ts";
import { Lakehouse, type LakehouseOptions } from "../../src/project/lakehouse.ts";
import type { RunOutcome } from "../../src/runs/execution.ts";
import { REPOSITORY } from "./flagship.ts";

const OWNER = "owner@example.com";
const STRANGER = "ana@example.com";

let folder: string;
let lakehouse: Lakehouse;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bad-input-"));
  lakehouse = await Lakehouse.open({ root: join(folder, "root"), user: OWNER });
  await sql("CREATE CATALOG main");
  await sql("CREATE SCHEMA main.s");
  await put("files/good.csv", "id,name\n1,x\n2,y\n");
  await put("files/long.csv", 'id,name\n1,x\n2,"y"\n3,z,more\n');
  await put("files/typed.csv", "id,name\n1,x\nthree,y\n");
  await put("files/latin.csv", Buffer.from("id,name\n1,x\n2,caf\u00e9\n", "latin1"));
  await put("files/cut.parquet", "PAR1 and then nothing");
});
afterAll(async () => {
  await lakehouse.close();
  await rm(folder, { recursive: true, force: true });
});

async function put(name: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), content);
}

async function sql(text: string, user?: string): Promise<Row[]> {
  const session = await lakehouse.session({ catalog: "main", schema: "s", ...(user === undefined ? {} : { user }) });
  try {
    return await (await session.sql(text)).rows();
  } finally {
    await session.close();
  }
}

let updates = 0;
/** Updates a pipeline of one file, `p.sql`, of which every `NAME` is a name of this update alone. */
async function update(text: string): Promise<{ readonly outcome: RunOutcome; readonly id: string }> {
  updates += 1;
  const id = `p${updates}`;
  const spec = { id, name: id, catalog: "main", schema: "s", configuration: { files: join(folder, "files") } };
  const handle = await (
    await lakehouse.pipelines()
  ).start({
    spec: { ...spec, include: [], development: true },
    files: [{ path: "p.sql", text: text.replaceAll("NAME", id) }],
    request: {},
  });
  return { outcome: await handle.finished, id };
}

/** The error of an update, whether it was refused or failed. */
async function failure(text: string): Promise<unknown> {
  try {
    const { outcome } = await update(text);
    expect(outcome.status).toBe("failed");
    return outcome.error;
  } catch (error) {
    return error;
  }
}

/** Where in a file something is, as errors have it. */
function at(line: number, column: number): unknown {
  return expect.objectContaining({ file: "p.sql", line, column }) as unknown;
}

function text(part: string): unknown {
  return expect.stringContaining(part) as unknown;
}

describe("bad files name themselves, the line, and what to do", () => {
  const read = (file: string, options: string): string =>
    `CREATE STREAMING TABLE NAME AS\nSELECT * FROM STREAM read_files('\${files}/${file}', ${options});`;

  it("a malformed line of CSV", async () => {
    const failfast = "format => 'csv', header => true, mode => 'FAILFAST', schema => 'id INT, name STRING'";
    expect(await failure(read("long.csv", failfast))).toMatchObject({
      code: "MALFORMED_RECORD_IN_PARSING",
      message: expect.stringMatching(/files\/long\.csv, line 4: .*3,z,more\. Correct the line, or read with/) as string,
      location: at(1, 24),
    });
    await expect(sql(`SELECT * FROM read_files('${folder}/files/long.csv', ${failfast})`)).rejects.toMatchObject({
      code: "MALFORMED_RECORD_IN_PARSING",
      message: text("long.csv, line 4"),
    });
  });

  it("a line that an expectation does not let pass", async () => {
    const { outcome, id } = await update(
      `CREATE STREAMING TABLE NAME (CONSTRAINT whole EXPECT (_rescued_data IS NULL) ON VIOLATION FAIL UPDATE) AS
       SELECT * FROM STREAM read_files('\${files}/typed.csv', format => 'csv', header => true, schema => 'id INT, name STRING', rescuedDataColumn => '_rescued_data');`,
    );
    expect(outcome.error).toMatchObject({
      code: "EXPECTATION_VIOLATED",
      message: text("1 row does not fulfil the expectation whole"),
      hint: text("three"),
    });
    expect(await sql(`SELECT * FROM ${id}`)).toEqual([]);
  });

  it("bytes that are not in the file's encoding", async () => {
    expect(await failure(read("latin.csv", "format => 'csv', header => true"))).toMatchObject({
      code: "INVALID_ENCODING",
      location: expect.objectContaining({ file: text("files/latin.csv"), line: 3 }) as unknown,
      hint: text("encoding => 'ISO-8859-1'"),
    });
    const { outcome, id } = await update(
      read("latin.csv", "format => 'csv', header => true, encoding => 'ISO-8859-1'"),
    );
    expect(outcome.status).toBe("succeeded");
    expect(await sql(`SELECT name FROM ${id} WHERE id = 2`)).toEqual([{ name: "caf\u00e9" }]);
  });

  it("a file that was cut off", async () => {
    expect(await failure(read("cut.parquet", "format => 'parquet'"))).toMatchObject({
      code: "FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER",
      message: text("files/cut.parquet is no Parquet file"),
      hint: text("Fetch it again"),
      location: at(2, 15),
    });
  });

  it("a folder without files", async () => {
    expect(await failure(read("nothing", "format => 'csv'"))).toMatchObject({
      code: "CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE",
      message: text("files/nothing"),
      location: at(2, 15),
      hint: text("option schema"),
    });
    await expect(sql("SELECT * FROM read_files('/nowhere/at/all', format => 'csv')")).rejects.toMatchObject({
      code: "PATH_NOT_FOUND",
      location: expect.objectContaining({ line: 1, column: 15 }) as unknown,
    });
  });

  it("a file that changes while it is read", async () => {
    await put("changing/a.csv", "id\n1\n");
    await sql("CREATE TABLE changing (id INT, _rescued_data STRING)");
    const session = await lakehouse.session({ catalog: "main", schema: "s" });
    const query = `SELECT * FROM STREAM read_files('${folder}/changing', format => 'csv', header => true)`;
    const [source] = await session.streams(query, { checkpoint: `file://${folder}/checkpoint` });
    const end = await source?.next(undefined);
    if (source === undefined || end === undefined) throw new Error("There is a file to read.");
    await put("changing/a.csv", "id\n1\n2\n");
    await expect(
      session.sql(`INSERT INTO changing BY NAME ${query}`, {
        streamRanges: new Map([[source.id, { start: undefined, end }]]),
      }),
    ).rejects.toMatchObject({ code: "FILE_CHANGED", message: text("changing/a.csv") });
    await session.close();
    expect(await sql("SELECT * FROM changing")).toEqual([]);
  });
});

describe("bad statements are pointed at in their file, with the nearest name", () => {
  it.each([
    [
      "an option",
      "CREATE STREAMING TABLE NAME AS\nSELECT * FROM STREAM read_files('${files}/good.csv', format => 'csv', haeder => true);",
      "UNKNOWN_OPTION",
      "header",
      at(2, 15),
    ],
    [
      "a format",
      "CREATE STREAMING TABLE NAME AS\nSELECT * FROM STREAM read_files('${files}/good.csv', format => 'cvs');",
      "UNSUPPORTED_FORMAT",
      "csv",
      at(2, 15),
    ],
    ["a function", "CREATE MATERIALIZED VIEW NAME AS\nSELECT uper('x') AS a;", "UNRESOLVED_ROUTINE", "upper", at(2, 8)],
    [
      "a column",
      "CREATE MATERIALIZED VIEW NAME_one AS SELECT 1 AS amount;\nCREATE MATERIALIZED VIEW NAME AS\nSELECT amuont FROM NAME_one;",
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      "amount",
      at(3, 8),
    ],
    [
      "a table",
      "CREATE MATERIALIZED VIEW NAME AS\nSELECT * FROM main.s.missing;",
      "TABLE_OR_VIEW_NOT_FOUND",
      "Declare it",
      at(1, 26),
    ],
    ["a keyword", "CREATE MATERIALIZED VIEW NAME AS\nSELEC 1;", "PARSE_SYNTAX_ERROR", "SELECT", at(2, 1)],
    [
      "a parameter",
      "CREATE MATERIALIZED VIEW NAME AS\nSELECT '${fiels}' AS a;",
      "PIPELINE_UNKNOWN_PARAMETER",
      "files",
      at(2, 9),
    ],
    [
      "an expectation's column",
      "CREATE MATERIALIZED VIEW NAME (CONSTRAINT c EXPECT (amuont > 0)) AS\nSELECT 1 AS amount;",
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      "amount",
      expect.objectContaining({ line: 1 }) as unknown,
    ],
  ])("%s", async (_, statements, code, nearest, location) => {
    expect(await failure(statements)).toMatchObject({ code, hint: text(nearest), location });
  });

  it("datasets that read each other in a circle", async () => {
    const circle = `CREATE MATERIALIZED VIEW one AS SELECT * FROM two;
CREATE MATERIALIZED VIEW two AS SELECT * FROM three;
CREATE MATERIALIZED VIEW three AS SELECT * FROM one;`;
    expect(await failure(circle)).toMatchObject({
      code: "PIPELINE_CIRCULAR_DEPENDENCY",
      message: text("main.s.one → main.s.two → main.s.three → main.s.one"),
      location: expect.objectContaining({ file: "p.sql", line: 1 }) as unknown,
      hint: text("Break the circle"),
    });
  });
});

describe("an expectation with FAIL UPDATE", () => {
  it("keeps its flow from committing, and no other", async () => {
    const { outcome, id } = await update(`
      CREATE MATERIALIZED VIEW NAME_strict (CONSTRAINT small EXPECT (a < 3) ON VIOLATION FAIL UPDATE) AS SELECT id AS a FROM range(5);
      CREATE MATERIALIZED VIEW NAME_after AS SELECT * FROM NAME_strict;
      CREATE MATERIALIZED VIEW NAME_apart AS SELECT 7 AS b;`);
    expect(outcome.status).toBe("failed");
    expect(Object.fromEntries([...outcome.state.nodes].map(([name, node]) => [name, node.status]))).toEqual({
      [`${id}_strict`]: "failed",
      [`${id}_after`]: "skipped",
      [`${id}_apart`]: "succeeded",
    });
    expect(outcome.error).toMatchObject({
      code: "EXPECTATION_VIOLATED",
      message: "2 rows do not fulfil the expectation small: a < 3. Nothing was written.",
      hint: text('{"a":'),
    });
    expect(await sql(`SELECT * FROM ${id}_strict`)).toEqual([]);
    expect(await sql(`SELECT * FROM ${id}_apart`)).toEqual([{ b: 7 }]);
    const errors = await sql(
      `SELECT event_type, get_json_object(error, '$.exceptions[0].class_name') AS code FROM event_log('${id}') WHERE level = 'ERROR'`,
    );
    expect(errors).toEqual([
      { event_type: "flow_progress", code: "EXPECTATION_VIOLATED" },
      { event_type: "update_progress", code: null },
    ]);
  });
});

let projects = 0;
async function project(files: Readonly<Record<string, string>>): Promise<string> {
  projects += 1;
  for (const [name, content] of Object.entries(files)) await put(`project${projects}/${name}`, content);
  return join(folder, `project${projects}`);
}

async function open(path: string, more: Partial<LakehouseOptions> = {}): Promise<Lakehouse> {
  return Lakehouse.open({ root: join(path, ".boathouse"), project: path, user: OWNER, ...more });
}

const BUNDLE = `bundle:
  name: tiny
variables:
  catalog:
    default: tiny
targets:
  local:
    default: true
  production:
    mode: production
resources:
  catalogs:
    c:
      name: \${var.catalog}
  schemas:
    s:
      name: s
      catalog_name: \${var.catalog}
  jobs:
    fill:
      name: fill
      tasks:
        - task_key: only
          notebook_task:
            notebook_path: note.sql
`;
const NOTE = "-- Databricks notebook source\nINSERT INTO tiny.s.t VALUES (1)\n";

describe("bad projects", () => {
  it.each([
    ["an unknown target", BUNDLE, { target: "prodution" }, "TARGET_NOT_FOUND", 'Did you mean "production"?', undefined],
    [
      "an unknown variable",
      BUNDLE,
      { variables: { catlog: "x" } },
      "VARIABLE_NOT_FOUND",
      'Did you mean "catalog"?',
      undefined,
    ],
    [
      "a variable without a value",
      BUNDLE.replace("    default: tiny\n", "    description: where\n"),
      {},
      "VARIABLE_NOT_SET",
      "--var catalog=",
      undefined,
    ],
    [
      "a reference to nothing",
      BUNDLE.replace("name: ${var.catalog}", "name: ${var.catlog}"),
      {},
      "BUNDLE_UNKNOWN_REFERENCE",
      'Did you mean "var.catalog"?',
      14,
    ],
  ])("%s", async (_, bundle, options, code, hint, line) => {
    const path = await project({ "databricks.yml": bundle, "note.sql": NOTE });
    await expect(open(path, options)).rejects.toMatchObject({
      code,
      hint: text(hint),
      ...(line === undefined
        ? {}
        : { location: expect.objectContaining({ file: text("databricks.yml"), line }) as unknown }),
    });
  });

  it("an unknown kind of task, and an unknown job", async () => {
    const path = await project({ "databricks.yml": BUNDLE.replace("notebook_task", "notebok_task"), "note.sql": NOTE });
    const opened = await open(path);
    await expect(opened.runJob("fill")).rejects.toMatchObject({
      code: "JOB_PROPERTY_UNKNOWN",
      hint: 'Did you mean "notebook_task"?',
      location: expect.objectContaining({ file: text("databricks.yml"), line: 24 }) as unknown,
    });
    await expect(opened.runJob("fil")).rejects.toMatchObject({ code: "JOB_NOT_FOUND", hint: 'Did you mean "fill"?' });
    await opened.close();
  });

  it("a principal without privileges, whose job fails where it is refused", async () => {
    const path = await project({ "databricks.yml": BUNDLE, "note.sql": NOTE });
    const owner = await open(path);
    await owner.deploy();
    await (await owner.catalog()).createPrincipal(OWNER, { name: STRANGER, kind: "user" });
    const session = await owner.session();
    await session.sql("CREATE TABLE tiny.s.t (a INT)");
    const stranger = await open(path, { user: STRANGER });
    const { status, error } = await (await stranger.runJob("fill")).finished;
    expect(status).toBe("failed");
    expect(error).toMatchObject({
      code: "INSUFFICIENT_PERMISSIONS",
      hint: text("GRANT USE CATALOG ON CATALOG tiny TO `ana@example.com`"),
      location: expect.objectContaining({ file: text("note.sql"), line: 2, column: 13 }) as unknown,
    });
    expect(await (await session.sql("SELECT * FROM tiny.s.t")).rows()).toEqual([]);
    await session.close();
    await stranger.close();
    await owner.close();
    await expect(open(path, { user: "zoe@example.com" }).then((other) => other.session())).rejects.toMatchObject({
      code: "LAKEHOUSE_OF_ANOTHER_USER",
      hint: text(`BOATHOUSE_USER=${OWNER}`),
    });
  });
});

/** A factory of one pipeline, whose web server is at `https://files.example`. */
function factory(activities: readonly object[]): Record<string, string> {
  const resource = (name: string, properties: object): string => JSON.stringify({ name, properties }, null, 2);
  const dataset = (type: string, location: object, service: string): object => ({
    linkedServiceName: { referenceName: service, type: "LinkedServiceReference" },
    type: "Binary",
    typeProperties: { location: { type, ...location } },
  });
  return {
    "factory/pipeline/main.json": resource("main", { activities }),
    "factory/linkedService/web.json": resource("web", {
      type: "HttpServer",
      typeProperties: { url: "https://files.example/", authenticationType: "Anonymous" },
    }),
    "factory/linkedService/lake.json": resource("lake", {
      type: "AzureBlobFS",
      typeProperties: { url: "https://lake.dfs.core.windows.net/" },
    }),
    "factory/dataset/from.json": resource("from", dataset("HttpServerLocation", { relativeUrl: "data.bin" }, "web")),
    "factory/dataset/to.json": resource(
      "to",
      dataset("AzureBlobFSLocation", { fileSystem: "raw", folderPath: "in", fileName: "data.bin" }, "lake"),
    ),
  };
}

const COPY = {
  name: "Land",
  type: "Copy",
  inputs: [{ referenceName: "from", type: "DatasetReference" }],
  outputs: [{ referenceName: "to", type: "DatasetReference" }],
  typeProperties: {
    source: { type: "BinarySource", storeSettings: { type: "HttpReadSettings", requestMethod: "GET" } },
    sink: { type: "BinarySink", storeSettings: { type: "AzureBlobFSWriteSettings" } },
  },
};

describe("bad factories", () => {
  it.each([
    ["an activity", { name: "A", type: "Cpoy", typeProperties: {} }, "FACTORY_ACTIVITY_UNKNOWN", "Copy", 7],
    [
      "a property",
      { name: "A", type: "Wait", typeProperties: { waitTimeInSecond: 1 } },
      "FACTORY_PROPERTY_UNKNOWN",
      "waitTimeInSeconds",
      9,
    ],
    [
      "a function",
      { name: "A", type: "Wait", typeProperties: { waitTimeInSeconds: { value: "@ad(1, 2)", type: "Expression" } } },
      "EXPRESSION_FUNCTION_UNKNOWN",
      "add",
      10,
    ],
  ])("name %s that is not known at its line, with the nearest", async (_, activity, code, nearest, line) => {
    const opened = await open(await project(factory([activity])));
    await expect(opened.runFactoryPipeline("main")).rejects.toMatchObject({
      code,
      hint: `Did you mean "${nearest}"?`,
      location: expect.objectContaining({ file: text("main.json"), line }) as unknown,
    });
    await opened.close();
  });

  it.each([
    ["is missing", (): string => "missing", "There is no file"],
    ["is cut off", (): string => "cut", "of 100 bytes"],
    ["changes while it is read", (): string => "changing", "changed"],
  ])("name a source that %s, and land nothing", async (_, kind, said) => {
    const server = await flawedServer(kind());
    const opened = await open(await project(factory([COPY])), { bindings: { "https://files.example": server.url } });
    try {
      const { status, error } = await (await opened.runFactoryPipeline("main")).finished;
      expect(status).toBe("failed");
      expect(error).toBeDefined();
      expect(`${error?.message} ${error?.hint}`).toContain("data.bin");
      expect(`${error?.code} ${error?.message} ${error?.hint}`).toContain(said);
      const { storage } = await opened.platform();
      const { store, key } = storage.resolve("abfss://raw@lake.dfs.core.windows.net/in/data.bin");
      expect(await store.head(key)).toBeUndefined();
    } finally {
      await opened.close();
      await server.close();
    }
  });
});

/** Serves `data.bin`, of a hundred bytes, wrongly. */
async function flawedServer(kind: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (kind === "missing") {
      response.writeHead(404).end("not here");
      return;
    }
    const body = Buffer.alloc(100, kind === "changing" ? String(asked) : "x");
    response.writeHead(200, { "content-length": 100, etag: kind === "changing" ? `"${asked}"` : '"same"' });
    if (request.method === "HEAD") response.end();
    else if (kind === "cut") response.write(body.subarray(0, 60), () => response.destroy());
    else response.end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe.skipIf(process.platform === "win32")("a full disk", () => {
  it("is said, nothing is committed, and what was there stays", async () => {
    const root = join(folder, "full");
    const setUp = await Lakehouse.open({ root, user: OWNER });
    const session = await setUp.session();
    for (const each of ["CREATE CATALOG c", "CREATE SCHEMA c.s", "CREATE TABLE c.s.t AS SELECT 1 AS a"])
      await session.sql(each);
    await session.close();
    await setUp.close();
    // No file may grow beyond two megabytes: the system refuses to write more, as it does when the disk is full.
    const script = `ulimit -f 2048; trap '' XFSZ; exec "$0" bin/boathouse sql "$1" --root "$2" --json`;
    const rows = "INSERT INTO c.s.t SELECT CAST(rand() * 2000000000 AS INT) FROM range(5000000)";
    const run = promisify(execFile)("bash", ["-c", script, process.execPath, rows, root], {
      cwd: REPOSITORY,
      env: { ...process.env, BOATHOUSE_USER: OWNER },
    });
    const failed: unknown = await run.catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1 });
    expect(failed).toMatchObject({ stdout: text('"code":"STORE_FULL"'), stderr: text("Free some space") });
    const after = await Lakehouse.open({ root, user: OWNER });
    const check = await after.session();
    expect(await (await check.sql("SELECT * FROM c.s.t")).rows()).toEqual([{ a: 1 }]);
    await check.sql("INSERT INTO c.s.t VALUES (2)");
    expect(await (await check.sql("SELECT count(*) AS n FROM c.s.t")).rows()).toEqual([{ n: 2n }]);
    await check.close();
    await after.close();
  });
});
