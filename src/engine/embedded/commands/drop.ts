import { isTable, type Securable } from "../../../catalog/securable.ts";
import { isTemporaryName } from "../../../sql/analyzer/check-routine.ts";
import type { DropStatement } from "../../../sql/ast/create.ts";
import { dropVariable } from "../../../sql/script/variables.ts";
import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import type { Command } from "./command.ts";
import { deltaTarget, pathOf } from "./delta-target.ts";
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
    if (statement.object === "function" && statement.temporary) {
      await dropTemporaryFunction(statement, call);
      return doneResult(operation);
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
    if (statement.object === "table" && (await pathOf(statement.name, call)) !== undefined) {
      await refuseDropOfPath(statement, call);
      return doneResult(operation);
    }
    const on = await namedObject(statement.object, statement.name, statement.span, call);
    const gone = await call.env.catalog.drop(call.user, on, {
      ifExists: statement.ifExists,
      cascade: statement.behaviour === "cascade",
    });
    for (const each of gone) await removeData(each, call);
    return doneResult(operation);
  },
};

/**
 * There is no name to forget, and files of unknown readers are not deleted: Delta Lake lets such a DROP pass and does
 * nothing, which here only IF EXISTS of what is not there does.
 */
async function refuseDropOfPath(statement: DropStatement, call: StatementCall): Promise<void> {
  const { table, shown } = await deltaTarget(statement.name, "write", call);
  if (statement.ifExists && !(await table.exists())) return;
  throw call.error(
    statement.name.span,
    "DELTA_OPERATION_NOT_ALLOWED",
    `Operation not allowed: DROP TABLE is not supported for ${shown}, which has no name in the catalog.`,
    "Delete its rows with DELETE FROM and VACUUM, or its folder.",
  );
}

async function dropTemporaryFunction(statement: DropStatement, call: StatementCall): Promise<void> {
  const { name } = statement;
  const parts = await call.parts(name);
  if (!isTemporaryName(parts)) {
    const message = `DROP TEMPORARY FUNCTION with multiple part name (\`${parts.join("`.`")}\`) is not allowed.`;
    throw call.error(name.span, "INVALID_SQL_SYNTAX.MULTI_PART_NAME", message);
  }
  const own = parts.at(-1) ?? "";
  if (call.state.temporaryFunctions.delete(own.toLowerCase()) || statement.ifExists) return;
  const message = `The routine \`${own}\` cannot be found among those of this session.`;
  const hint = "Verify the spelling, or use DROP TEMPORARY FUNCTION IF EXISTS.";
  throw call.error(name.span, "ROUTINE_NOT_FOUND", message, hint);
}

async function removeData(gone: Securable, call: StatementCall): Promise<void> {
  if (!isTable(gone) && gone.kind !== "volume") return;
  if (isTable(gone)) await call.env.tables.forget(gone.location);
  if (gone.storage === "managed") await call.env.storage.deleteAll(gone.location);
}
