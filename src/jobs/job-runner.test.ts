import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BoathouseError } from "../core/errors.ts";
import type { RunOutcome } from "../runs/execution.ts";
import { settled } from "../runs/kernel.fixture.ts";
import type { State } from "../state/state.ts";
import type { Job } from "./job.ts";
import { fakeWorld, job, memoryState, type FakeWorld } from "./jobs.fixture.ts";
import type { JobStartOptions } from "./start-options.ts";

let state: State;
let world: FakeWorld;

beforeEach(async () => {
  state = await memoryState();
  world = fakeWorld(state);
});

afterEach(() => state.close());

async function run(one: Job, options: JobStartOptions = {}): Promise<RunOutcome> {
  return settled(world.clock, (await world.runner.start(one, options)).finished);
}

function states(outcome: RunOutcome): Record<string, string> {
  return Object.fromEntries([...outcome.state.nodes].map(([key, { status, reason }]) => [key, reason ?? status]));
}

const failure = new BoathouseError("TABLE_OR_VIEW_NOT_FOUND", "no such table");

describe("notebook tasks", () => {
  it("run every statement of the SQL cells with the task's and the job's parameters", async () => {
    world.files.set(
      "silver.sql",
      `-- Databricks notebook source
-- MAGIC %md
-- MAGIC # Silver; not SQL
-- COMMAND ----------
-- DBTITLE 1,Widgets
CREATE WIDGET TEXT day DEFAULT "today";
CREATE WIDGET TEXT table DEFAULT "titles";
-- COMMAND ----------
USE main.silver; -- a comment; with a semicolon
INSERT INTO t SELECT ';', :day FROM \${table} WHERE x = getArgument("table")
-- COMMAND ----------
SELECT count(*) AS n FROM t
`,
    );
    world.answers.set("count(*)", [{ n: 7n }]);
    const one = job(`
name: Daily
parameters: [{name: day, default: "{{job.start_time.iso_date}}"}]
tasks:
  - task_key: silver
    notebook_task: {notebook_path: silver.sql, base_parameters: {table: cast, who: "{{task.name}}"}}
`);
    const outcome = await run(one);
    expect(outcome.status).toBe("succeeded");
    expect(world.statements.map((each) => each.text)).toEqual([
      "USE main.silver",
      "INSERT INTO t SELECT ';', :day FROM cast WHERE x = 'cast'",
      "SELECT count(*) AS n FROM t",
    ]);
    expect(world.statements[1]?.parameters).toEqual({ table: "cast", who: "silver", day: "2026-01-31" });
    expect(world.statements.map((each) => each.txn?.version)).toEqual([undefined, 2, undefined]);
    expect(outcome.state.nodes.get("silver")?.output).toMatchObject({ result: null, rows: [{ n: 7 }], statements: 3 });
  });

  it("set task values and the exit value from their few lines of Python", async () => {
    world.files.set(
      "list.sql",
      `-- Databricks notebook source
-- MAGIC %python
-- MAGIC # names of the lookups
-- MAGIC found = spark.sql("""
-- MAGIC   SELECT name FROM lookups""")
-- MAGIC dbutils.jobs.taskValues.set(key="names", value=[row[0] for row in found.collect()])
-- MAGIC dbutils.jobs.taskValues.set("count", found.count())
-- MAGIC dbutils.jobs.taskValues.set(key = 'first', value = found.first()["name"])
-- COMMAND ----------
-- MAGIC %python dbutils.notebook.exit("done")
-- COMMAND ----------
SELECT 'never'
`,
    );
    world.answers.set("count(*)", [{ count: 2n }]);
    world.answers.set("lookups", [{ name: "cast" }, { name: "countries" }]);
    const one = job(`
tasks:
  - {task_key: list, notebook_task: {notebook_path: list.sql}}
  - task_key: load
    depends_on: [{task_key: list}]
    for_each_task:
      inputs: "{{tasks.list.values.names}}"
      concurrency: 2
      task: {task_key: one, sql_task: {file: {path: load.sql}, parameters: {name: "{{input}}"}}}
  - task_key: many
    depends_on: [{task_key: list}]
    condition_task: {op: GREATER_THAN, left: "{{tasks.list.values.count}}", right: 1}
`);
    world.files.set("load.sql", "MERGE INTO t USING :name");
    const outcome = await run(one);
    expect(outcome.status).toBe("succeeded");
    expect(outcome.state.nodes.get("list")?.output).toMatchObject({ result: "done" });
    expect(outcome.state.nodes.get("many")?.output).toMatchObject({ outcome: "true", left: "2" });
    expect(Object.fromEntries(outcome.state.values)).toMatchObject({ "tasks.list.values.first": "cast" });
    const merged = world.statements.filter((each) => each.text.startsWith("MERGE")).map((each) => each.parameters);
    expect(merged).toEqual([{ name: "cast" }, { name: "countries" }]);
  });

  it("point at what they cannot run, in the notebook's own file", async () => {
    const check = async (text: string) => {
      world.files.set("bad.sql", text);
      const outcome = await run(job("tasks: [{task_key: a, notebook_task: {notebook_path: bad.sql}}]"));
      return outcome.error;
    };
    expect(await check("-- Databricks notebook source\n-- MAGIC %scala\n-- MAGIC 1")).toMatchObject({
      code: "NOTEBOOK_UNSUPPORTED",
      location: { file: "bad.sql", line: 2 },
    });
    expect(await check("-- Databricks notebook source\n\n-- MAGIC %python\n-- MAGIC import os")).toMatchObject({
      code: "NOTEBOOK_PYTHON_UNSUPPORTED",
      location: { line: 4, column: 10 },
    });
    expect(await check("SELECT 1;\nSELECT ${tabel}")).toMatchObject({
      code: "NOTEBOOK_PARAMETER_UNKNOWN",
      location: { line: 2, column: 8 },
    });
  });
});

