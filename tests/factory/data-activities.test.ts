import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { factoryFrom } from "../../src/factory/model/define.ts";
import type { Activity, DatasetDefinition, FactoryDefinition } from "../../src/factory/model/definition.ts";
import { runPipeline, type PipelineRun, type RunPipelineOptions } from "../../src/factory/run-pipeline.ts";
import { HastyClock, House } from "./harness.ts";

let house: House;
beforeEach(async () => {
  house = await House.open(new HastyClock());
});
afterEach(() => house.close());

const RAW = "abfss://raw@lake.dfs.core.windows.net";
const LAKE = { referenceName: "lake", type: "LinkedServiceReference" } as const;

function dataset(type: "DelimitedText" | "Json" | "Binary"): DatasetDefinition {
  const definition = {
    type,
    linkedServiceName: LAKE,
    parameters: { folder: { type: "string" }, file: { type: "string", defaultValue: "" } },
    typeProperties: {
      location: {
        type: "AzureBlobFSLocation",
        fileSystem: "raw",
        folderPath: "@dataset().folder",
        fileName: "@dataset().file",
      },
      ...(type === "DelimitedText" ? { firstRowAsHeader: true } : {}),
    },
  };
  return definition as unknown as DatasetDefinition;
}

function at(name: string, folder: string, file?: string) {
  return {
    referenceName: name,
    type: "DatasetReference" as const,
    parameters: { folder, ...(file === undefined ? {} : { file }) },
  };
}

async function run(activity: Activity, options: Partial<RunPipelineOptions> = {}): Promise<PipelineRun> {
  const definition: FactoryDefinition = {
    name: "lake",
    pipelines: { main: { activities: [activity] } },
    linkedServices: {
      lake: { type: "AzureBlobFS", typeProperties: { url: "https://lake.dfs.core.windows.net/" } },
      workspace: { type: "AzureDatabricks", typeProperties: { domain: "https://adb.example" } },
    },
    datasets: { text: dataset("DelimitedText"), json: dataset("Json"), binary: dataset("Binary") },
  };
  return runPipeline(factoryFrom(definition), "main", { services: house.services, ...options });
}

function result(each: PipelineRun): unknown {
  expect(each.activities[0]?.error).toBeUndefined();
  return each.activities[0]?.output;
}

describe("Lookup", () => {
  const lookup = (name: string, file: string, firstRowOnly: boolean): Activity => ({
    name: "Lookup",
    type: "Lookup",
    typeProperties: {
      source: {
        type: name === "json" ? "JsonSource" : "DelimitedTextSource",
        storeSettings: { type: "AzureBlobFSReadSettings", recursive: false },
      },
      dataset: at(name, "in", file),
      firstRowOnly,
    },
  });

  it("gives the first row, or all of them", async () => {
    await house.write(`${RAW}/in/a.csv`, "id,name\n1,Ann\n2,\n");
    expect(result(await run(lookup("text", "a.csv", true)))).toEqual({ firstRow: { id: "1", name: "Ann" } });
    expect(result(await run(lookup("text", "a.csv", false)))).toEqual({
      count: 2,
      value: [
        { id: "1", name: "Ann" },
        { id: "2", name: null },
      ],
    });
    await house.write(`${RAW}/in/a.json`, '{"a": {"b": 1}}\n{"a": null}\n');
    expect(result(await run(lookup("json", "a.json", false)))).toEqual({
      count: 2,
      value: [{ a: { b: 1 } }, { a: null }],
    });
    await house.write(`${RAW}/in/b.json`, '[{"a": 1}, {"a": 2}]');
    expect(result(await run(lookup("json", "b.json", true)))).toEqual({ firstRow: { a: 1 } });
  });

  it("names what is wrong: no file, too many rows, a line that is not JSON", async () => {
    expect((await run(lookup("text", "none.csv", true))).activities[0]?.error).toMatchObject({
      errorCode: "FACTORY_SOURCE_MISSING",
    });
    await house.write(`${RAW}/in/many.csv`, `n\n${"1\n".repeat(5001)}`);
    expect((await run(lookup("text", "many.csv", false))).activities[0]?.error).toMatchObject({
      errorCode: "LOOKUP_TOO_LARGE",
    });
    await house.write(`${RAW}/in/bad.json`, '{"a": 1}\n{"a": }\n');
    expect((await run(lookup("json", "bad.json", false))).activities[0]?.error?.["message"]).toContain(
      "bad.json, line 2",
    );
  });
});

