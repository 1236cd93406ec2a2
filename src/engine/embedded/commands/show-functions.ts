import { findSchema } from "../../../catalog/find.ts";
import type { Show } from "../../../sql/ast/utility.ts";
import { functionReference } from "../../../sql/functions/documentation.ts";
import type { StatementCall } from "../statement-call.ts";

/**
 * The names for `SHOW [USER | SYSTEM | ALL] FUNCTIONS`: built-in ones by themselves, those of the session too, those of a schema
 * with their full name. Sorted.
 */
export async function functionNames(statement: Show, call: StatementCall): Promise<string[]> {
  const scope = statement.scope?.toLowerCase() ?? "all";
  const system = scope === "user" ? [] : builtIn();
  const user = scope === "system" ? [] : await ofUsers(statement, call);
  return [...new Set([...system, ...user])].toSorted((a, b) => (a < b ? -1 : 1));
}

function builtIn(): string[] {
  return functionReference()
    .filter((each) => each.supported)
    .flatMap((each) => [each.name, ...each.aliases])
    .filter((name) => /^[a-z]\w*$/.test(name));
}

async function ofUsers(statement: Show, call: StatementCall): Promise<string[]> {
  const access = await call.access();
  const { catalog, schema } = call.state;
  const name = statement.name === undefined ? [catalog, schema] : await call.schemaName(statement.name);
  const found = findSchema(access, name);
  const stored = found === undefined ? [] : access.snapshot.children(found.id);
  const visible = stored.filter((each) => each.kind === "function" && access.sees(each));
  return [...visible.map((each) => access.snapshot.fullName(each).join(".")), ...call.state.temporaryFunctions.keys()];
}
