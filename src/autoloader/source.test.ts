import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, unlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../core/clock.ts";
import { simpleString } from "../core/data-type.ts";
import { seededIds } from "../core/ids.ts";
import type { Row } from "../core/value.ts";
import type { Connection } from "../duckdb/connection.ts";
import { DuckDb } from "../duckdb/duckdb.ts";
import { Storage } from "../storage/storage.ts";
import { openSource, type AutoLoaderOffset, type AutoLoaderOptions, type AutoLoaderSource } from "./source.ts";

let root: string;
let database: DuckDb;
let connection: Connection;
let storage: Storage;
let clock: VirtualClock;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "boathouse-loader-"));
  database = await DuckDb.open({ threads: 1 });
  connection = await database.connect();
  storage = new Storage({ root });
  clock = new VirtualClock();
});
afterEach(async () => {
  await database.close();
  await rm(root, { recursive: true, force: true });
});

const RAW = "abfss://raw@lake.dfs.core.windows.net/in";

function pathOf(name: string): string {
  return join(root, "storage/lake/raw/in", name);
}

async function put(name: string, content: string): Promise<void> {
  await mkdir(dirname(pathOf(name)), { recursive: true });
  await writeFile(pathOf(name), content);
}

function open(options: Record<string, string> = {}, more: Partial<AutoLoaderOptions> = {}): Promise<AutoLoaderSource> {
  return openSource({
    connection,
    storage,
    url: RAW,
    options: { format: "csv", ...options },
    checkpoint: "abfss://raw@lake.dfs.core.windows.net/_checkpoint",
    staging: join(root, "staging"),
    clock,
    ids: seededIds("loader"),
    ...more,
  });
}

async function rowsOf(
  source: AutoLoaderSource,
  start: AutoLoaderOffset | undefined,
  end: AutoLoaderOffset,
  extras: { metadata?: boolean } = {},
): Promise<Row[]> {
  const { sql, schema, verify } = await source.relation({ start, end }, extras);
  const rows = await connection.rows(sql, { schema });
  await verify();
  return rows;
}

/** Runs a source until nothing is new, as a stream does, and gives the rows of each batch. */
async function drain(source: AutoLoaderSource): Promise<Row[][]> {
  const batches: Row[][] = [];
  let start = source.committed;
  for (;;) {
    const end = await source.next(start);
    if (end === undefined) return batches;
    batches.push(await rowsOf(source, start, end));
    await source.commit(end);
    start = end;
  }
}

