import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/core/json.ts";
import { FaultyStore } from "../../src/storage/faulty-store.ts";
import { factoryFrom } from "../../src/factory/model/define.ts";
import type {
  Activity,
  CopyProperties,
  DatasetDefinition,
  FactoryDefinition,
} from "../../src/factory/model/definition.ts";
import { runPipeline, type PipelineRun, type RunPipelineOptions } from "../../src/factory/run-pipeline.ts";
import { Files, HastyClock, House } from "./harness.ts";

let house: House;
let files: Files;
let base: string;
beforeEach(async () => {
  house = await House.open();
  files = new Files();
  base = await house.serve(files.answer);
});
afterEach(() => house.close());

const RAW = "abfss://raw@lake.dfs.core.windows.net";

interface CopyCase {
  readonly source?: JsonObject;
  readonly sourceDataset?: JsonObject;
  readonly sinkDataset?: JsonObject;
  readonly sink?: JsonObject;
  readonly properties?: Partial<CopyProperties>;
  readonly policy?: { readonly retry?: number; readonly retryIntervalInSeconds?: number };
  readonly binary?: true;
  /** Reads from storage instead of the web. */
  readonly local?: { readonly folder: string; readonly file?: string };
  readonly sinkFile?: string | null;
}

function copyFactory(copy: CopyCase): FactoryDefinition {
  const type = copy.binary === true ? ("Binary" as const) : ("DelimitedText" as const);
  const text =
    copy.binary === true ? {} : { columnDelimiter: ",", quoteChar: '"', escapeChar: '"', firstRowAsHeader: true };
  const { local, sinkFile = "out.csv" } = copy;
  const location =
    local === undefined
      ? { type: "HttpServerLocation", relativeUrl: "data/@{dataset().file}" }
      : {
          type: "AzureBlobFSLocation",
          fileSystem: "landing",
          folderPath: local.folder,
          ...(local.file === undefined ? {} : { fileName: local.file }),
        };
  const dataset = (more: JsonObject): DatasetDefinition => more as unknown as DatasetDefinition;
  const activity = {
    name: "Copy",
    type: "Copy",
    ...(copy.policy === undefined ? {} : { policy: copy.policy }),
    inputs: [{ referenceName: "from", type: "DatasetReference", parameters: { file: "@pipeline().parameters.file" } }],
    outputs: [{ referenceName: "to", type: "DatasetReference" }],
    typeProperties: {
      source: {
        type: `${type}Source`,
        storeSettings: { type: local === undefined ? "HttpReadSettings" : "AzureBlobFSReadSettings", ...copy.source },
        ...(copy.binary === true ? {} : { formatSettings: { type: "DelimitedTextReadSettings" } }),
      },
      sink: {
        type: `${type}Sink`,
        storeSettings: { type: "AzureBlobFSWriteSettings", ...copy.sink },
        ...(copy.binary === true
          ? {}
          : { formatSettings: { type: "DelimitedTextWriteSettings", quoteAllText: false, fileExtension: ".csv" } }),
      },
      ...copy.properties,
    },
  };
  return {
    name: "lake",
    pipelines: {
      load: {
        parameters: { file: { type: "String", defaultValue: "in.csv" } },
        activities: [activity as unknown as Activity],
      },
    },
    linkedServices: {
      web: { type: "HttpServer", typeProperties: { url: base, authenticationType: "Anonymous" } },
      lake: { type: "AzureBlobFS", typeProperties: { url: "https://lake.dfs.core.windows.net/" } },
    },
    datasets: {
      from: dataset({
        type,
        linkedServiceName: { referenceName: local === undefined ? "web" : "lake", type: "LinkedServiceReference" },
        parameters: { file: { type: "string" } },
        typeProperties: { location, ...text, ...copy.sourceDataset },
      }),
      to: dataset({
        type,
        linkedServiceName: { referenceName: "lake", type: "LinkedServiceReference" },
        typeProperties: {
          location: {
            type: "AzureBlobFSLocation",
            fileSystem: "raw",
            folderPath: "in",
            ...(sinkFile === null ? {} : { fileName: sinkFile }),
          },
          ...text,
          ...copy.sinkDataset,
        },
      }),
    },
  };
}

async function copy(options: CopyCase = {}, run: Partial<RunPipelineOptions> = {}): Promise<PipelineRun> {
  return runPipeline(factoryFrom(copyFactory(options)), "load", { services: house.services, ...run });
}

