import { sqlType } from "../../../core/data-type.ts";
import type { CreateFunction } from "../../../sql/ast/create.ts";
import { checkRoutine, isTemporaryName } from "../../../sql/analyzer/check-routine.ts";
import { lookupFunction } from "../../../sql/functions/registry.ts";
import type { Routine } from "../../../sql/resolver.ts";
import { routineOf } from "../../../sql/routine.ts";
import type { StatementResult } from "../../session.ts";
import { doneResult } from "../result.ts";
import type { StatementCall } from "../statement-call.ts";
import { refuseTemporary } from "./create-view.ts";
import type { Command } from "./command.ts";

/** `CREATE FUNCTION … RETURN expression | query`. The whole statement is kept: it is parsed again where it is called. */
export const createFunction: Command<"create_function"> = {
  kinds: ["create_function"],
  async run(statement, call) {
    const { body, returns, comment } = statement;
    if (body.kind !== "return_expression" && body.kind !== "return_query") {
      throw call.unsupported(
        body.span,
        `A function in ${statement.language ?? "another language"}`,
        "Write it in SQL: RETURN …",
      );
    }
    if (statement.temporary) return createTemporary(statement, call);
    const isTable = returns?.table === true;
    const name = await call.objectName(statement.name);
    (await call.resolver()).willCreate(name);
    await checked(statement, name, call);
    await refuseTemporary(statement, call, "function");
    await call.env.catalog.createFunction(call.user, {
      name,
      mode: statement.mode === "if_not_exists" || statement.mode === "create" ? statement.mode : "replace",
      result: isTable ? "table" : "scalar",
      parameters: statement.parameters.map((parameter) => ({
        name: parameter.name.parts.at(-1)?.name ?? "",
        type: parameter.type === undefined ? "STRING" : sqlType(parameter.type),
        ...(parameter.default === undefined ? {} : { default: call.textOf(parameter.default.span) }),
      })),
      ...(returns === undefined ? {} : { returns: call.textOf(returns.span) }),
      definition: { text: call.textOf(statement.span), catalog: call.state.catalog, schema: call.state.schema },
      ...(comment === undefined ? {} : { comment }),
    });
    return doneResult("CREATE FUNCTION");
  },
};

/** `CREATE TEMPORARY FUNCTION`: the session's own, until it ends. */
async function createTemporary(statement: CreateFunction, call: StatementCall): Promise<StatementResult> {
  const { span, mode, name } = statement;
  const parts = await call.parts(name);
  if (!isTemporaryName(parts)) {
    const message = `CREATE TEMPORARY FUNCTION with specifying a database (\`${parts.slice(0, -1).join(".")}\`) is not allowed.`;
    throw call.error(name.span, "INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_DATABASE", message);
  }
  if (mode === "if_not_exists") {
    const message = "CREATE TEMPORARY FUNCTION with IF NOT EXISTS is not allowed.";
    throw call.error(span, "INVALID_SQL_SYNTAX.CREATE_TEMP_FUNC_WITH_IF_NOT_EXISTS", message, "Write OR REPLACE.");
  }
  const own = parts.at(-1) ?? "";
  const { temporaryFunctions } = call.state;
  const exists = lookupFunction(own.toLowerCase()) !== undefined;
  if (exists || (mode !== "replace" && temporaryFunctions.has(own.toLowerCase()))) {
    const message = `Cannot create the routine \`${own}\` because a routine of that name already exists.`;
    const hint = exists ? "It is built in: choose another name." : "Add OR REPLACE, or choose another name.";
    throw call.error(name.span, "ROUTINE_ALREADY_EXISTS", message, hint);
  }
  const routine = await checked(statement, [own], call);
  temporaryFunctions.set(own.toLowerCase(), { routine, statement });
  return doneResult("CREATE FUNCTION");
}

/** The function, its body analyzed. */
async function checked(statement: CreateFunction, name: readonly string[], call: StatementCall): Promise<Routine> {
  const { catalog, schema } = call.state;
  const context = { catalog, schema, user: call.user };
  const routine = routineOf(statement, { name, context, text: call.text });
  await call.analyze((resolver, analysis) => {
    checkRoutine(statement, routine, resolver, analysis);
  });
  return routine;
}
