import { isBoathouseError, type BoathouseError } from "../../core/errors.ts";
import type { DeclareHandler, HandlerCondition } from "../ast/script.ts";
import type { Scope } from "./scope.ts";

/** A handler that takes an error, and the block that declares it. */
export interface FoundHandler {
  readonly handler: DeclareHandler;
  readonly scope: Scope;
}

/**
 * The handler for an error: that of the innermost block that has one; there the most specific. Cancellation and our own defects
 * are nobody's to handle.
 */
export function findHandler(
  error: unknown,
  scope: Scope,
): (FoundHandler & { readonly error: BoathouseError }) | undefined {
  if (!isBoathouseError(error) || error.kind === "interrupted" || error.kind === "defect") return undefined;
  for (let each: Scope | undefined = scope; each !== undefined; each = each.outerHandlers) {
    const ranked = each.handlers
      .map((handler) => ({ handler, rank: Math.max(...handler.conditions.map((one) => rankOf(one, error))) }))
      .filter(({ rank }) => rank > 0)
      .toSorted((a, b) => b.rank - a.rank);
    const [best] = ranked;
    if (best !== undefined) return { handler: best.handler, scope: each, error };
  }
  return undefined;
}

/** How exactly a condition names an error; 0 when it does not. */
function rankOf(condition: HandlerCondition, error: BoathouseError): number {
  const state = error.sqlState ?? "";
  const isNotFound = state.startsWith("02");
  switch (condition.on) {
    case "condition": {
      const wanted = conditionName(condition);
      const code = error.code.toUpperCase();
      return wanted === code ? 4 : wanted === code.split(".")[0] ? 3 : 0;
    }
    case "sqlstate":
      return condition.value.toUpperCase() === state ? 2 : 0;
    case "not_found":
      return isNotFound ? 1 : 0;
    case "sqlexception":
      return isNotFound || state.startsWith("XX") ? 0 : 1;
  }
}

/** In upper case, with dots. */
export function conditionName(condition: Extract<HandlerCondition, { readonly on: "condition" }>): string {
  return condition.name.parts
    .map((part) => part.name)
    .join(".")
    .toUpperCase();
}