describe("a stream of files", () => {
  it("gives every file once, in batches, also over restarts", async () => {
    await put("a.csv", "id,name\n1,x\n");
    await put("b.csv", "id,name\n2,y\n");
    await put("sub/c.csv", "id,name\n3,z\n");
    await put("_hidden.csv", "id\n9\n");
    const first = await open({ maxFilesPerTrigger: "2" });
    expect(simpleString(first.schema())).toBe("struct<id:int,name:string,_rescued_data:string>");
    expect(await drain(first)).toEqual([
      [
        { id: 1, name: "x", _rescued_data: null },
        { id: 2, name: "y", _rescued_data: null },
      ],
      [{ id: 3, name: "z", _rescued_data: null }],
    ]);
    expect(await drain(first)).toEqual([]);
    await put("d.csv", "id,name\n4,w\n");
    const second = await open({ maxFilesPerTrigger: "2" });
    expect(second.id).toBe(first.id);
    expect(await drain(second)).toEqual([[{ id: 4, name: "w", _rescued_data: null }]]);
  });

  it("gives a batch that was planned again, with the same files, after a crash", async () => {
    await put("a.csv", "id\n1\n");
    const crashed = await open();
    const end = await crashed.next(undefined);
    await put("b.csv", "id\n2\n");
    const again = await open();
    expect(await again.next(undefined)).toEqual(end);
    expect(await rowsOf(again, undefined, { batch: 0 })).toEqual([{ id: 1, _rescued_data: null }]);
    // The rows were committed, the mark was not.
    expect(again.committed).toBeUndefined();
    await again.commit({ batch: 0 });
    expect(await drain(again)).toEqual([[{ id: 2, _rescued_data: null }]]);
  });

  it("plans the same batches for two runners", async () => {
    await put("a.csv", "id\n1\n");
    const [one, two] = [await open(), await open()];
    expect(await Promise.all([one.next(undefined), two.next(undefined)])).toEqual([{ batch: 0 }, { batch: 0 }]);
    await put("b.csv", "id\n2\n");
    expect((await two.relation({ start: undefined, end: { batch: 0 } })).files.map((file) => file.key)).toEqual([
      "in/a.csv",
    ]);
    expect(await one.next({ batch: 0 })).toEqual({ batch: 1 });
    expect(await two.next({ batch: 0 })).toEqual({ batch: 1 });
  });

  it("puts old batches together, and still knows every file", async () => {
    for (let index = 0; index < 25; index += 1) await put(`f${String(index).padStart(2, "0")}.csv`, `id\n${index}\n`);
    const source = await open({ maxFilesPerTrigger: "1" });
    expect((await drain(source)).flat().map((row) => row["id"])).toEqual(
      Array.from({ length: 25 }, (_, index) => index),
    );
    const offsets = await readdir(join(root, "storage/lake/raw/_checkpoint/offsets"));
    expect(offsets.length).toBeLessThan(10);
    const again = await open();
    expect(await again.next(again.committed)).toBeUndefined();
    await put("f03a.csv", "id\n99\n");
    expect(await drain(again)).toEqual([[{ id: 99, _rescued_data: null }]]);
    expect(await again.state()).toHaveLength(26);
    expect(await rowsOf(again, { batch: 2 }, { batch: 4 })).toMatchObject([{ id: 3 }, { id: 4 }]);
  });

  it("limits batches by bytes", async () => {
    for (const name of ["a", "b", "c"]) await put(`${name}.csv`, `id\n${name.charCodeAt(0)}\n`);
    const source = await open({ maxBytesPerTrigger: "7b" });
    expect((await drain(source)).map((rows) => rows.length)).toEqual([2, 1]);
  });

  it("leaves out what the options leave out", async () => {
    await put("a.csv", "id\n1\n");
    await put("b.txt", "id\n2\n");
    await put("old.csv", "id\n3\n");
    await utimes(pathOf("old.csv"), 1_000_000_000, 1_000_000_000);
    const source = await open({ pathGlobFilter: "*.csv", modifiedAfter: "2010-01-01" });
    expect((await drain(source)).flat()).toEqual([{ id: 1, _rescued_data: null }]);
  });

  it("begins with files that come later, when asked", async () => {
    await put("a.csv", "id\n1\n");
    clock = new VirtualClock(Date.now() + 1000);
    const source = await open({ includeExistingFiles: "false" });
    expect(await source.next(undefined)).toBeUndefined();
    await put("b.csv", "id\n2\n");
    await utimes(pathOf("b.csv"), new Date(), new Date(Date.now() + 5000));
    expect((await drain(source)).flat()).toEqual([{ id: 2, _rescued_data: null }]);
  });

  it("reads globs, folders of values and metadata", async () => {
    await put("day=2020-01-01/k=a%2Fb/x.json", '{"id":1}');
    await put("day=2020-01-02/k=__HIVE_DEFAULT_PARTITION__/y.json", '{"id":2}');
    await put("day=2020-01-02/z.csv", "id\n5\n");
    const source = await open({ format: "json" }, { url: `${RAW}/day=*/{k=*,none}` });
    expect(simpleString(source.schema())).toBe("struct<id:bigint,day:date,k:string,_rescued_data:string>");
    const end = await source.next(undefined);
    const rows = await rowsOf(source, undefined, end ?? { batch: -1 }, { metadata: true });
    expect(rows).toMatchObject([
      {
        id: 1n,
        day: "2020-01-01",
        k: "a/b",
        _metadata: { file_name: "x.json", file_path: `${RAW}/day=2020-01-01/k=a%2Fb/x.json` },
      },
      { id: 2n, day: "2020-01-02", k: null },
    ]);
  });

  it("shows what it has seen", async () => {
    await put("a.csv", "id\n1\n");
    const source = await open();
    await source.next(undefined);
    const discovered = clock.now();
    expect(await source.state()).toMatchObject([
      { batch: 0, discovered, committed: undefined, file: { size: 5, key: "in/a.csv" } },
    ]);
    await clock.advance(1000);
    await source.commit({ batch: 0 });
    expect(await source.state()).toMatchObject([{ committed: discovered + 1000 }]);
  });
});

