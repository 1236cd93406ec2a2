import { BoathouseError } from "../../core/errors.ts";
import type { BoundExpression } from "../bound.ts";
import { parsePattern, type PatternUse } from "../java/date-pattern.ts";
import type { CallSite } from "./function.ts";
import { textOf } from "./rules.ts";

/** A constant pattern is checked where it stands; what is wrong with others comes out when the query runs. */
export function datePattern(call: CallSite, arg: BoundExpression | undefined, use: PatternUse): void {
  const pattern = arg === undefined ? undefined : textOf(arg);
  if (typeof pattern !== "string") return;
  try {
    parsePattern(pattern, use);
  } catch (error) {
    if (error instanceof BoathouseError) throw call.error(error.code, error.message);
    throw error;
  }
}
