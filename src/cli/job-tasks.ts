import type { RunOutcome } from "../runs/execution.ts";
import { writeRecords } from "./records.ts";
import { durationText } from "./run-tree.ts";
import type { Terminal } from "./terminal.ts";

/** The tasks of a job run, as they ended. */
export async function writeTasks(outcome: RunOutcome, terminal: Terminal, json: boolean): Promise<void> {
  const { run, state } = outcome;
  const records = [...state.nodes.values()].map(
    ({ address, status, reason, error, startedAt, finishedAt, reused }) => ({
      task: address,
      status: reused ? `${status} before` : status,
      duration: startedAt === undefined || finishedAt === undefined ? "" : durationText(finishedAt - startedAt),
      why: error?.message ?? reason ?? "",
    }),
  );
  const machine = records.map((each) => ({ type: "job.task", run: run.id, ...each }));
  await writeRecords(records, { terminal, json, machine });
}
