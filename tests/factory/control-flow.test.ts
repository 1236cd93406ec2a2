import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { VirtualClock } from "../../src/core/clock.ts";
import { defineFactory, factoryFrom } from "../../src/factory/model/define.ts";
import type { Activity, PipelineDefinition } from "../../src/factory/model/definition.ts";
import { runPipeline, type PipelineRun, type RunPipelineOptions } from "../../src/factory/run-pipeline.ts";
import { Files, House } from "./harness.ts";

let house: House;
beforeEach(async () => {
  house = await House.open();
});
afterEach(() => house.close());

function set(name: string, variableName: string, value: string, dependsOn: Activity["dependsOn"] = []): Activity {
  return { name, type: "SetVariable", dependsOn, typeProperties: { variableName, value } };
}

function after(activity: string, ...dependencyConditions: ("Succeeded" | "Failed" | "Skipped" | "Completed")[]) {
  return [{ activity, dependencyConditions }];
}

async function run(
  pipeline: PipelineDefinition,
  options: Partial<RunPipelineOptions> = {},
  others: Record<string, PipelineDefinition> = {},
): Promise<PipelineRun> {
  const factory = factoryFrom(
    defineFactory({
      name: "test",
      globalParameters: { region: { type: "string", value: "north" } },
      pipelines: { main: pipeline, ...others },
      linkedServices: { kv: { type: "AzureKeyVault", typeProperties: { baseUrl: "https://vault.example" } } },
    }),
  );
  return runPipeline(factory, "main", { services: house.services, ...options });
}

function statuses(result: PipelineRun): Record<string, string> {
  return Object.fromEntries(result.activities.map((each) => [each.path, each.status]));
}

function outputOf(result: PipelineRun, path: string): unknown {
  return result.activities.find((each) => each.path === path)?.output;
}

