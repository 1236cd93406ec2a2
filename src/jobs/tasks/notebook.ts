import type { TaskHandler } from "../task-handler.ts";
import { parseNotebook } from "../notebook.ts";
import { runScript } from "../script-run.ts";

/** Runs a SQL notebook. Its output is what `dbutils.notebook.exit` said, and the rows of its last query. */
export const notebookTask: TaskHandler = async (context) => {
  const { node, environment, task } = context;
  const path = task.notebook_task?.notebook_path ?? "";
  const parameters = context.parameters(task.notebook_task?.base_parameters);
  await node.recordInput({ notebook_path: path, parameters });
  const { text, file } = await environment.readFile(path, "notebook");
  const notebook = parseNotebook(text, file);
  const session = await environment.openSession();
  try {
    const { exit, last, statements } = await runScript(notebook, { context: node, session, parameters });
    return { result: exit ?? null, statements, rows: last?.rows ?? [], truncated: last?.truncated ?? false };
  } finally {
    await session.close();
  }
};
