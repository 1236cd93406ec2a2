import { messageOf } from "../../core/errors.ts";
import type { Statement } from "../../sql/ast/statement.ts";
import type { StatementResult } from "../session.ts";
import { commandFor } from "./commands/registry.ts";
import type { StatementCall } from "./statement-call.ts";

/** Errors that are in the audit log: a script passes those of its statements on. */
const audited = new WeakSet<object>();

/** Runs a statement of any kind. What it opened is let go, of a query when its result was read. */
export async function runStatement(statement: Statement, call: StatementCall): Promise<StatementResult> {
  const command = commandFor(statement.kind);
  if (command === undefined) {
    throw call.unsupported(statement.span, `${statement.kind.replaceAll("_", " ").toUpperCase()}`);
  }
  return guarded(call, async () => {
    const result = await command.run(statement, call);
    // A query runs while its result is read, and lets go then.
    if (statement.kind !== "query") await call.release();
    return result;
  });
}

/** Explains a failure, lets go of what was opened, and keeps a refused access in the audit log. */
async function guarded<T>(call: StatementCall, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const explained = await call.explain(error);
    await call.release();
    await audit(error, call);
    if (typeof explained === "object" && explained !== null) audited.add(explained);
    throw explained;
  }
}

/** An access that was refused is kept in the audit log; changes of the catalog keep their own. */
async function audit(error: unknown, call: StatementCall): Promise<void> {
  if (typeof error !== "object" || error === null || audited.has(error)) return;
  audited.add(error);
  if (!("code" in error) || error.code !== "INSUFFICIENT_PERMISSIONS") return;
  const parameters = { message: messageOf(error) };
  await call.env.catalog.audit({ user: call.user, action: "commandSubmit", parameters, error });
}