describe("a pipeline", () => {
  it("passes parameters, variables, outputs and system variables from activity to activity", async () => {
    const result = await run(
      {
        parameters: { who: { type: "String" }, times: { type: "Int", defaultValue: 2 } },
        variables: { greeting: { type: "String" }, all: { type: "Array", defaultValue: ["first"] } },
        activities: [
          set("Greet", "greeting", "Hello @{pipeline().parameters.who} in @{pipeline().globalParameters.region}"),
          {
            name: "Append",
            type: "AppendVariable",
            dependsOn: after("Greet", "Succeeded"),
            typeProperties: { variableName: "all", value: "@concat(variables('greeting'), '!')" },
          },
          set(
            "Last",
            "greeting",
            "@{string(variables('all'))} @{activity('Greet').output.value} @{pipeline().Pipeline}",
            after("Append", "Succeeded"),
          ),
        ],
      },
      { parameters: { who: "Ann", times: "3" } },
    );
    expect(result.status).toBe("Succeeded");
    expect(outputOf(result, "Last")).toEqual({
      name: "greeting",
      value: '["first","Hello Ann in north!"] Hello Ann in north main',
    });
  });

  it("refuses unknown, missing and wrong parameters before anything runs", async () => {
    const pipeline: PipelineDefinition = { parameters: { count: { type: "Int" } }, activities: [] };
    await expect(run(pipeline)).rejects.toMatchObject({ code: "FACTORY_PARAMETER_MISSING" });
    await expect(run(pipeline, { parameters: { count: "many" } })).rejects.toMatchObject({
      code: "FACTORY_PARAMETER_TYPE",
    });
    await expect(run(pipeline, { parameters: { cuont: 1 } })).rejects.toMatchObject({
      code: "FACTORY_PARAMETER_UNKNOWN",
      kind: "usage",
      hint: 'Did you mean "count"?',
    });
  });

  it("catches a failure, and shows its error to the activity that does", async () => {
    const result = await run({
      variables: { message: { type: "String" } },
      activities: [
        { name: "Break", type: "Fail", typeProperties: { message: "no @{add(1, 1)}", errorCode: "E42" } },
        set("Never", "message", "never", after("Break", "Succeeded")),
        set(
          "Catch",
          "message",
          "@{activity('Break').Error.message} @{activity('Break').error.errorCode}",
          after("Break", "Failed"),
        ),
        set("Both", "message", "done", [
          { activity: "Never", dependencyConditions: ["Skipped"] },
          { activity: "Catch", dependencyConditions: ["Completed"] },
        ]),
      ],
    });
    expect(statuses(result)).toEqual({ Break: "Failed", Never: "Skipped", Catch: "Succeeded", Both: "Succeeded" });
    expect(outputOf(result, "Catch")).toMatchObject({ value: "no 2 E42" });
    expect(result.status).toBe("Succeeded");
  });

  it("runs every item of a ForEach although one fails, and then fails", async () => {
    const result = await run({
      variables: { seen: { type: "Array" } },
      activities: [
        {
          name: "Each",
          type: "ForEach",
          typeProperties: {
            items: { type: "Expression", value: "@range(1, 4)" },
            activities: [
              {
                name: "If",
                type: "IfCondition",
                typeProperties: {
                  expression: { type: "Expression", value: "@equals(item(), 2)" },
                  ifTrueActivities: [
                    { name: "Bad", type: "Fail", typeProperties: { message: "item @{item()}", errorCode: "BAD" } },
                  ],
                  ifFalseActivities: [
                    {
                      name: "Good",
                      type: "AppendVariable",
                      typeProperties: { variableName: "seen", value: "@item()" },
                    },
                  ],
                },
              },
            ],
          },
        },
        set("Count", "seen", "@variables('seen')", after("Each", "Failed")),
      ],
    });
    expect(result.status).toBe("Succeeded");
    const seen = (outputOf(result, "Count") as { value: number[] }).value;
    expect(new Set(seen)).toEqual(new Set([1, 3, 4]));
    expect(result.activities.find((each) => each.path === "Each")?.error?.["message"]).toContain("item 2");
  });

  it("repeats Until its expression is true, through failures inside", async () => {
    const result = await run({
      variables: { all: { type: "Array" } },
      activities: [
        {
          name: "Loop",
          type: "Until",
          typeProperties: {
            expression: { type: "Expression", value: "@equals(length(variables('all')), 3)" },
            timeout: "0.00:01:00",
            activities: [
              { name: "Add", type: "AppendVariable", typeProperties: { variableName: "all", value: "x" } },
              { name: "Break", type: "Fail", typeProperties: { message: "inner", errorCode: "X" } },
            ],
          },
        },
      ],
    });
    expect(result.status).toBe("Succeeded");
    expect(outputOf(result, "Loop")).toEqual({ Iterations: 3 });
  });

  it("switches, filters and leaves inactive activities out", async () => {
    const result = await run({
      variables: { picked: { type: "String" } },
      activities: [
        {
          name: "Filter",
          type: "Filter",
          typeProperties: {
            items: { type: "Expression", value: "@createArray(1, 2, 3, 4)" },
            condition: { type: "Expression", value: "@equals(mod(item(), 2), 0)" },
          },
        },
        {
          name: "Switch",
          type: "Switch",
          dependsOn: after("Filter", "Succeeded"),
          typeProperties: {
            on: { type: "Expression", value: "@string(activity('Filter').output.FilteredItemsCount)" },
            cases: [
              { value: "1", activities: [set("One", "picked", "one")] },
              { value: "2", activities: [set("Two", "picked", "two")] },
            ],
            defaultActivities: [set("Other", "picked", "other")],
          },
        },
        { ...set("Off", "picked", "off", after("Switch", "Succeeded")), state: "Inactive", onInactiveMarkAs: "Failed" },
        set("After", "picked", "@concat(variables('picked'), '!')", after("Off", "Failed")),
      ],
    });
    expect(outputOf(result, "Filter")).toEqual({ ItemsCount: 4, FilteredItemsCount: 2, Value: [2, 4] });
    expect(outputOf(result, "After")).toMatchObject({ value: "two!" });
    expect(result.status).toBe("Succeeded");
  });

  it("runs another pipeline and takes what it returns", async () => {
    const child: PipelineDefinition = {
      parameters: { n: { type: "Int" } },
      activities: [
        {
          name: "Return",
          type: "SetVariable",
          typeProperties: {
            variableName: "pipelineReturnValue",
            setSystemVariable: true,
            value: [
              { key: "twice", value: { type: "Expression", content: "@mul(pipeline().parameters.n, 2)" } },
              { key: "list", value: { type: "Array", content: [{ type: "Int", content: 1 }, { type: "Null" }] } },
              { key: "by", value: { type: "String", content: "@{pipeline().TriggeredByPipelineName}" } },
            ],
          },
        },
      ],
    };
    const result = await run(
      {
        variables: { got: { type: "String" } },
        activities: [
          {
            name: "Child",
            type: "ExecutePipeline",
            typeProperties: {
              pipeline: { referenceName: "child", type: "PipelineReference" },
              parameters: { n: "@add(20, 1)" },
              waitOnCompletion: true,
            },
          },
          set("Got", "got", "@{string(activity('Child').output.pipelineReturnValue)}", after("Child", "Succeeded")),
        ],
      },
      {},
      { child },
    );
    expect(result.status).toBe("Succeeded");
    expect(outputOf(result, "Got")).toMatchObject({ value: '{"twice":42,"list":[1,null],"by":"main"}' });
  });

  it("passes the failure of another pipeline on", async () => {
    const result = await run(
      {
        activities: [
          {
            name: "Child",
            type: "ExecutePipeline",
            typeProperties: { pipeline: { referenceName: "child", type: "PipelineReference" }, waitOnCompletion: true },
          },
        ],
      },
      {},
      {
        child: {
          activities: [{ name: "Break", type: "Fail", typeProperties: { message: "deep", errorCode: "DEEP" } }],
        },
      },
    );
    expect(result.status).toBe("Failed");
    expect(result.activities[0]?.error).toMatchObject({ errorCode: "DEEP" });
    expect(result.activities[0]?.error?.["message"]).toContain("deep");
    expect(outputOf(result, "Child")).toMatchObject({ pipelineName: "child" });
  });

  it("mocks what cannot run, and refuses it otherwise with its place", async () => {
    const pipeline: PipelineDefinition = {
      variables: { x: { type: "String" } },
      activities: [
        JSON.parse('{"name": "Note", "type": "SynapseNotebook", "typeProperties": {"notebook": {}}}') as Activity,
        set("Use", "x", "@activity('Note').output.answer", after("Note", "Succeeded")),
      ],
    };
    await expect(run(pipeline)).rejects.toMatchObject({
      code: "FACTORY_ACTIVITY_UNSUPPORTED",
      location: { file: "pipeline/main.json", line: 12 },
    });
    const result = await run(pipeline, { mocks: { "main/Note": { answer: "42" } } });
    expect(outputOf(result, "Use")).toMatchObject({ value: "42" });
  });

  it("shows triggers to expressions", async () => {
    const result = await run(
      {
        variables: { x: { type: "String" } },
        activities: [set("Use", "x", "@{pipeline().TriggerName} @{trigger().outputs.windowStartTime}")],
      },
      {
        trigger: {
          type: "TumblingWindowTrigger",
          name: "daily",
          trigger: { outputs: { windowStartTime: "2026-01-01" } },
        },
      },
    );
    expect(outputOf(result, "Use")).toMatchObject({ value: "daily 2026-01-01" });
  });
});