function output(run: PipelineRun): Record<string, unknown> {
  expect(run.activities[0]?.error).toBeUndefined();
  return run.activities[0]?.output as Record<string, unknown>;
}

function failure(run: PipelineRun): { errorCode: string; message: string } {
  expect(run.status).toBe("Failed");
  return run.activities[0]?.error as { errorCode: string; message: string };
}

describe("a copy of delimited text", () => {
  it("lands a file of the web in storage and counts what it did", async () => {
    files.set("/data/in.csv", '\uFEFFname,note\r\nAnn,"likes ""tea"", much"\r\nBob,\r\n');
    const run = await copy();
    expect(await house.read(`${RAW}/in/out.csv`)).toBe('name,note\r\nAnn,"likes ""tea"", much"\r\nBob,\r\n');
    expect(output(run)).toMatchObject({
      rowsRead: 2,
      rowsCopied: 2,
      filesRead: 1,
      filesWritten: 1,
      filesSkipped: 0,
      filesUnchanged: 0,
      dataRead: 47,
      dataWritten: 44,
      errors: [],
    });
    expect(run.activities[0]?.input).toMatchObject({
      sourceDataset: { url: `${base}/data/in.csv` },
      sinkDataset: { url: `${RAW}/in/out.csv` },
    });
  });

  it("writes in the sink's dialect: quotes, escapes, delimiter, nulls, encoding, compression", async () => {
    files.set("/data/in.csv", 'a,b,c\n1,,"x\\""y"\n"two\nlines",é,"z\\"\n');
    const sinkDataset = {
      columnDelimiter: ";",
      escapeChar: "\\",
      nullValue: "NULL",
      rowDelimiter: "\n",
      encodingName: "WINDOWS-1252",
      compressionCodec: "gzip",
    };
    const run = await copy({
      sinkDataset,
      sinkFile: "out.csv.gz",
      properties: {
        sink: {
          type: "DelimitedTextSink",
          storeSettings: { type: "AzureBlobFSWriteSettings" },
          formatSettings: { type: "DelimitedTextWriteSettings", quoteAllText: true, fileExtension: ".csv" },
        },
      },
    });
    output(run);
    const { store, key } = house.storage.resolve(`${RAW}/in/out.csv.gz`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await store.read(key)).body) chunks.push(chunk);
    expect(gunzipSync(Buffer.concat(chunks)).toString("latin1")).toBe(
      '"a";"b";"c"\n"1";"NULL";"x\\\\\\"y"\n"two\nlines";"\u00e9";"z\\\\"\n',
    );
  });

  it("reads escapes, mixed line ends, short rows, other encodings and compressed files", async () => {
    const text = 'a,b\r\n"C:\\temp","say \\"hi\\""\nx\\y,"quoted\r\nbreak"\r\nshort\r\n"é","doubled ""too"""\n';
    files.set("/data/in.csv", gzipSync(Buffer.from(text, "latin1")));
    const sourceDataset = { escapeChar: "\\", encodingName: "ISO-8859-1", compressionCodec: "gzip" };
    const run = await copy({ sourceDataset });
    expect(output(run)).toMatchObject({ rowsCopied: 4 });
    expect(await house.read(`${RAW}/in/out.csv`)).toBe(
      'a,b\r\nC:\\temp,"say ""hi"""\r\nx\\y,"quoted\r\nbreak"\r\nshort,\r\né,"doubled ""too"""\r\n',
    );
  });

  it("maps columns by name and ordinal, adds columns and checks types", async () => {
    files.set("/data/in.csv", "id,name,when\n007,Ann,today\n8,Bob,\n");
    const run = await copy({
      properties: {
        source: {
          type: "DelimitedTextSource",
          storeSettings: { type: "HttpReadSettings" },
          additionalColumns: [
            { name: "file", value: "$$FILEPATH" },
            { name: "copy", value: "$$COLUMN:name" },
            { name: "by", value: { type: "Expression", value: "@pipeline().Pipeline" } },
          ],
        },
        translator: {
          type: "TabularTranslator",
          typeConversion: true,
          mappings: [
            { source: { name: "name" }, sink: { name: "person", type: "String" } },
            { source: { ordinal: 1 }, sink: { name: "number", type: "Int32" } },
            { source: { name: "file" }, sink: { name: "file" } },
            { source: { name: "copy" }, sink: { name: "again" } },
            { source: { name: "by" }, sink: { name: "by" } },
          ],
        },
      },
    });
    output(run);
    expect(await house.read(`${RAW}/in/out.csv`)).toBe(
      "person,number,file,again,by\r\nAnn,7,in.csv,Ann,load\r\nBob,8,in.csv,Bob,load\r\n",
    );
  });

  it("keeps the order of rows, also where DuckDB is free to change it", async () => {
    const text = `n,text\r\n${Array.from({ length: 200_000 }, (_, index) => `${index},row ${index}\r\n`).join("")}`;
    files.set("/data/in.csv", text);
    expect(output(await copy())).toMatchObject({ rowsCopied: 200_000 });
    expect((await house.read(`${RAW}/in/out.csv`)) === text).toBe(true);
  });

  it("copies a header alone, and nothing", async () => {
    files.set("/data/in.csv", "a,b\n");
    expect(output(await copy())).toMatchObject({ rowsCopied: 0, filesWritten: 1 });
    expect(await house.read(`${RAW}/in/out.csv`)).toBe("a,b\r\n");
    files.set("/data/in.csv", "");
    expect(output(await copy())).toMatchObject({ rowsCopied: 0, filesWritten: 1 });
    expect(await house.read(`${RAW}/in/out.csv`)).toBe("");
  });

  it("leaves incompatible rows out when it is told to, and logs them", async () => {
    files.set("/data/in.csv", 'id,name\n1,Ann\n2,Bob,extra\nthree,Cid\n4,"D"d\n5\n');
    const run = await copy({
      properties: {
        enableSkipIncompatibleRow: true,
        translator: {
          type: "TabularTranslator",
          typeConversion: true,
          mappings: [
            { source: { name: "id" }, sink: { name: "id", type: "Int64" } },
            { source: { name: "name" }, sink: { name: "name" } },
          ],
        },
        logSettings: {
          enableCopyActivityLog: true,
          copyActivityLogSettings: { logLevel: "Warning", enableReliableLogging: false },
          logLocationSettings: {
            linkedServiceName: { referenceName: "lake", type: "LinkedServiceReference" },
            path: "logs/skipped",
          },
        },
      },
    });
    const result = output(run);
    expect(await house.read(`${RAW}/in/out.csv`)).toBe("id,name\r\n1,Ann\r\n5,\r\n");
    expect(result).toMatchObject({ rowsRead: 5, rowsCopied: 2, rowsSkipped: 3 });
    const log = await house.read(String(result["logFilePath"]));
    expect(log.split("\r\n")[0]).toBe("Timestamp,Level,OperationName,OperationItem,Message");
    expect(log).toContain(`"2,Bob,extra","${base}/data/in.csv, line 3: TOO MANY COLUMNS`);
    expect(log).toContain('"three,Cid"');
  });
});

