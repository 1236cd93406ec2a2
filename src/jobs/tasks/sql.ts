import { BoathouseError } from "../../core/errors.ts";
import type { SqlFile } from "../environment.ts";
import { runScript } from "../script-run.ts";
import type { TaskContext } from "../task-context.ts";
import type { TaskHandler } from "../task-handler.ts";

/** Runs the statements of a SQL file, or a saved query. The rows of the last query are the task's output. */
export const sqlTask: TaskHandler = async (context) => {
  const { node, environment, task } = context;
  const { text, file } = await source(context);
  const parameters = context.parameters(task.sql_task?.parameters);
  await node.recordInput({ file, parameters });
  const session = await environment.openSession();
  try {
    const cells = [{ kind: "sql", text, line: 1 } as const];
    const { last, statements } = await runScript({ file, text, cells }, { context: node, session, parameters });
    return { statements, rows: last?.rows ?? [], truncated: last?.truncated ?? false };
  } finally {
    await session.close();
  }
};

function source({ task, environment }: TaskContext): Promise<SqlFile> {
  const { file, query } = task.sql_task ?? {};
  if (file !== undefined) return environment.readFile(file.path, "sql");
  if (environment.readQuery !== undefined) return environment.readQuery(query?.query_id ?? "");
  throw new BoathouseError("JOB_UNSUPPORTED", "There are no saved queries here.", {
    hint: "Put the query into a file and name it in `sql_task.file.path`.",
  });
}