describe("references", () => {
  it("give what the job, its run and the tasks before know", async () => {
    world.files.set("rows.sql", "SELECT * FROM pairs");
    world.answers.set("pairs", [
      { k: "a", v: 1 },
      { k: "b", v: 2 },
    ]);
    world.files.set("show.sql", "SELECT :x");
    const references = [
      "{{job.id}}/{{job.name}}/{{job.repair_count}}/{{job.trigger.type}}",
      "{{job.start_time.iso_weekday}} {{job.start_time.is_weekday}} {{job.start_time.year}}-{{job.start_time.month}}",
      "{{job.start_time.hour}}:{{job.start_time.minute}}:{{job.start_time.second}} {{job.start_time.timestamp_ms}}",
      "{{tasks.rows.result_state}} {{tasks.rows.execution_count}} {{tasks.rows.output.first_row.k}}",
      "{{nothing.known}} {{job.id} {{ job . id }} {{tasks.my-task.values.x}}",
      "{{job.parameters.`odd name`}} {{workspace.url}} {{task_key}}",
    ];
    const one = job(`
name: Daily
parameters: [{name: odd name, default: "<{{job.id}}>"}]
tasks:
  - {task_key: rows, sql_task: {file: {path: rows.sql}}}
  - task_key: show
    depends_on: [{task_key: rows}]
    sql_task: {file: {path: show.sql}, parameters: {${references.map((text, at) => `p${at}: ${JSON.stringify(text)}`).join(", ")}}}
  - task_key: each
    depends_on: [{task_key: rows}]
    for_each_task:
      inputs: "{{tasks.rows.output.rows}}"
      task: {task_key: one, sql_task: {file: {path: show.sql}, parameters: {k: "{{input.k}}{{input.v}}"}}}
`);
    const outcome = await run(one);
    expect(outcome.error).toBeUndefined();
    const shown = world.statements.find((each) => "p0" in each.parameters)?.parameters ?? {};
    expect(Object.values(shown)).toEqual([
      "daily/Daily/0/one_time",
      "6 false 2026-1",
      `6:5:4 ${Date.UTC(2026, 0, 31, 6, 5, 4)}`,
      "success 1 a",
      "{{nothing.known}} {{job.id} {{ job . id }} {{tasks.my-task.values.x}}",
      "<daily> http://localhost show",
      "<daily>",
    ]);
    const items = world.statements.flatMap((each) => each.parameters["k"] ?? []);
    expect(items).toEqual(["a1", "b2"]);
  });

  it("fail the task when there is no value, or one that is no text", async () => {
    world.files.set("rows.sql", "SELECT * FROM pairs");
    world.answers.set("pairs", [{ key: "a" }]);
    const check = async (text: string): Promise<RunOutcome> =>
      run(
        job(`
tasks:
  - {task_key: rows, sql_task: {file: {path: rows.sql}}}
  - task_key: show
    depends_on: [{task_key: rows}]
    condition_task: {op: EQUAL_TO, left: ${JSON.stringify(text)}, right: x}
`),
      );
    expect((await check("{{tasks.rows.output.first_row.kay}}")).error).toMatchObject({
      code: "JOB_VALUE_MISSING",
      hint: 'Did you mean "key"?',
    });
    expect((await check("{{tasks.rows.values.x}}")).error).toMatchObject({ code: "JOB_VALUE_MISSING" });
    expect((await check("{{tasks.rows.output.rows}}")).error).toMatchObject({ code: "JOB_VALUE_NOT_SCALAR" });
  });
});