describe("schema evolution", () => {
  it("adds new columns: it stops once, and goes on after a restart", async () => {
    await put("a.csv", "id,name\n1,x\n");
    expect(await drain(await open())).toHaveLength(1);
    await put("b.csv", "name,id,extra\ny,2,7\n");
    const stopped = await open();
    const end = await stopped.next(stopped.committed);
    expect(end).toEqual({ batch: 1 });
    await expect(stopped.relation({ start: { batch: 0 }, end: { batch: 1 } })).rejects.toMatchObject({
      code: "UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE",
      details: { fields: ["extra"], retry: true },
    });
    const again = await open();
    expect(simpleString(again.schema())).toBe("struct<id:int,name:string,extra:int,_rescued_data:string>");
    expect(await drain(again)).toEqual([[{ id: 2, name: "y", extra: 7, _rescued_data: null }]]);
    expect(await readdir(join(root, "storage/lake/raw/_checkpoint/_schemas"))).toEqual(["0", "1"]);
    expect(await readFile(join(root, "storage/lake/raw/_checkpoint/_schemas/1"), "utf8")).toMatch(
      /^v1\n\{"dataSchemaJson":/,
    );
  });

  it("adds fields inside structs of JSON", async () => {
    await put("a.json", '{"id":1,"o":{"x":1}}');
    expect(await drain(await open({ format: "json" }))).toHaveLength(1);
    await put("b.json", '{"id":2,"o":{"x":2,"y":"q"},"n":true}');
    const stopped = await open({ format: "json" });
    await expect(drain(stopped)).rejects.toMatchObject({ details: { fields: ["n", "o.y"], retry: true } });
    const again = await open({ format: "json" });
    expect(await drain(again)).toEqual([[{ id: 2n, o: { x: 2n, y: "q" }, n: true, _rescued_data: null }]]);
  });

  it("rescues new columns, fails on them, or passes over them", async () => {
    await put("a.csv", "id\n1\n");
    expect(await drain(await open())).toHaveLength(1);
    await put("b.csv", "id,extra\nx,7\n");
    const rescue = await open({ schemaEvolutionMode: "rescue" });
    expect(await drain(rescue)).toEqual([
      [{ id: null, _rescued_data: `{"id":"x","extra":"7","_file_path":"${RAW}/b.csv"}` }],
    ]);
    await put("c.csv", "id,extra\n3,7\n");
    await expect(drain(await open({ schemaEvolutionMode: "failOnNewColumns" }))).rejects.toMatchObject({
      details: { fields: ["extra"], retry: false },
    });
    expect(await drain(await open({ schemaEvolutionMode: "none" }))).toEqual([[{ id: 3 }]]);
  });

  it("takes hints, given schemas and untyped inference", async () => {
    await put("a.json", '{"id":1,"o":{"x":1},"t":"2020-01-01"}');
    const hints = { format: "json", schemaHints: "id STRING, o.x DECIMAL(5,2), `new` INT, t DATE" };
    expect(simpleString((await open(hints)).schema())).toBe(
      "struct<id:string,o:struct<x:decimal(5,2)>,t:date,new:int,_rescued_data:string>",
    );
    await rm(join(root, "storage/lake/raw/_checkpoint"), { recursive: true });
    const legacy = await open({ "cloudFiles.format": "json", format: "json" }, { dialect: "cloud_files" });
    expect(simpleString(legacy.schema())).toBe("struct<id:string,o:string,t:string,_rescued_data:string>");
    const given = await open({ format: "json", schema: "id BIGINT, nothing STRING" });
    expect(await drain(given)).toEqual([[{ id: 1n, nothing: null }]]);
    await expect(open({ schema: "id INT", schemaEvolutionMode: "addNewColumns" })).rejects.toMatchObject({
      code: "CONFLICTING_OPTIONS",
    });
    await expect(open({ schemaHints: "id NOTYPE(" })).rejects.toMatchObject({ code: "INVALID_SCHEMA_HINT" });
  });
});

describe("bad input", () => {
  it("of a file that disappears between plan and read is an error that names it", async () => {
    await put("a.csv", "id\n1\n");
    const source = await open();
    const end = await source.next(undefined);
    await unlink(pathOf("a.csv"));
    await expect(source.relation({ start: undefined, end: end ?? { batch: 0 } })).rejects.toMatchObject({
      code: "FAILED_READ_FILE.FILE_NOT_EXIST",
      message: expect.stringContaining(`${RAW}/a.csv`) as unknown,
    });
  });

  it("of a file that is overwritten between plan and read is an error, or is read with allowOverwrites", async () => {
    await put("a.csv", "id\n1\n");
    const source = await open();
    await source.next(undefined);
    await put("a.csv", "id\n22\n");
    await expect(source.relation({ start: undefined, end: { batch: 0 } })).rejects.toMatchObject({
      code: "FILE_CHANGED",
    });
    const tolerant = await open({ allowOverwrites: "true" });
    expect(await rowsOf(tolerant, undefined, { batch: 0 })).toEqual([{ id: 22, _rescued_data: null }]);
    await tolerant.commit({ batch: 0 });
    await put("a.csv", "id\n333\n");
    expect(await drain(tolerant)).toEqual([[{ id: 333, _rescued_data: null }]]);
    expect(await drain(await open())).toEqual([]);
  });

  it("of a file that changes while it is read is found before the commit", async () => {
    await put("a.csv", "id\n1\n");
    const source = await open();
    await source.next(undefined);
    const { sql, verify } = await source.relation({ start: undefined, end: { batch: 0 } });
    await connection.rows(sql);
    await appendFile(pathOf("a.csv"), "2\n");
    await expect(verify()).rejects.toMatchObject({ code: "FILE_CHANGED" });
  });

  it("of an empty folder is an error when there is no schema", async () => {
    await expect(open()).rejects.toMatchObject({ code: "CF_EMPTY_DIR_FOR_SCHEMA_INFERENCE" });
    const source = await open({ schema: "id INT" });
    expect(await source.next(undefined)).toBeUndefined();
  });

  it("of unknown and refused options is an error with the nearest name", async () => {
    await expect(open({ maxFilePerTrigger: "1" })).rejects.toMatchObject({
      code: "UNKNOWN_OPTION",
      hint: 'Did you mean "maxFilesPerTrigger"?',
    });
    await expect(open({ "cloudFiles.cleanSource": "DELETE" })).rejects.toMatchObject({ code: "UNSUPPORTED_OPTION" });
    await expect(open({ "cloudFiles.useNotifications": "true" })).rejects.toMatchObject({ code: "UNSUPPORTED_OPTION" });
    await expect(open({ multiline: "maybe" })).rejects.toMatchObject({ code: "INVALID_OPTION_VALUE" });
  });
});