describe("a landing", () => {
  it("is not repeated for an unchanged source, and is for a changed one or other settings", async () => {
    files.set("/data/in.csv", "a\n1\n");
    await copy();
    const etag = await house.etag(`${RAW}/in/out.csv`);
    expect(output(await copy())).toMatchObject({ filesUnchanged: 1, filesWritten: 0, rowsCopied: 0, dataRead: 0 });
    expect(await house.etag(`${RAW}/in/out.csv`)).toBe(etag);
    expect(files.requests.filter((each) => each.startsWith("GET"))).toHaveLength(1);
    expect(output(await copy({ sinkDataset: { nullValue: "-" } }))).toMatchObject({ filesWritten: 1 });
    files.set("/data/in.csv", "a\n2\n");
    expect(output(await copy({ sinkDataset: { nullValue: "-" } }))).toMatchObject({ filesWritten: 1 });
    expect(await house.read(`${RAW}/in/out.csv`)).toBe("a\r\n2\r\n");
  });

  it("compares the content where the server gives no etag", async () => {
    files.set("/data/in.csv", "a\n1\n", "none");
    await copy();
    const etag = await house.etag(`${RAW}/in/out.csv`);
    expect(output(await copy())).toMatchObject({ filesUnchanged: 1 });
    expect(await house.etag(`${RAW}/in/out.csv`)).toBe(etag);
    files.set("/data/in.csv", "a\n2\n", "none");
    expect(output(await copy())).toMatchObject({ filesWritten: 1 });
  });

  it("is repeated when the target was changed or removed", async () => {
    files.set("/data/in.csv", "a\n1\n");
    await copy();
    await house.write(`${RAW}/in/out.csv`, "something else");
    expect(output(await copy())).toMatchObject({ filesWritten: 1 });
    expect(await house.read(`${RAW}/in/out.csv`)).toBe("a\r\n1\r\n");
  });

  it.each([1, 2, 3])("happens once although write %i is lost and the activity is retried", async (at) => {
    for (const name of ["a", "b", "c"])
      await house.write(`abfss://landing@lake.dfs.core.windows.net/x/${name}.csv`, `n\n${name}\n`);
    const stores: FaultyStore[] = [];
    const services = house.withStores((store) => {
      const faulty = new FaultyStore(store, { at, operations: ["write"], kind: "unavailable", when: "after" });
      stores.push(faulty);
      return faulty;
    });
    const run = await copy(
      {
        local: { folder: "x" },
        sinkFile: null,
        policy: { retry: 1, retryIntervalInSeconds: 30 },
        source: { recursive: true },
      },
      { services: { ...services, clock: new HastyClock() } },
    );
    expect(output(run)).toMatchObject({ filesWritten: 3, rowsCopied: 3, filesUnchanged: 0 });
    expect(await house.list(`${RAW}/in`)).toEqual(["in/a.csv", "in/b.csv", "in/c.csv"]);
  });

  it("says when there is no space left, and goes on where it was", async () => {
    for (const name of ["a", "b"])
      await house.write(`abfss://landing@lake.dfs.core.windows.net/x/${name}.csv`, `n\n${name}\n`);
    const options: CopyCase = { local: { folder: "x" }, sinkFile: null, properties: { parallelCopies: 1 } };
    const services = house.withStores(
      (store) => new FaultyStore(store, { at: 2, operations: ["write"], kind: "full" }),
    );
    const { errorCode, message } = failure(await copy(options, { services }));
    expect(errorCode).toBe("STORE_FULL");
    expect(message).toContain(`${RAW}/in/b.csv`);
    expect(await house.list(`${RAW}/in`)).toEqual(["in/a.csv"]);
    expect(output(await copy(options))).toMatchObject({ filesWritten: 1, filesUnchanged: 1 });
  });
});