describe("activities in time", () => {
  it("wait, and retry after their interval", async () => {
    await house.close();
    const clock = new VirtualClock();
    house = await House.open(clock);
    const start = clock.now();
    const base = await house.serve((_, response) => response.writeHead(500).end("broken"));
    const finished = run({
      activities: [
        { name: "Wait", type: "Wait", typeProperties: { waitTimeInSeconds: 3600 } },
        {
          name: "Call",
          type: "WebActivity",
          dependsOn: after("Wait", "Succeeded"),
          policy: { retry: 2, retryIntervalInSeconds: 60 },
          typeProperties: { method: "GET", url: base },
        },
      ],
    });
    let result: PipelineRun | undefined;
    void finished.then((each) => (result = each));
    while (result === undefined) await clock.advance(10_000);
    expect(result.status).toBe("Failed");
    const call = result.activities.find((each) => each.path === "Call");
    expect(call).toMatchObject({ retryAttempt: 2, error: { errorCode: "WEB_REQUEST_FAILED" } });
    expect(clock.now() - start).toBeGreaterThanOrEqual(3_720_000);
  });
});

describe("the Web activity", () => {
  it("gives the JSON object, or the text under Response, sends bodies, and keeps secrets out of the log", async () => {
    const seen: string[] = [];
    const base = await house.serve((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        seen.push(
          `${request.method} ${request.headers["authorization"] ?? "-"} ${request.headers["content-type"] ?? "-"} ${body}`,
        );
        response.end(request.url === "/json" ? '{"name":"x","id":7}' : "plain text");
      });
    });
    const result = await run({
      variables: { v: { type: "String" } },
      activities: [
        {
          name: "Json",
          type: "WebActivity",
          typeProperties: {
            method: "POST",
            url: `${base}/json`,
            body: { a: "@add(1, 2)" },
            authentication: {
              type: "Basic",
              username: "me",
              password: {
                type: "AzureKeyVaultSecret",
                secretName: "api-token",
                store: { referenceName: "kv", type: "LinkedServiceReference" },
              },
            },
          },
        },
        {
          name: "Text",
          type: "WebActivity",
          dependsOn: after("Json", "Succeeded"),
          typeProperties: { method: "GET", url: `${base}/text` },
        },
        set(
          "Use",
          "v",
          "@{activity('Json').output.id} @{activity('Text').output.response}",
          after("Text", "Succeeded"),
        ),
      ],
    });
    expect(outputOf(result, "Use")).toMatchObject({ value: "7 plain text" });
    const basic = `Basic ${Buffer.from("me:s3cret").toString("base64")}`;
    expect(seen).toEqual([`POST ${basic} application/json {"a":3}`, "GET - - "]);
    expect(JSON.stringify(result.activities)).not.toContain(basic);
  });

  it("waits where a 202 points to, and sends no credentials to another server", async () => {
    const seen: (string | undefined)[] = [];
    const other = await house.serve((request, response) => {
      seen.push(request.headers["authorization"]);
      response.end('{"done":true}');
    });
    const first = await house.serve((request, response) => {
      seen.push(request.headers["authorization"]);
      const location = request.url === "/here" ? "/more" : `${other}/result`;
      response.writeHead(202, { location, "retry-after": "0" }).end();
    });
    const typeProperties = { method: "GET", url: `${first}/here`, headers: { Authorization: "Bearer t0ken" } } as const;
    const result = await run({ activities: [{ name: "Call", type: "WebActivity", typeProperties }] });
    expect(outputOf(result, "Call")).toMatchObject({ done: true });
    expect(seen).toEqual(["Bearer t0ken", "Bearer t0ken", undefined]);
  });

  it("says what the server answered", async () => {
    const files = new Files();
    const base = await house.serve(files.answer);
    const result = await run({
      activities: [{ name: "Call", type: "WebActivity", typeProperties: { method: "GET", url: `${base}/missing` } }],
    });
    expect(result.activities[0]?.error?.["message"]).toMatch(/GET http.*\/missing was answered with 404/);
  });
});
