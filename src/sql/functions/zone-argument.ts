import { resolveZone } from "../java/zone.ts";
import type { CallSite } from "./function.ts";
import { literalOf, textOf } from "./rules.ts";

/** An unknown zone is refused at its place where all is constant; else only rows can tell whether it is needed. */
export function checkZone(call: CallSite, index: number): void {
  const arg = call.args[index];
  const zone = arg === undefined || arg.kind === "unbound_lambda" ? undefined : textOf(arg);
  const isConstant = call.args.every(isValue);
  if (!isConstant || typeof zone !== "string" || resolveZone(zone) !== undefined) return;
  throw call.error(
    "INVALID_TIMEZONE",
    `The timezone: ${zone} is invalid. The timezone must be either a region-based zone ID or a zone offset.`,
  );
}

/** A constant, and not null. */
function isValue(arg: CallSite["args"][number]): boolean {
  const literal = arg.kind === "unbound_lambda" ? undefined : literalOf(arg);
  return literal !== undefined && literal.value !== null;
}
