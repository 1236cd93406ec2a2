import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/core/clock.ts";
import { factoryFrom } from "../../src/factory/model/define.ts";
import type { Activity, DatasetDefinition } from "../../src/factory/model/definition.ts";
import { runPipeline, type PipelineRun } from "../../src/factory/run-pipeline.ts";
import { listAll } from "../../src/storage/content.ts";
import { openContainer, type TestContainer } from "../azurite/container.ts";
import { House } from "./harness.ts";

let landing: TestContainer;
let raw: TestContainer;
let house: House;
beforeAll(async () => {
  [landing, raw] = await Promise.all([openContainer(), openContainer()]);
  house = await House.open(systemClock, { "lake/landing": landing.address, "lake/raw": raw.address });
});
afterAll(async () => {
  await house.close();
  await Promise.all([landing.delete(), raw.delete()]);
});

/** A pipeline that copies a folder of the container `landing` into the container `raw`. */
async function copy(type: "Binary" | "DelimitedText", folder: string): Promise<PipelineRun> {
  const text = type === "Binary" ? {} : { columnDelimiter: ",", quoteChar: '"', firstRowAsHeader: true };
  const dataset = (fileSystem: string): DatasetDefinition =>
    ({
      type,
      linkedServiceName: { referenceName: "lake", type: "LinkedServiceReference" },
      typeProperties: { location: { type: "AzureBlobFSLocation", fileSystem, folderPath: folder }, ...text },
    }) as unknown as DatasetDefinition;
  const activity = {
    name: "Copy",
    type: "Copy",
    inputs: [{ referenceName: "from", type: "DatasetReference" }],
    outputs: [{ referenceName: "to", type: "DatasetReference" }],
    typeProperties: {
      source: {
        type: `${type}Source`,
        storeSettings: { type: "AzureBlobFSReadSettings", recursive: true, wildcardFileName: "*.csv" },
        ...(type === "Binary" ? {} : { formatSettings: { type: "DelimitedTextReadSettings" } }),
      },
      sink: {
        type: `${type}Sink`,
        storeSettings: { type: "AzureBlobFSWriteSettings" },
        ...(type === "Binary" ? {} : { formatSettings: { type: "DelimitedTextWriteSettings", fileExtension: ".csv" } }),
      },
    },
  };
  const factory = factoryFrom({
    name: "lake",
    pipelines: { load: { activities: [activity as unknown as Activity] } },
    linkedServices: { lake: { type: "AzureBlobFS", typeProperties: { url: "https://lake.dfs.core.windows.net/" } } },
    datasets: { from: dataset("landing"), to: dataset("raw") },
  });
  return runPipeline(factory, "load", { services: house.services });
}

describe("a copy from one container of Azure into another", () => {
  for (const type of ["Binary", "DelimitedText"] as const) {
    it(`lands every file once (${type})`, async () => {
      const folder = type.toLowerCase();
      await landing.put(`${folder}/a.csv`, Buffer.from("id,name\r\n1,one\r\n"));
      await landing.put(`${folder}/deep er/b%20.csv`, Buffer.from("id,name\r\n2,zwei\r\n"));
      const first = await copy(type, folder);
      expect(first.activities[0]?.error).toBeUndefined();
      expect(first.activities[0]?.output).toMatchObject({ filesRead: 2, filesWritten: 2 });
      const landed = await listAll(raw.store(), `${folder}/`);
      expect(landed.map(({ key }) => key)).toEqual([`${folder}/a.csv`, `${folder}/deep er/b%20.csv`]);
      expect(await house.read(`abfss://raw@lake.dfs.core.windows.net/${folder}/a.csv`)).toContain("1,one");
      const again = await copy(type, folder);
      expect(again.activities[0]?.output).toMatchObject({ filesUnchanged: 2 });
      expect(await listAll(raw.store(), `${folder}/`)).toEqual(landed);
    });
  }
});