describe("run_if and conditions", () => {
  const tasks = (condition: string) => `
tasks:
  - {task_key: ok, sql_task: {file: {path: ok.sql}}}
  - {task_key: bad, sql_task: {file: {path: bad.sql}}}
  - {task_key: z, depends_on: [{task_key: ok}, {task_key: bad}], run_if: ${condition}, sql_task: {file: {path: ok.sql}}}
`;

  it.each([
    ["ALL_SUCCESS", "UPSTREAM_FAILED", "failed"],
    ["NONE_FAILED", "UPSTREAM_FAILED", "failed"],
    ["AT_LEAST_ONE_SUCCESS", "succeeded", "succeeded"],
    ["ALL_DONE", "succeeded", "succeeded"],
    ["AT_LEAST_ONE_FAILED", "succeeded", "succeeded"],
    ["ALL_FAILED", "EXCLUDED", "succeeded"],
  ])("%s after a success and a failure: %s, and the job has %s", async (condition, expected, status) => {
    world.files.set("ok.sql", "SELECT 1").set("bad.sql", "SELECT broken");
    world.answers.set("broken", failure);
    const outcome = await run(job(tasks(condition)));
    expect(states(outcome)["z"]).toBe(expected);
    expect(outcome.status).toBe(status);
  });

  it("exclude the branch that was not chosen, with all that depends on it alone", async () => {
    world.files.set("ok.sql", "SELECT 1");
    const sql = "sql_task: {file: {path: ok.sql}}";
    const outcome = await run(
      job(`
tasks:
  - {task_key: c, condition_task: {op: EQUAL_TO, left: "12.0", right: "12"}}
  - {task_key: t, depends_on: [{task_key: c, outcome: "true"}], ${sql}}
  - {task_key: t2, depends_on: [{task_key: t}], run_if: ALL_DONE, ${sql}}
  - {task_key: f, depends_on: [{task_key: c, outcome: false}], ${sql}}
  - {task_key: both, depends_on: [{task_key: t2}, {task_key: f}], ${sql}}
`),
    );
    expect(states(outcome)).toEqual({
      c: "succeeded",
      t: "EXCLUDED",
      t2: "EXCLUDED",
      f: "succeeded",
      both: "succeeded",
    });
    expect(outcome.status).toBe("succeeded");
  });

  it("leave out what is disabled", async () => {
    world.files.set("ok.sql", "SELECT 1");
    const outcome = await run(
      job(`
tasks:
  - {task_key: a, disabled: true, sql_task: {file: {path: ok.sql}}}
  - {task_key: b, depends_on: [{task_key: a}], sql_task: {file: {path: ok.sql}}}
  - {task_key: c, sql_task: {file: {path: ok.sql}}}
  - {task_key: d, depends_on: [{task_key: a}, {task_key: c}], sql_task: {file: {path: ok.sql}}}
`),
    );
    expect(states(outcome)).toMatchObject({ b: "EXCLUDED", d: "succeeded" });
    expect(outcome.status).toBe("succeeded");
  });
});