describe("GetMetadata", () => {
  const metadata = (name: string, file: string | undefined, ...fieldList: string[]): Activity => ({
    name: "Meta",
    type: "GetMetadata",
    typeProperties: { dataset: at(name, "in", file), fieldList },
  });

  it("tells of files and folders", async () => {
    await house.write(`${RAW}/in/a.csv`, "id,name\n1,Ann\n");
    await house.write(`${RAW}/in/sub/b.csv`, "x");
    const file = metadata(
      "text",
      "a.csv",
      "itemName",
      "itemType",
      "size",
      "structure",
      "columnCount",
      "contentMD5",
      "exists",
    );
    expect(result(await run(file))).toEqual({
      itemName: "a.csv",
      itemType: "File",
      size: 14,
      structure: [
        { name: "id", type: "String" },
        { name: "name", type: "String" },
      ],
      columnCount: 2,
      contentMD5: expect.stringMatching(/==$/),
      exists: true,
    });
    expect(result(await run(metadata("binary", undefined, "childItems", "itemType")))).toEqual({
      itemType: "Folder",
      childItems: [
        { name: "a.csv", type: "File" },
        { name: "sub", type: "Folder" },
      ],
    });
  });

  it("fails for what is missing, unless it asks whether it is there", async () => {
    expect(result(await run(metadata("text", "none.csv", "exists", "size")))).toEqual({ exists: false });
    expect((await run(metadata("text", "none.csv", "size"))).activities[0]?.error).toMatchObject({
      errorCode: "FACTORY_SOURCE_MISSING",
    });
    expect((await run(metadata("text", "none.csv", "exist"))).activities[0]?.error).toMatchObject({
      errorCode: "FACTORY_VALUE_INVALID",
    });
  });
});

describe("Validation", () => {
  it("waits for a file of a size, until its time is out", async () => {
    await house.write(`${RAW}/in/a.csv`, "12345");
    const activity = (minimumSize: number): Activity => ({
      name: "Valid",
      type: "Validation",
      typeProperties: { dataset: at("binary", "in", "a.csv"), timeout: "0.00:05:00", sleep: 10, minimumSize },
    });
    expect(result(await run(activity(5)))).toMatchObject({ exists: true, itemName: "a.csv", size: 5 });
    expect((await run(activity(6))).activities[0]?.error).toMatchObject({
      errorCode: "FACTORY_VALIDATION_TIMEOUT",
      message: `${RAW}/in/a.csv is smaller than 6 bytes after 300 seconds.`,
    });
  });
});

describe("Delete", () => {
  it("deletes what the settings choose", async () => {
    for (const name of ["a.csv", "b.txt", "sub/c.csv"]) await house.write(`${RAW}/in/${name}`, "x");
    const activity: Activity = {
      name: "Delete",
      type: "Delete",
      typeProperties: {
        dataset: at("binary", "in"),
        storeSettings: { type: "AzureBlobFSReadSettings", recursive: true, wildcardFileName: "*.csv" },
        enableLogging: false,
      },
    };
    expect(result(await run(activity))).toMatchObject({ filesDeleted: 2 });
    expect(await house.list(`${RAW}/in`)).toEqual(["in/b.txt"]);
  });
});

describe("the Databricks activities", () => {
  it("run jobs and notebooks of the workspace with text parameters", async () => {
    const seen: unknown[] = [];
    const answer = { runId: "7", runPageUrl: "http://localhost/runs/7", runOutput: { rows: 3 } };
    const services = {
      ...house.services,
      workspace: {
        runJob: async ({ jobId, parameters, retry }: { jobId: string; parameters: unknown; retry: number }) => {
          seen.push([jobId, parameters, retry]);
          return Promise.resolve(answer);
        },
        runNotebook: async ({ notebookPath, parameters }: { notebookPath: string; parameters: unknown }) => {
          seen.push([notebookPath, parameters]);
          return Promise.resolve(answer);
        },
      },
    };
    const linkedServiceName = { referenceName: "workspace", type: "LinkedServiceReference" } as const;
    const job: Activity = {
      name: "Job",
      type: "DatabricksJob",
      linkedServiceName,
      typeProperties: { jobId: "@concat('da', 'ily')", jobParameters: { n: "@add(1, 1)", s: "x" } },
    };
    expect(result(await run(job, { services }))).toEqual(answer);
    const notebook: Activity = {
      name: "Note",
      type: "DatabricksNotebook",
      linkedServiceName,
      typeProperties: { notebookPath: "/silver", baseParameters: { list: "@createArray(1, 'a')" } },
    };
    expect(result(await run(notebook, { services }))).toEqual(answer);
    expect(seen).toEqual([
      ["daily", { n: "2", s: "x" }, 0],
      ["/silver", { list: '[1,"a"]' }],
    ]);
    expect((await run(job)).activities[0]?.error).toMatchObject({ errorCode: "FACTORY_NO_WORKSPACE" });
  });

  it("keep inputs and outputs to themselves when they are secure", async () => {
    const activity: Activity = {
      name: "Wait",
      type: "WebActivity",
      policy: { secureInput: true, secureOutput: true },
      typeProperties: { method: "GET", url: await house.serve((_, response) => response.end('{"token": "t0p"}')) },
    };
    const each = await run(activity);
    const rows = await house.state.db
      .withTables<{ run_event: { body: string } }>()
      .selectFrom("run_event")
      .select("body")
      .execute();
    expect(each.status).toBe("Succeeded");
    expect(rows.map((row) => row.body).join("\n")).not.toContain("t0p");
  });
});
