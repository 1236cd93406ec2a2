import { sqlType } from "../../../core/data-type.ts";
import { doneResult } from "../result.ts";
import type { Command } from "./command.ts";

/** `CREATE FUNCTION … RETURN expression | query`. The whole statement is kept: it is parsed again where it is called. */
export const createFunction: Command<"create_function"> = {
  kinds: ["create_function"],
  async run(statement, call) {
    const { body, returns, comment } = statement;
    if (statement.temporary) throw call.unsupported(statement.span, "A temporary function");
    if (body.kind !== "return_expression" && body.kind !== "return_query") {
      throw call.unsupported(
        body.span,
        `A function in ${statement.language ?? "another language"}`,
        "Write it in SQL: RETURN …",
      );
    }
    const isTable = body.kind === "return_query";
    await call.env.catalog.createFunction(call.user, {
      name: await call.objectName(statement.name),
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
