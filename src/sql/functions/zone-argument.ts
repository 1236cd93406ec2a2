import { resolveZone } from "../java/zone.ts";
import type { CallSite } from "./function.ts";
import { textOf } from "./rules.ts";

/** A zone that is constant and unknown is refused at its place. */
export function checkZone(call: CallSite, index: number): void {
  const arg = call.args[index];
  const zone = arg === undefined || arg.kind === "unbound_lambda" ? undefined : textOf(arg);
  if (typeof zone !== "string" || resolveZone(zone) !== undefined) return;
  throw call.error(
    "INVALID_TIMEZONE",
    `The timezone: ${zone} is invalid. The timezone must be either a region-based zone ID or a zone offset.`,
  );
}
