import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeFrame } from "../../core/diagnostic.ts";
import { defineFactory, factoryFrom, synthFactory } from "./define.ts";
import { factoryOf, loadFactory } from "./load.ts";
import { findingsFor, validateFactory } from "./validate.ts";
import type { FactoryDiagnostic } from "./resource.ts";

/** Findings of one pipeline's JSON, the rest of the factory being fine. */
function check(pipeline: unknown, more: Readonly<Record<string, unknown>> = {}): FactoryDiagnostic[] {
  const files = Object.entries({
    "pipeline/main.json": { name: "main", properties: pipeline },
    "dataset/text.json": {
      name: "text",
      properties: {
        type: "DelimitedText",
        linkedServiceName: { referenceName: "lake", type: "LinkedServiceReference" },
        parameters: { file: { type: "string" } },
        typeProperties: { location: { type: "AzureBlobFSLocation", fileSystem: "raw", fileName: "@dataset().file" } },
      },
    },
    "linkedService/lake.json": {
      name: "lake",
      properties: { type: "AzureBlobFS", typeProperties: { url: "https://lake.dfs.core.windows.net" } },
    },
    ...more,
  }).map(([path, json]) => ({ path, text: typeof json === "string" ? json : JSON.stringify(json, null, 2) }));
  return validateFactory(factoryOf(files, { name: "test" }));
}

/** What a finding points at, with its code and hint. */
function shown(finding: FactoryDiagnostic | undefined): Record<string, string | undefined> {
  if (finding?.location === undefined) return {};
  const line = finding.source.split("\n")[finding.location.line - 1] ?? "";
  const text = line.slice(finding.location.column - 1, (finding.location.endColumn ?? finding.location.column + 1) - 1);
  return { code: finding.code, text, hint: finding.hint };
}

const wait = { name: "Wait", type: "Wait", typeProperties: { waitTimeInSeconds: 1 } };