describe("runs of jobs", () => {
  it("retry tasks and run pipelines", async () => {
    world.files.set("bad.sql", "SELECT broken");
    world.answers.set("broken", failure);
    const outcome = await run(
      job(`
tasks:
  - {task_key: p, pipeline_task: {pipeline_id: gold, full_refresh: true}}
  - {task_key: bad, max_retries: 2, min_retry_interval_millis: 60000, sql_task: {file: {path: bad.sql}}}
`),
    );
    expect(world.statements).toHaveLength(3);
    expect(outcome.state.nodes.get("bad")).toMatchObject({ attempt: 3, error: { code: "TABLE_OR_VIEW_NOT_FOUND" } });
    expect(world.pipelines).toMatchObject([{ pipelineId: "gold", fullRefresh: true, refreshSelection: [] }]);
  });

  it("run other jobs, with the parameters that those have", async () => {
    world.files.set("ok.sql", "SELECT :x");
    world.jobs.set(
      "child",
      job(
        "parameters: [{name: x, default: 1}, {name: day, default: d}]\ntasks: [{task_key: a, sql_task: {file: {path: ok.sql}}}]",
        "child",
      ),
    );
    const outcome = await run(
      job(`
parameters: [{name: day, default: monday}, {name: other, default: o}]
tasks: [{task_key: call, run_job_task: {job_id: child, job_parameters: {x: "{{job.id}}"}}}]
`),
    );
    expect(outcome.status).toBe("succeeded");
    expect(world.statements[0]?.parameters).toEqual({ x: "daily", day: "monday" });
    const [child] = await world.runner.runner.log.list({ parent: outcome.run.id });
    expect(child).toMatchObject({ name: "child", status: "succeeded", trigger: { type: "run_job_task" } });
  });

  it("refuse to run themselves", async () => {
    const first = job("tasks: [{task_key: a, run_job_task: {job_id: second}}]", "first");
    world.jobs
      .set("first", first)
      .set("second", job("tasks: [{task_key: a, run_job_task: {job_id: first}}]", "second"));
    const outcome = await run(first);
    expect(outcome).toMatchObject({ status: "failed", error: { code: "JOB_RUN_FAILED" } });
    const [child] = await world.runner.runner.log.list({ parent: outcome.run.id });
    expect((await world.runner.runner.state(child?.id ?? "")).error).toMatchObject({
      code: "JOB_RUNS_ITSELF",
      message: 'The job "first" would run itself: first → second → first.',
    });
  });

  it("refuse parameters that the job does not have", async () => {
    const one = job(
      "parameters: [{name: day, default: d}]\ntasks: [{task_key: a, condition_task: {op: EQUAL_TO, left: a, right: a}}]",
    );
    await expect(world.runner.start(one, { parameters: { dya: "x" } })).rejects.toMatchObject({
      code: "JOB_PARAMETER_UNKNOWN",
      hint: 'Did you mean "day"?',
    });
  });

  it("can be repaired: only what failed runs again, under the same run id", async () => {
    world.files.set("ok.sql", "SELECT '{}'").set("item.sql", "INSERT INTO t SELECT :i, :repair");
    let broken = true;
    world.answers.set("INSERT", async () => {
      const last = world.statements.at(-1)?.parameters["i"];
      if (broken && last === "b") throw failure;
      return [];
    });
    const one = job(`
tasks:
  - {task_key: first, sql_task: {file: {path: ok.sql}}}
  - task_key: each
    depends_on: [{task_key: first}]
    for_each_task:
      inputs: '["a", "b", "c"]'
      task: {task_key: item, sql_task: {file: {path: item.sql}, parameters: {i: "{{input}}", repair: "{{job.repair_count}} {{job.run_id}}"}}}
`);
    const failed = await run(one);
    expect(failed.status).toBe("failed");
    expect(failed.state.nodes.get("each")?.output).toEqual({ iterations: 3, failed: 1 });
    broken = false;
    world.statements.length = 0;
    const repaired = await world.runner.repair(failed.run.id, { nodes: "failed" });
    const outcome = await settled(world.clock, repaired.finished);
    expect(outcome.status).toBe("succeeded");
    expect(world.statements.map((each) => each.parameters)).toEqual([{ i: "b", repair: `1 ${failed.run.id}` }]);
  });
});

