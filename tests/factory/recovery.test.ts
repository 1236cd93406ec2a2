import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isBoathouseError } from "../../src/core/errors.ts";
import { factoryFrom } from "../../src/factory/model/define.ts";
import type { FactoryDefinition } from "../../src/factory/model/definition.ts";
import { pipelineRunOf } from "../../src/factory/run-pipeline.ts";
import { FactoryRunner } from "../../src/factory/runtime/factory-runner.ts";
import type { ObjectMeta, ObjectStore } from "../../src/storage/object-store.ts";
import { Files, House } from "./harness.ts";

let house: House;
let files: Files;
let folder: string;
beforeEach(async () => {
  house = await House.open();
  files = new Files();
  folder = await mkdtemp(join(tmpdir(), "boathouse-recovery-"));
});
afterEach(async () => {
  await house.close();
  await rm(folder, { recursive: true });
});

const RAW = "abfss://raw@lake.dfs.core.windows.net";
const NAMES = ["one", "two", "three"];

function definition(base: string): FactoryDefinition {
  return {
    name: "lake",
    pipelines: {
      outer: {
        activities: [
          {
            name: "Load",
            type: "ExecutePipeline",
            typeProperties: {
              pipeline: { referenceName: "load", type: "PipelineReference" },
              parameters: { names: NAMES },
              waitOnCompletion: true,
            },
          },
        ],
      },
      load: {
        parameters: { names: { type: "array" } },
        activities: [
          {
            name: "Each",
            type: "ForEach",
            typeProperties: {
              items: { type: "Expression", value: "@pipeline().parameters.names" },
              isSequential: true,
              activities: [
                {
                  name: "Copy",
                  type: "Copy",
                  inputs: [{ referenceName: "from", type: "DatasetReference", parameters: { name: "@item()" } }],
                  outputs: [{ referenceName: "to", type: "DatasetReference", parameters: { name: "@item()" } }],
                  typeProperties: {
                    source: { type: "BinarySource", storeSettings: { type: "HttpReadSettings" } },
                    sink: { type: "BinarySink", storeSettings: { type: "AzureBlobFSWriteSettings" } },
                  },
                },
              ],
            },
          },
        ],
      },
    },
    linkedServices: {
      web: { type: "HttpServer", typeProperties: { url: base } },
      lake: { type: "AzureBlobFS", typeProperties: { url: "https://lake.dfs.core.windows.net" } },
    },
    datasets: {
      from: {
        type: "Binary",
        linkedServiceName: { referenceName: "web", type: "LinkedServiceReference" },
        parameters: { name: { type: "string" } },
        typeProperties: { location: { type: "HttpServerLocation", relativeUrl: "@dataset().name" } },
      },
      to: {
        type: "Binary",
        linkedServiceName: { referenceName: "lake", type: "LinkedServiceReference" },
        parameters: { name: { type: "string" } },
        typeProperties: { location: { type: "AzureBlobFSLocation", fileSystem: "raw", fileName: "@dataset().name" } },
      },
    },
  };
}

/** A store behind which the process stands still for ever at one of its writes, before or after it took effect. */
function stopping(store: ObjectStore, at: number, when: "before" | "after", stopped: () => void): ObjectStore {
  let writes = 0;
  const never = new Promise<ObjectMeta>(() => undefined);
  return {
    url: store.url,
    list: (prefix, options) => store.list(prefix, options),
    head: (key, options) => store.head(key, options),
    read: (key, options) => store.read(key, options),
    delete: (key, options) => store.delete(key, options),
    async write(key, body, options) {
      writes += 1;
      if (writes < at) return store.write(key, body, options);
      if (writes === at && when === "after") await store.write(key, body, options);
      stopped();
      return never;
    },
  };
}

describe("a pipeline whose process is gone", () => {
  it.each([
    [1, "before"],
    [2, "after"],
    [3, "before"],
  ] as const)("goes on elsewhere, and lands every file once (write %i, %s it took effect)", async (at, when) => {
    for (const name of NAMES) files.set(`/${name}`, `content of ${name}`);
    const factory = factoryFrom(definition(await house.serve(files.answer)));
    let stop: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const first = new FactoryRunner({
      factory,
      services: house.withStores((store) => stopping(store, at, when, stop)),
      // A process that does not exist, so that its runs count as interrupted.
      owner: { host: "elsewhere", pid: 1, token: "gone" },
    });
    const { run } = await first.start("outer");
    await stopped;
    const etags = await Promise.all(NAMES.map((name) => house.etag(`${RAW}/${name}`)));
    // The first process is gone: nobody renews its leases.
    await house.state.db
      .withTables<{ run: { owner: string; lease_until: number } }>()
      .updateTable("run")
      .set({ lease_until: 0 })
      .execute();

    const second = new FactoryRunner({ factory, services: house.services });
    const { finished } = await second.resume(run.id);
    const result = pipelineRunOf(await finished);
    expect(result.error).toBeUndefined();
    expect(result.status).toBe("Succeeded");
    for (const [index, name] of NAMES.entries()) {
      expect(await house.read(`${RAW}/${name}`)).toBe(`content of ${name}`);
      // What had landed is not written again.
      if (etags[index] !== undefined) expect(await house.etag(`${RAW}/${name}`)).toBe(etags[index]);
    }
    const runs = await second.runner.log.list({ kind: "factory" });
    expect(runs.map((each) => each.name).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(["load", "outer"]);
  });

  it("is repaired from its failures: what had succeeded is not done again", async () => {
    for (const name of NAMES.slice(0, 2)) files.set(`/${name}`, name);
    const factory = factoryFrom(definition(await house.serve(files.answer)));
    const runner = new FactoryRunner({ factory, services: house.services });
    const failed = await (await runner.start("load", { parameters: { names: NAMES } })).finished;
    expect(failed.status).toBe("failed");
    files.set("/three", "three");
    const before = files.requests.length;
    const repaired = await (await runner.rerun(failed.run.id, { nodes: "failed" })).finished;
    expect(repaired.status).toBe("succeeded");
    expect(new Set(files.requests.slice(before).map((each) => each.split(" ")[1]))).toEqual(new Set(["/three"]));
    await expect(runner.rerun(failed.run.id, { nodes: ["Nothing"] })).rejects.toSatisfy((error) =>
      isBoathouseError(error),
    );
  });
});
