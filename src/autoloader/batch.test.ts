import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simpleString } from "../core/data-type.ts";
import type { Row } from "../core/value.ts";
import type { Connection } from "../duckdb/connection.ts";
import { DuckDb } from "../duckdb/duckdb.ts";
import { Storage } from "../storage/storage.ts";
import { planFiles, type FilesPlan } from "./batch.ts";

let root: string;
let database: DuckDb;
let connection: Connection;
let server: Server;
let origin: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "boathouse-files-"));
  database = await DuckDb.open({ threads: 1 });
  connection = await database.connect();
  server = createServer((request, response) => {
    const body = request.url === "/data/a.csv" ? "id,name\n1,web\n" : undefined;
    response.writeHead(body === undefined ? 404 : 200, {
      etag: '"1"',
      "content-length": Buffer.byteLength(body ?? ""),
    });
    response.end(request.method === "HEAD" ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === "object" ? (address?.port ?? 0) : 0}`;
});
afterAll(async () => {
  server.close();
  await database.close();
  await rm(root, { recursive: true, force: true });
});

async function put(name: string, content: string): Promise<string> {
  const path = join(root, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  return path;
}

function plan(url: string, options: Record<string, string> = {}): Promise<FilesPlan> {
  return planFiles({ connection, storage: new Storage({ root }), url, options, staging: join(root, "staging") });
}

async function read(url: string, options: Record<string, string> = {}): Promise<Row[]> {
  const { sql, schema } = await (await plan(url, options)).relation();
  return connection.rows(sql, { schema });
}

describe("read_files", () => {
  it("reads one file, its format by its name, its schema inferred", async () => {
    const path = await put("one/a[1].csv", "id,name\n1,x\n");
    const files = await plan(path);
    expect(simpleString(files.schema)).toBe("struct<id:int,name:string,_rescued_data:string>");
    expect(await read(path)).toEqual([{ id: 1, name: "x", _rescued_data: null }]);
  });

  it("reads folders and globs, and merges their columns", async () => {
    await put("many/a.json", '{"id":1}');
    await put("many/sub/b.json", '{"id":2.5,"x":"y"}');
    await put("many/_SUCCESS", "");
    expect(await read(join(root, "many"))).toEqual([
      { id: 1, x: null, _rescued_data: null },
      { id: 2.5, x: "y", _rescued_data: null },
    ]);
    expect(await read(join(root, "many/*.json"), { format: "JSON" })).toMatchObject([{ id: 1n }]);
    expect(await read(join(root, "many"), { recursiveFileLookup: "false" })).toMatchObject([{ id: 1n }]);
  });

  it("maps a given schema by position, as Spark does, unless it is told otherwise", async () => {
    const path = await put("given/a.csv", "b,a\n1,2\n");
    const options = { schema: "a INT, b INT", header: "true" };
    expect(await read(path, options)).toEqual([{ a: 1, b: 2 }]);
    expect(await read(path, { ...options, enforceSchema: "false" })).toEqual([{ a: 2, b: 1 }]);
    expect(await read(path, { ...options, rescuedDataColumn: "_r" })).toEqual([{ a: 2, b: 1, _r: null }]);
  });

  it("fetches files of web servers", async () => {
    expect(await read(`${origin}/data/a.csv`)).toEqual([{ id: 1, name: "web", _rescued_data: null }]);
    await expect(plan(`${origin}/data/none.csv`)).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
  });

  it("refuses what is only for streams, folders without files and formats it cannot tell", async () => {
    const path = await put("odd/a.dat", "x");
    await expect(plan(path)).rejects.toMatchObject({ code: "FORMAT_UNKNOWN" });
    await expect(plan(join(root, "nowhere"))).rejects.toMatchObject({ code: "PATH_NOT_FOUND" });
    await expect(plan(path, { format: "csv", maxFilesPerTrigger: "5" })).rejects.toMatchObject({
      code: "UNSUPPORTED_OPTION",
    });
    await expect(plan(path, { format: "orc" })).rejects.toMatchObject({ code: "UNSUPPORTED_FORMAT" });
  });
});
