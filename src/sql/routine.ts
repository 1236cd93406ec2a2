import { field, STRING, struct } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import type { CreateFunction } from "./ast/create.ts";
import type { NameContext, Routine } from "./resolver.ts";

export interface RoutineOptions {
  /** The full name. */
  readonly name: readonly string[];
  /** Where the names in the body begin, and whose rights count there. */
  readonly context: NameContext;
  /** The text of the CREATE FUNCTION. */
  readonly text: string;
}

/**
 * The function that `CREATE FUNCTION … RETURN …` defines. Throws `UNSUPPORTED_FEATURE` for one in another language than
 * SQL.
 */
export function routineOf(statement: CreateFunction, { name, context, text }: RoutineOptions): Routine {
  const { body, returns } = statement;
  const parameters = statement.parameters.map((parameter) => ({
    name: parameter.name.parts.at(-1)?.name ?? "",
    type: parameter.type ?? STRING,
    default: parameter.default,
  }));
  if (body.kind === "return_expression") {
    const scalar = { kind: "scalar" as const, expression: body.expression, returns: returns?.type };
    return { name, parameters, context, text, body: scalar };
  }
  if (body.kind === "return_query" && returns?.table !== true) {
    const expression = { kind: "subquery" as const, span: body.query.span, query: body.query };
    return { name, parameters, context, text, body: { kind: "scalar", expression, returns: returns?.type } };
  }
  if (body.kind !== "return_query") {
    throw new BoathouseError(
      "UNSUPPORTED_FEATURE",
      `${name.join(".")} cannot be called: only functions written in SQL can be.`,
    );
  }
  const columns = returns?.columns?.map((each) => field(each.name.parts.at(-1)?.name ?? "", each.type ?? STRING));
  const table = {
    kind: "table" as const,
    query: body.query,
    returns: columns === undefined ? undefined : struct(columns),
  };
  return { name, parameters, context, text, body: table };
}