it("a repair with a job that has changed takes the new parameters' defaults, and refuses unknown ones", async () => {
  world.files.set("a.sql", "SELECT :day");
  world.answers.set("SELECT", failure);
  const tasks = "tasks: [{task_key: a, sql_task: {file: {path: a.sql}}}]";
  const failed = await run(job(`parameters: [{name: day, default: monday}]\n${tasks}`));
  world.answers.clear();
  world.statements.length = 0;
  const changed = job(`parameters: [{name: day, default: friday}, {name: region, default: north}]\n${tasks}`);
  const all = { nodes: "failed" } as const;
  await expect(
    world.runner.repair(failed.run.id, all, { job: changed, parameters: { regoin: "x" } }),
  ).rejects.toMatchObject({ code: "JOB_PARAMETER_UNKNOWN", hint: 'Did you mean "region"?' });
  await expect(world.runner.repair(failed.run.id, all, { parameters: { region: "x" } })).rejects.toMatchObject({
    code: "JOB_PARAMETER_UNKNOWN",
  });
  const repaired = await world.runner.repair(failed.run.id, all, { job: changed });
  expect((await settled(world.clock, repaired.finished)).status).toBe("succeeded");
  expect(world.statements[0]?.parameters).toEqual({ day: "monday", region: "north" });
});

describe("after a crash", () => {
  it("statements that had ended are not run again, and the one under way keeps its identity", async () => {
    const owner = (token: string) => ({ host: "here", pid: process.pid, token });
    const before = fakeWorld(state, { owner: owner("one"), seed: "one" });
    before.files.set("n.sql", "USE a;\nINSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\nINSERT INTO t VALUES (3)");
    before.answers.set("VALUES (2)", () => new Promise(() => {}));
    const one = job("tasks: [{task_key: a, notebook_task: {notebook_path: n.sql}}]");
    const handle = await before.runner.start(one);
    handle.finished.catch(() => undefined);
    await before.clock.advance(0);
    await before.clock.advance(0);
    expect(before.statements).toHaveLength(3);
    const after = fakeWorld(state, { owner: owner("two"), seed: "two" });
    after.files.set("n.sql", before.files.get("n.sql") ?? "");
    const resumed = await after.runner.runner.resume(handle.run.id);
    const outcome = await settled(after.clock, resumed.finished);
    expect(outcome.status).toBe("succeeded");
    expect(after.statements.map((each) => each.text)).toEqual([
      "USE a",
      "INSERT INTO t VALUES (2)",
      "INSERT INTO t VALUES (3)",
    ]);
    expect(after.statements[1]?.txn).toEqual(before.statements[2]?.txn);
  });
});
