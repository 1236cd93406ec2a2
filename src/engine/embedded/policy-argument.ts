import type { PolicyArgument } from "../../catalog/securable.ts";
import { BoathouseError } from "../../core/errors.ts";
import { parseExpression } from "../../sql/parser/parse.ts";
import type { Policy } from "../../sql/resolver.ts";

/** An argument of a row filter or mask, as the catalog has it, for analysis. */
export function policyArgument(argument: PolicyArgument): Policy["arguments"][number] {
  if ("column" in argument) return argument;
  const expression = parseExpression(argument.sql);
  if (expression.kind === "literal" && !(expression.value instanceof Uint8Array)) {
    const { value, type } = expression;
    const isIntegral = typeof value === "number" && ["byte", "short", "int", "long"].includes(type.kind);
    return { type, value: isIntegral ? BigInt(value) : value };
  }
  throw new BoathouseError("POLICY_ARGUMENT_INVALID", `${argument.sql} is no constant.`);
}
