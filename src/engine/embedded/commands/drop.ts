import { rm } from "node:fs/promises";
import { isTable, type Securable } from "../../../catalog/securable.ts";
import { dropVariable } from "../../../sql/script/variables.ts";
import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { namedObject } from "./grant.ts";
import { scriptHost } from "./script.ts";

/** `DROP …`. The data of managed tables and volumes goes with them, after the catalog has forgotten them. */
export const drop: Command<"drop"> = {
  kinds: ["drop"],
  async run(statement, call) {
    const operation = `DROP ${statement.object.replaceAll("_", " ").toUpperCase()}`;
    if (statement.object === "view" || statement.object === "table") {
      const parts = await call.parts(statement.name);
      const isTemporary = parts.length === 1 && call.state.temporaryViews.delete((parts[0] ?? "").toLowerCase());
      if (isTemporary) return doneResult(operation);
    }
    if (statement.object === "variable") {
      await dropVariable(statement, scriptHost(call), call.place);
      return doneResult(operation);
    }
    if (statement.object === "group" || statement.object === "user") {
      await call.env.catalog.dropPrincipal(call.user, (await call.parts(statement.name)).at(-1) ?? "");
      return doneResult(operation);
    }
    if (statement.on !== undefined) throw call.unsupported(statement.span, operation);
    const on = await namedObject(statement.object, statement.name, statement.span, call);
    const gone = await call.env.catalog.drop(call.user, on, {
      ifExists: statement.ifExists,
      cascade: statement.behaviour === "cascade",
    });
    for (const each of gone) await removeData(each, call);
    return doneResult(operation);
  },
};

async function removeData(gone: Securable, call: StatementCall): Promise<void> {
  if (!isTable(gone) && gone.kind !== "volume") return;
  if (isTable(gone)) call.env.tables.forget(gone.location);
  if (gone.storage === "managed") await rm(call.env.storage.localPath(gone.location), { recursive: true, force: true });
}