describe("validation", () => {
  it("finds nothing in a factory that is right", () => {
    expect(
      check({
        parameters: { files: { type: "array", defaultValue: [] } },
        variables: { seen: { type: "Array" } },
        annotations: [],
        concurrency: 1,
        activities: [
          { ...wait, dependsOn: [], userProperties: [] },
          {
            name: "Each",
            type: "ForEach",
            dependsOn: [{ activity: "Wait", dependencyConditions: ["Succeeded"] }],
            typeProperties: {
              items: { value: "@pipeline().parameters.files", type: "Expression" },
              isSequential: "false",
              batchCount: "5",
              activities: [
                {
                  name: "Meta",
                  type: "GetMetadata",
                  policy: { timeout: "0.12:00:00", retry: 0, retryIntervalInSeconds: 30, secureOutput: false },
                  typeProperties: {
                    dataset: { referenceName: "text", type: "DatasetReference", parameters: { file: "@item().name" } },
                    fieldList: ["exists"],
                  },
                },
                {
                  name: "Append",
                  type: "AppendVariable",
                  dependsOn: [{ activity: "Meta", dependencyConditions: ["Succeeded"] }],
                  typeProperties: { variableName: "seen", value: "@activity('Meta').output.exists" },
                },
              ],
            },
          },
        ],
      }),
    ).toEqual([]);
  });

  it.each([
    ["a property", { ...wait, polcy: {} }, "FACTORY_PROPERTY_UNKNOWN", '"polcy"', 'Did you mean "policy"?'],
    ["an activity", { ...wait, type: "Wiat" }, "FACTORY_ACTIVITY_UNKNOWN", '"Wiat"', 'Did you mean "Wait"?'],
    [
      "a property of a type",
      { ...wait, typeProperties: { waitTimeInSecond: 1, waitTimeInSeconds: 1 } },
      "FACTORY_PROPERTY_UNKNOWN",
      '"waitTimeInSecond"',
      'Did you mean "waitTimeInSeconds"?',
    ],
    [
      "a function",
      { ...wait, typeProperties: { waitTimeInSeconds: { type: "Expression", value: "@ad(1, 2)" } } },
      "EXPRESSION_FUNCTION_UNKNOWN",
      "ad",
      'Did you mean "add"?',
    ],
    [
      "a variable",
      { name: "Set", type: "SetVariable", typeProperties: { variableName: "sen", value: 1 } },
      "FACTORY_VARIABLE_UNKNOWN",
      '"sen"',
      'Did you mean "seen"?',
    ],
    [
      "a parameter",
      { ...wait, typeProperties: { waitTimeInSeconds: "@pipeline().parameters.tims" } },
      "EXPRESSION_REFERENCE_UNKNOWN",
      "tims",
      'Did you mean "times"?',
    ],
    [
      "a dataset",
      {
        name: "Meta",
        type: "GetMetadata",
        typeProperties: { dataset: { referenceName: "test", type: "DatasetReference" }, fieldList: [] },
      },
      "FACTORY_REFERENCE_DANGLING",
      '"test"',
      'Did you mean "text"?',
    ],
    [
      "an activity to wait for",
      { ...wait, dependsOn: [{ activity: "Wiat", dependencyConditions: ["Succeeded"] }] },
      "FACTORY_REFERENCE_DANGLING",
      '"Wiat"',
      'Did you mean "Wait"?',
    ],
    [
      "a condition",
      { ...wait, dependsOn: [{ activity: "Wait", dependencyConditions: ["Success"] }] },
      "FACTORY_VALUE_INVALID",
      '"Success"',
      undefined,
    ],
  ])("names the nearest right name of %s, at its place", (_, activity, code, text, hint) => {
    const findings = check({
      parameters: { times: { type: "int" } },
      variables: { seen: { type: "Array" } },
      activities: [activity],
    });
    const found = findings.map(shown).find((each) => each["code"] === code);
    expect(found).toMatchObject({ code, text, ...(hint === undefined ? {} : { hint }) });
  });

  it("draws the place of an error inside an expression, escapes and all", () => {
    const [finding] = check({
      variables: { v: { type: "String" } },
      activities: [
        { name: "S", type: "SetVariable", typeProperties: { variableName: "v", value: '@concat("a", add(1))' } },
      ],
    });
    expect(finding?.code).toBe("EXPRESSION_SYNTAX");
    const frame = finding?.location === undefined ? "" : codeFrame(finding.source, finding.location, 0);
    const [line = "", carets = ""] = frame.split("\n");
    expect(line.slice(carets.indexOf("^")).startsWith('\\"a')).toBe(true);
  });

  it.each([
    [
      "circles of activities",
      {
        activities: [
          { ...wait, name: "A", dependsOn: [{ activity: "B", dependencyConditions: ["Succeeded"] }] },
          { ...wait, name: "B", dependsOn: [{ activity: "A", dependencyConditions: ["Succeeded"] }] },
        ],
      },
      "FACTORY_ACTIVITY_CYCLE",
    ],
    ["two of a name", { activities: [wait, wait] }, "FACTORY_NAME_DUPLICATE"],
    [
      "an output that is not there yet",
      {
        activities: [wait, { ...wait, name: "B", typeProperties: { waitTimeInSeconds: "@activity('Wait').output.x" } }],
      },
      "FACTORY_ACTIVITY_ORDER",
    ],
    [
      "a loop in a loop",
      {
        activities: [
          {
            name: "Outer",
            type: "ForEach",
            typeProperties: {
              items: { type: "Expression", value: "@createArray(1)" },
              activities: [
                {
                  name: "Inner",
                  type: "ForEach",
                  typeProperties: { items: { type: "Expression", value: "@createArray(1)" }, activities: [] },
                },
              ],
            },
          },
        ],
      },
      "FACTORY_NESTING",
    ],
    [
      "text where an array is needed",
      {
        activities: [
          {
            name: "E",
            type: "ForEach",
            typeProperties: { items: { type: "Expression", value: "@string(1)" }, activities: [] },
          },
        ],
      },
      "EXPRESSION_TYPE",
    ],
    [
      "wrong values",
      { activities: [{ ...wait, typeProperties: { waitTimeInSeconds: "soon" } }] },
      "FACTORY_VALUE_INVALID",
    ],
    [
      "item() outside a loop",
      { activities: [{ ...wait, typeProperties: { waitTimeInSeconds: "@item()" } }] },
      "EXPRESSION_REFERENCE_UNKNOWN",
    ],
    [
      "a parameter that a dataset needs",
      {
        activities: [
          {
            name: "Meta",
            type: "GetMetadata",
            typeProperties: { dataset: { referenceName: "text", type: "DatasetReference" }, fieldList: [] },
          },
        ],
      },
      "FACTORY_PARAMETER_MISSING",
    ],
  ])("finds %s", (_, pipeline, code) => {
    expect(check(pipeline).map((finding) => finding.code)).toContain(code);
  });

  it("warns of variables set side by side, and of pipelines that run each other", () => {
    const execute = (name: string) => ({
      name: "Run",
      type: "ExecutePipeline",
      typeProperties: { pipeline: { referenceName: name, type: "PipelineReference" } },
    });
    const findings = check(
      {
        variables: { v: { type: "String" } },
        activities: [
          {
            name: "Each",
            type: "ForEach",
            typeProperties: {
              items: { type: "Expression", value: "@createArray(1)" },
              activities: [
                { name: "Set", type: "SetVariable", typeProperties: { variableName: "v", value: "@item()" } },
              ],
            },
          },
          execute("other"),
        ],
      },
      { "pipeline/other.json": { name: "other", properties: { activities: [execute("main")] } } },
    );
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ["FACTORY_VARIABLE_RACE", "warning"],
      ["FACTORY_PIPELINE_CYCLE", "warning"],
    ]);
  });

  it("tells what Data Factory has and this does not from what nobody has", () => {
    const [unsupported] = check({ activities: [{ name: "N", type: "SynapseNotebook", typeProperties: { any: 1 } }] });
    expect(unsupported).toMatchObject({ code: "FACTORY_ACTIVITY_UNSUPPORTED" });
    const findings = check(
      { activities: [] },
      {
        "linkedService/sql.json": { name: "sql", properties: { type: "AzureSqlDatabase", typeProperties: {} } },
        "linkedService/odd.json": { name: "odd", properties: { type: "HttpServr", typeProperties: {} } },
      },
    );
    expect(findings.map(({ code, hint }) => [code, hint])).toEqual([
      ["FACTORY_UNSUPPORTED", expect.stringContaining("Supported")],
      ["FACTORY_TYPE_UNKNOWN", 'Did you mean "HttpServer"?'],
    ]);
  });

  it("checks triggers", () => {
    const trigger = (recurrence: unknown): unknown => ({
      "trigger/daily.json": {
        name: "daily",
        properties: {
          type: "ScheduleTrigger",
          pipelines: [
            { pipelineReference: { referenceName: "main", type: "PipelineReference" }, parameters: { x: 1 } },
          ],
          typeProperties: { recurrence },
        },
      },
    });
    const findings = check(
      { activities: [] },
      trigger({
        frequency: "Day",
        interval: 1,
        startTime: "soon",
        timeZone: "W Europe Standard Time",
        schedule: { weekDays: ["Monday"], hours: [25] },
      }) as Readonly<Record<string, unknown>>,
    );
    expect(findings.map((finding) => shown(finding)["text"])).toEqual([
      "25",
      '"x"',
      '"soon"',
      '"W Europe Standard Time"',
      '"weekDays"',
    ]);
  });

  it("keeps to what a pipeline leads to when it asks about one", () => {
    const factory = factoryOf(
      [
        { path: "pipeline/good.json", text: '{"name": "good", "properties": {"activities": []}}' },
        { path: "pipeline/bad.json", text: '{"name": "bad", "properties": {"activties": []}}' },
      ],
      { name: "test" },
    );
    expect(findingsFor(factory, "good")).toEqual([]);
    expect(findingsFor(factory, "bad").length).toBeGreaterThan(0);
  });
});