describe("bad sources", () => {
  it("a missing one is named, with what to do", async () => {
    const { errorCode, message } = failure(await copy());
    expect(errorCode).toBe("FACTORY_SOURCE_MISSING");
    expect(message).toContain(`${base}/data/in.csv`);
  });

  it("a malformed line is named", async () => {
    files.set("/data/in.csv", "a,b\n1,2\n3,4,5\n");
    const { errorCode, message } = failure(await copy());
    expect(errorCode).toBe("COPY_MALFORMED_LINE");
    expect(message).toBe(`${base}/data/in.csv, line 3: found 3 columns where 2 are expected.`);
    expect(await house.etag(`${RAW}/in/out.csv`)).toBeUndefined();
  });

  it("a wrong encoding is named", async () => {
    files.set("/data/in.csv", Buffer.from("a,b\n1,2\n\xe9t\xe9,4\n", "latin1"));
    const { errorCode, message } = failure(await copy());
    expect(errorCode).toBe("COPY_WRONG_ENCODING");
    expect(message).toBe(`${base}/data/in.csv, line 3: the text is not UTF-8.`);
  });

  it("a value that is not of its type is named", async () => {
    files.set("/data/in.csv", "a\n1\nx\n");
    const { errorCode, message } = failure(
      await copy({
        properties: {
          translator: {
            type: "TabularTranslator",
            typeConversion: true,
            mappings: [{ source: { name: "a" }, sink: { name: "a", type: "Int32" } }],
          },
        },
      }),
    );
    expect(errorCode).toBe("COPY_VALUE_INVALID");
    expect(message).toContain('row 2: a value of "a" is not of the type Int32');
  });

  it("a mapped column that is not there is named with the nearest", async () => {
    files.set("/data/in.csv", "country,b\n1,2\n");
    const run = await copy({
      properties: {
        translator: { type: "TabularTranslator", mappings: [{ source: { name: "contry" }, sink: { name: "c" } }] },
      },
    });
    expect(failure(run).errorCode).toBe("COPY_COLUMN_MISSING");
    expect(failure(run).message).toContain('no column "contry"');
  });

  it("one that changes while it is read is refused, and nothing lands", async () => {
    let version = 1;
    base = await house.serve((request, response) => {
      const etag = `"v${version}"`;
      if (request.headers["if-match"] !== undefined && request.headers["if-match"] !== etag) {
        response.writeHead(412).end();
        return;
      }
      response.writeHead(200, { etag, "content-length": 8 });
      if (request.method === "HEAD") response.end();
      else {
        version += 1;
        response.end("a,b\n1,2\n");
      }
    });
    const { errorCode, message } = failure(await copy());
    expect(errorCode).toBe("OBJECT_CHANGED");
    expect(message).toContain("data/in.csv has changed");
    expect(await house.etag(`${RAW}/in/out.csv`)).toBeUndefined();
  });

  it("a truncated download is refused, and nothing lands", async () => {
    base = await house.serve((request, response) => {
      response.writeHead(200, { "content-length": 1000 });
      if (request.method === "HEAD") response.end();
      else {
        response.write("a,b\n1,2\n");
        setTimeout(() => response.destroy(), 20);
      }
    });
    const { errorCode, message } = failure(await copy());
    expect(errorCode).toBe("OBJECT_TRUNCATED");
    expect(message).toContain("data/in.csv broke off");
    expect(await house.etag(`${RAW}/in/out.csv`)).toBeUndefined();
  });
});

