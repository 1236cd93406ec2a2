import { VirtualClock } from "../core/clock.ts";
import { BoathouseError } from "../core/errors.ts";
import { parseDocument } from "../core/document.ts";
import { STRING, struct } from "../core/data-type.ts";
import { seededIds } from "../core/ids.ts";
import type { Row } from "../core/value.ts";
import type { Session, StatementOptions, StatementResult } from "../engine/session.ts";
import { runMigrations } from "../runs/migrations.ts";
import type { Owner } from "../runs/owner.ts";
import { openState, type State } from "../state/state.ts";
import type { PipelineRequest } from "./environment.ts";
import { loadJob, type Job } from "./job.ts";
import { JobRunner } from "./job-runner.ts";

/** One statement that a session was given. */
interface Statement {
  readonly text: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly txn: StatementOptions["txn"];
}

export interface FakeWorld {
  readonly clock: VirtualClock;
  readonly runner: JobRunner;
  readonly statements: Statement[];
  readonly pipelines: PipelineRequest[];
  /** What a statement gives: rows, or an error to throw. By a part of its text. */
  readonly answers: Map<string, readonly Row[] | Error | (() => Promise<readonly Row[]>)>;
  readonly files: Map<string, string>;
  readonly jobs: Map<string, Job>;
}

export function memoryState(): Promise<State> {
  return openState({ path: ":memory:", migrations: runMigrations });
}

/** A world without an engine: sessions write down what they are given and answer what the test says. */
export function fakeWorld(
  state: State,
  options: { readonly owner?: Owner; readonly clock?: VirtualClock; readonly seed?: string } = {},
): FakeWorld {
  const clock = options.clock ?? new VirtualClock(Date.UTC(2026, 0, 31, 6, 5, 4));
  const statements: Statement[] = [];
  const answers: FakeWorld["answers"] = new Map();
  const pipelines: PipelineRequest[] = [];
  const files = new Map<string, string>();
  const jobs = new Map<string, Job>();
  const openSession = async (): Promise<Session> => ({
    user: "tester",
    currentCatalog: "main",
    currentSchema: "default",
    sql: async (text, given = {}) => {
      const parameters = Object.entries(given.parameters ?? {}).map(([name, each]) => [name, each.value] as const);
      statements.push({ text: text.trim(), parameters: Object.fromEntries(parameters), txn: given.txn });
      const answer = [...answers].find(([part]) => text.includes(part))?.[1] ?? [];
      if (answer instanceof Error) throw answer;
      return resultOf(typeof answer === "function" ? await answer() : answer);
    },
    streams: async () => [],
    analyze: () => Promise.reject(new Error("not here")),
    tableState: () => Promise.reject(new Error("not here")),
    close: async () => {},
  });
  const find = <T>(known: Map<string, T>, key: string): T => {
    const found = known.get(key);
    if (found === undefined) throw new BoathouseError("NOT_FOUND", `There is no ${key}.`);
    return found;
  };
  const runner = new JobRunner({
    state,
    clock,
    ids: seededIds(options.seed ?? "jobs"),
    ...(options.owner === undefined ? {} : { owner: options.owner }),
    environment: {
      openSession,
      readFile: async (path) => ({ text: find(files, path), file: path }),
      runPipeline: async (request) => {
        pipelines.push(request);
        return { update: request.idempotencyKey };
      },
      findJob: async (id) => find(jobs, id),
      workspace: { id: "1", url: "http://localhost" },
    },
  });
  return { clock, runner, statements, pipelines, answers, files, jobs };
}

function resultOf(rows: readonly Row[]): StatementResult {
  const names = Object.keys(rows[0] ?? {});
  return {
    operation: "SELECT",
    schema: struct(names.map((name) => ({ name, type: STRING, nullable: true }))),
    metrics: {},
    async *batches() {
      yield { rowCount: rows.length, columns: names.map((name) => rows.map((row) => row[name] ?? null)) };
    },
    rows: async () => [...rows],
  };
}

/** A job from its YAML. */
export function job(yaml: string, key = "daily"): Job {
  const document = parseDocument(yaml, "jobs.yml");
  return loadJob({
    key,
    settings: document.value,
    locate: (path, part) => document.locate(path, part),
    source: document.text,
  });
}