describe("a factory written in TypeScript", () => {
  it("is printed as the git layout and read back the same", () => {
    const definition = defineFactory({
      name: "lake",
      globalParameters: { env: { type: "string", value: "dev" } },
      pipelines: { main: { activities: [{ name: "Wait", type: "Wait", typeProperties: { waitTimeInSeconds: 1 } }] } },
      linkedServices: {
        web: {
          type: "HttpServer",
          typeProperties: { url: "@linkedService().url" },
          parameters: { url: { type: "string" } },
        },
      },
      triggers: {
        daily: {
          type: "ScheduleTrigger",
          runtimeState: "Started",
          pipelines: [{ pipelineReference: { referenceName: "main", type: "PipelineReference" } }],
          typeProperties: { recurrence: { frequency: "Day", interval: 1 } },
        },
      },
    });
    const files = synthFactory(definition);
    expect(files.map((file) => file.path)).toEqual([
      "factory/lake.json",
      "linkedService/web.json",
      "pipeline/main.json",
      "trigger/daily.json",
    ]);
    expect(factoryOf(files, { name: "lake" })).toEqual(factoryFrom(definition));
    expect(validateFactory(factoryFrom(definition))).toEqual([]);
  });
});

describe("the git layout", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "boathouse-layout-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is read with byte order marks and in UTF-16, and broken files are findings", async () => {
    await mkdir(join(folder, "pipeline"));
    const json = '{"name": "a", "properties": {"activities": []}}';
    await writeFile(join(folder, "pipeline", "a.json"), `\uFEFF${json}`);
    await writeFile(join(folder, "pipeline", "b.json"), Buffer.from(`\uFEFF${json.replace('"a"', '"b"')}`, "utf16le"));
    await writeFile(join(folder, "pipeline", "c.json"), '{"name": "c",\n  "properties": {,}}');
    await writeFile(join(folder, "pipeline", "d.json"), Buffer.from([0x22, 0xff, 0x22]));
    const factory = await loadFactory(folder, { display: "lake" });
    expect([...factory.resources.pipeline.keys()]).toEqual(["a", "b"]);
    expect(validateFactory(factory)).toMatchObject([
      { code: "FACTORY_FILE_INVALID", location: { file: "lake/pipeline/d.json" } },
      { code: "JSON_SYNTAX", location: { file: "lake/pipeline/c.json", line: 2, column: 18 } },
    ]);
  });

  it("is missed by name", async () => {
    await expect(loadFactory(folder)).rejects.toMatchObject({ code: "FACTORY_NOT_FOUND" });
  });
});
