import { describe, expect, it } from "vitest";
import { VirtualClock } from "../core/clock.ts";
import { parseDocument } from "../core/document.ts";
import { formatLocation } from "../core/diagnostic.ts";
import { Scheduler } from "../runs/scheduler.ts";
import { checkJob } from "./job.ts";
import { fakeWorld, job, memoryState } from "./jobs.fixture.ts";
import { jobSchedule } from "./schedule.ts";

/** Findings as `line:column CODE hint`. */
function findings(yaml: string): string[] {
  const document = parseDocument(yaml, "j.yml");
  return checkJob({ key: "j", settings: document.value, locate: document.locate.bind(document) }).map((each) => {
    const place = each.location === undefined ? "" : formatLocation(each.location).slice("j.yml:".length);
    return `${place} ${each.code}${each.hint === undefined ? "" : ` ${each.hint}`}`;
  });
}

const SQL = "sql_task: {file: {path: a.sql}}";

describe("checking a job", () => {
  it("finds nothing wrong with a sound one", () => {
    expect(
      findings(`
name: Daily
schedule: {quartz_cron_expression: 0 30 6 * * ?, timezone_id: Europe/Berlin, pause_status: UNPAUSED}
max_concurrent_runs: 2
queue: {enabled: true}
parameters: [{name: day, default: "{{job.start_time.iso_date}}"}]
tasks:
  - {task_key: a, ${SQL}}
  - {task_key: b, depends_on: [{task_key: a}], condition_task: {op: EQUAL_TO, left: "{{job.parameters.day}}", right: x}}
  - {task_key: c, depends_on: [{task_key: b, outcome: "true"}], run_if: ALL_DONE, ${SQL}}
`),
    ).toEqual([]);
  });

  it("names unknown and unsupported properties at their place", () => {
    expect(
      findings(`
tasks:
  - {task_key: a, max_retrys: 2, ${SQL}}
  - {task_key: b, spark_python_task: {python_file: a.py}}
  - {task_key: c, run_if: ALL_SUCESS, ${SQL}}
  - {task_key: d, notebook_task: {notebook_path: 7}}
  - {${SQL}}
`),
    ).toEqual([
      '3:19 JOB_PROPERTY_UNKNOWN Did you mean "max_retries"?',
      "4:19 JOB_UNSUPPORTED Only Spark SQL runs here: put the work into a SQL notebook or a SQL file.",
      '5:27 JOB_PROPERTY_INVALID Did you mean "ALL_SUCCESS"?',
      "6:50 JOB_PROPERTY_INVALID",
      "7:5 JOB_PROPERTY_MISSING Add `task_key`.",
    ]);
  });

  it("finds tasks that are missing, double, in a circle, or of no kind", () => {
    expect(
      findings(`
tasks:
  - {task_key: load, ${SQL}}
  - {task_key: load, ${SQL}}
  - {task_key: x, depends_on: [{task_key: laod}]}
  - {task_key: y, depends_on: [{task_key: z}], ${SQL}}
  - {task_key: z, depends_on: [{task_key: y, outcome: "true"}], ${SQL}}
`),
    ).toEqual([
      "4:16 JOB_TASK_DUPLICATE",
      expect.stringMatching(/^5:16 JOB_TASK_KIND/),
      '5:43 JOB_TASK_UNKNOWN Did you mean "load"?',
      "7:55 JOB_PROPERTY_INVALID Remove `outcome`, or use `run_if`.",
      "6:31 JOB_TASKS_CYCLE Remove one of these dependencies.",
    ]);
  });

  it("checks references against the job", () => {
    const check = (text: string, more = ""): string[] =>
      findings(`
parameters: [{name: day, default: x}]
tasks:
  - {task_key: a, ${SQL}}
  - {task_key: b, ${more} condition_task: {op: EQUAL_TO, right: x, left: "${text}"}}
`).map((each) => each.replace(/^\S+ /, ""));
    const upstream = "depends_on: [{task_key: a}],";
    expect(check("{{job.naem}}")).toEqual(['JOB_REFERENCE_INVALID Did you mean "name"?']);
    expect(check("{{job.parameters.dya}}")).toEqual(['JOB_REFERENCE_INVALID Did you mean "day"?']);
    expect(check("{{job.start_time.iso_dat}}")).toEqual(['JOB_REFERENCE_INVALID Did you mean "iso_date"?']);
    expect(check("{{tasks.a.values.k}}")).toEqual(['JOB_REFERENCE_INVALID Add "a" to `depends_on`.']);
    expect(check("{{tasks.a.values.k}} {{tasks.a.output.first_row.c}}", upstream)).toEqual([]);
    expect(check("{{tasks.a.output.first}}", upstream)).toHaveLength(1);
    expect(check("{{input}}")).toHaveLength(1);
    expect(check("{{whatever.it.is}} {{job.name}")).toEqual([]);
  });

  it("checks for-each tasks, schedules and numbers", () => {
    expect(
      findings(`
max_concurrent_runs: 0
schedule: {quartz_cron_expression: 0 0 25 * * ?, timezone_id: UTC}
tasks:
  - {task_key: a, max_retries: -2, for_each_task: {inputs: '{}', task: {task_key: i, depends_on: [], ${SQL}}}}
  - {task_key: b, for_each_task: {inputs: 'a, b', task: {task_key: i, ${SQL}}}, existing_cluster_id: x}
`).map((each) => each.split(" ")[1]),
    ).toEqual([
      "JOB_PROPERTY_INVALID",
      "QUARTZ_INVALID",
      "JOB_PROPERTY_INVALID",
      "JOB_UNSUPPORTED",
      "JOB_PROPERTY_WITHOUT_EFFECT",
    ]);
    expect(findings(`tasks: [{task_key: b, for_each_task: {inputs: 'a, b', task: {task_key: i, ${SQL}}}}]`)).toEqual([
      expect.stringMatching(/JOB_INPUTS_INVALID/),
    ]);
  });

  it("throws the first error where a job is loaded", () => {
    expect(() => job(`tasks: [{task_key: a, sqltask: {}}]`)).toThrow(/no property `sqltask`/);
  });
});

