import { doneResult } from "../result.ts";
import type { Command } from "./command.ts";

/**
 * `CREATE STREAMING TABLE`, `CREATE MATERIALIZED VIEW` outside of a pipeline: a pipeline of its own, which the host runs
 * with the rights of the lakehouse's owner. So only the metastore's admin may declare one.
 */
export const createDataset: Command<"create_dataset"> = {
  kinds: ["create_dataset"],
  async run(statement, call) {
    const { datasets } = call.env;
    const what = statement.dataset.replaceAll("_", " ").toUpperCase();
    if (datasets === undefined) throw call.unsupported(statement.span, `${what} outside of a pipeline`);
    if (!(await call.access()).isMetastoreAdmin()) {
      throw call.error(
        statement.span,
        "INSUFFICIENT_PERMISSIONS",
        `${call.user} may not declare a ${what.toLowerCase()} outside of a pipeline: it would run with the owner's rights.`,
        "Declare it in a pipeline.",
      );
    }
    const { catalog, schema } = call.state;
    const { file } = call.options;
    await datasets.create({ user: call.user, catalog, schema, text: call.text, file });
    return doneResult(`CREATE ${what}`);
  },
};

/** `REFRESH STREAMING TABLE | MATERIALIZED VIEW name [FULL]`: an update of the pipeline that fills it, of it alone. */
export const refresh: Command<"refresh"> = {
  kinds: ["refresh"],
  async run(statement, call) {
    const { datasets } = call.env;
    const { object, name } = statement;
    const isDataset = object === "streaming_table" || object === "materialized_view";
    if (!isDataset || name === undefined || datasets === undefined || statement.wait === "async") {
      throw call.unsupported(statement.span, `REFRESH ${object.replaceAll("_", " ").toUpperCase()}`);
    }
    await datasets.refresh({ user: call.user, name: await call.objectName(name), full: statement.full });
    return doneResult("REFRESH");
  },
};