describe("a binary copy", () => {
  it("moves bytes as they are, from the web and between containers", async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256));
    files.set("/data/in.csv", bytes);
    expect(output(await copy({ binary: true, sinkFile: "blob.bin" }))).toMatchObject({
      dataRead: 70_000,
      dataWritten: 70_000,
      filesWritten: 1,
    });
    const { store, key } = house.storage.resolve(`${RAW}/in/blob.bin`);
    const hash = createHash("sha256");
    for await (const chunk of (await store.read(key)).body) hash.update(chunk);
    expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
  });

  it("chooses files by wildcard and time, keeps their folders, and deletes what it has moved", async () => {
    const landing = "abfss://landing@lake.dfs.core.windows.net";
    for (const name of ["x/2026/a.csv", "x/2026/b.txt", "x/2025/c.csv", "x/2025/_hidden.csv", "y/d.csv"]) {
      await house.write(`${landing}/${name}`, name);
    }
    const options: CopyCase = {
      binary: true,
      local: { folder: "x" },
      sinkFile: null,
      source: {
        recursive: true,
        wildcardFolderPath: "x/20*",
        wildcardFileName: "*.csv",
        deleteFilesAfterCompletion: true,
      },
      properties: { validateDataConsistency: true },
    };
    expect(output(await copy(options))).toMatchObject({
      filesWritten: 2,
      dataConsistencyVerification: { VerificationResult: "Verified", InconsistentData: "None" },
    });
    expect(await house.list(`${RAW}/in`)).toEqual(["in/2025/c.csv", "in/2026/a.csv"]);
    expect(await house.list(landing)).toEqual(["x/2025/_hidden.csv", "x/2026/b.txt", "y/d.csv"]);
    const none = { ...options, source: { recursive: true, modifiedDatetimeStart: "2999-01-01T00:00:00Z" } };
    expect(output(await copy(none))).toMatchObject({ filesWritten: 0, filesRead: 0 });
  });

  it("merges files, and flattens folders to names that a retry gives again", async () => {
    const landing = "abfss://landing@lake.dfs.core.windows.net";
    for (const name of ["x/1/a.txt", "x/2/a.txt"]) await house.write(`${landing}/${name}`, `${name};`);
    const options: CopyCase = {
      binary: true,
      local: { folder: "x" },
      sinkFile: "all.txt",
      source: { recursive: true },
    };
    expect(failure(await copy(options)).errorCode).toBe("COPY_TARGET_AMBIGUOUS");
    expect(output(await copy({ ...options, sink: { copyBehavior: "MergeFiles" } }))).toMatchObject({
      filesRead: 2,
      filesWritten: 1,
    });
    expect(await house.read(`${RAW}/in/all.txt`)).toBe("x/1/a.txt;x/2/a.txt;");
    await copy({ ...options, sinkFile: null, sink: { copyBehavior: "FlattenHierarchy" } });
    const flat = (await house.list(`${RAW}/in`)).filter((key) => key.startsWith("in/Data."));
    expect(flat).toHaveLength(2);
    for (const key of flat) expect(key).toMatch(/^in\/Data\.[0-9a-f-]{36}\.[0-9a-f-]{36}$/);
  });

  it("skips files that are refused when it is told to", async () => {
    base = await house.serve((request, response) => {
      if (request.method === "HEAD") response.writeHead(200, { "content-length": 3 }).end();
      else response.writeHead(403).end();
    });
    expect(failure(await copy({ binary: true })).errorCode).toBe("STORE_FORBIDDEN");
    const run = await copy({ binary: true, properties: { skipErrorFile: { fileForbidden: true } } });
    expect(output(run)).toMatchObject({ filesSkipped: 1, filesWritten: 0 });
  });
});
