import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { VirtualClock } from "../core/clock.ts";
import { Lakehouse } from "./lakehouse.ts";
import { openScheduler, projectSchedules } from "./schedules.ts";

const BUNDLE = `resources:
  jobs:
    daily:
      schedule: { quartz_cron_expression: 0 30 6 * * ?, timezone_id: Europe/Berlin }
      tasks: [{ task_key: check, condition_task: { op: EQUAL_TO, left: "1", right: "{{job.parameters.one}}" } }]
      parameters: [{ name: one, default: "1" }]
    paused:
      schedule: { quartz_cron_expression: 0 0 * * * ?, timezone_id: UTC, pause_status: PAUSED }
      tasks: [{ task_key: check, condition_task: { op: EQUAL_TO, left: "1", right: "1" } }]
`;

const PIPELINE = {
  name: "nightly",
  properties: {
    parameters: { at: { type: "string" } },
    variables: { seen: { type: "String" } },
    activities: [
      {
        name: "See",
        type: "SetVariable",
        typeProperties: { variableName: "seen", value: "@pipeline().parameters.at" },
      },
    ],
  },
};

const TRIGGER = {
  name: "night",
  properties: {
    type: "ScheduleTrigger",
    runtimeState: "Started",
    pipelines: [
      {
        pipelineReference: { referenceName: "nightly", type: "PipelineReference" },
        parameters: { at: "@trigger().scheduledTime" },
      },
    ],
    typeProperties: {
      recurrence: { frequency: "Day", interval: 1, startTime: "2026-01-01T01:00:00Z", timeZone: "UTC" },
    },
  },
};

it("fires schedules of jobs and triggers of factories when they are due, each once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "boathouse-schedule-"));
  for (const kind of ["pipeline", "dataset", "trigger"]) await mkdir(join(folder, kind));
  await writeFile(join(folder, "databricks.yml"), BUNDLE);
  await writeFile(join(folder, "pipeline/nightly.json"), JSON.stringify(PIPELINE));
  await writeFile(join(folder, "trigger/night.json"), JSON.stringify(TRIGGER));
  const clock = new VirtualClock(Date.UTC(2026, 0, 30, 12));
  const lakehouse = await Lakehouse.open({ project: folder, user: "ada", clock });
  const stop = new AbortController();
  const fired: string[] = [];
  let ends = 0;
  lakehouse.observe((event) => (ends += event.type === "run.finished" ? 1 : 0));
  try {
    const schedules = await projectSchedules(lakehouse);
    expect(schedules.map((each) => each.id)).toHaveLength(2);
    const scheduler = await openScheduler(lakehouse, schedules, (schedule, { due }, error) => {
      expect(error).toBeUndefined();
      fired.push(`${schedule.id} ${new Date(due).toISOString()}`);
    });
    const running = scheduler.run(stop.signal);
    for (let hour = 0; hour < 48; hour += 1) {
      await clock.advance(3_600_000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await expect.poll(() => ends).toBe(4);
    stop.abort();
    await running;
    const factory = schedules.find((each) => each.id.startsWith("factory/"))?.id ?? "";
    expect(fired).toEqual([
      `${factory} 2026-01-31T01:00:00.000Z`,
      "job/daily 2026-01-31T05:30:00.000Z",
      `${factory} 2026-02-01T01:00:00.000Z`,
      "job/daily 2026-02-01T05:30:00.000Z",
    ]);
    const runs = await (await lakehouse.factoryRunner()).runner.log.list({ kind: "factory" });
    expect(runs.map((run) => run.parameters)).toEqual([
      { at: "2026-02-01T01:00:00.0000000Z" },
      { at: "2026-01-31T01:00:00.0000000Z" },
    ]);
  } finally {
    await lakehouse.close();
    await rm(folder, { recursive: true, force: true });
  }
});