describe("schedules of jobs", () => {
  it("start a run a day, for thirty days, each once", async () => {
    const state = await memoryState();
    const clock = new VirtualClock(Date.UTC(2026, 2, 15));
    const world = fakeWorld(state, { clock });
    const one = job(`
schedule: {quartz_cron_expression: "0 30 2 * * ?", timezone_id: Europe/Berlin}
tasks: [{task_key: a, condition_task: {op: EQUAL_TO, left: "{{job.trigger.time.iso_date}}", right: x}}]
`);
    const schedule = jobSchedule(one, (options) => world.runner.start(one, options));
    const controller = new AbortController();
    const running = new Scheduler({ state, clock, schedules: schedule === undefined ? [] : [schedule] }).run(
      controller.signal,
    );
    await clock.advance(30 * 24 * 3_600_000);
    controller.abort();
    await running;
    const runs = await world.runner.runner.log.list({ kind: "job" });
    expect(runs).toHaveLength(30);
    expect(new Set(runs.map((run) => run.status))).toEqual(new Set(["succeeded"]));
    expect(runs.at(-1)?.trigger).toEqual({ type: "periodic", time: Date.UTC(2026, 2, 15, 1, 30) });
    await state.close();
  });

  it("are none when they are paused, and periodic triggers fire at whole intervals", () => {
    const tasks = `tasks: [{task_key: a, ${SQL}}]`;
    const paused = `schedule: {quartz_cron_expression: "0 0 0 * * ?", timezone_id: UTC, pause_status: PAUSED}\n${tasks}`;
    expect(jobSchedule(job(paused), async () => {})).toBeUndefined();
    const periodic = jobSchedule(job(`trigger: {periodic: {interval: 2, unit: HOURS}}\n${tasks}`), async () => {});
    expect(periodic?.next(Date.UTC(2026, 0, 1, 3))).toBe(Date.UTC(2026, 0, 1, 4));
  });
});
