import { parseDateTime } from "../expression/datetime/parse.ts";
import { ianaZone, windowsZones } from "../expression/datetime/time-zone.ts";
import { didYouMean } from "../../core/nearest.ts";
import { memberOf, nodeAt, type JsonNode } from "../json/node.ts";
import type { ResourceCheck } from "../model/resource-check.ts";
import { findResource } from "../model/resource.ts";

/** What shapes cannot say of triggers: dates, zones, what fits which frequency, parameters of the pipelines. */
export function checkRecurrence(check: ResourceCheck, properties: JsonNode): void {
  checkPipelines(check, properties);
  const recurrence = nodeAt(properties, ["typeProperties", "recurrence"]) ?? memberOf(properties, "typeProperties");
  for (const name of ["startTime", "endTime"]) {
    const time = memberOf(recurrence, name);
    if (time?.kind !== "string" || parseDateTime(time.value) !== undefined) continue;
    check.problem(time, "FACTORY_VALUE_INVALID", `"${time.value}" is not a date.`, "Write it as 2026-01-31T08:00:00Z.");
  }
  const zone = memberOf(recurrence, "timeZone");
  if (zone?.kind === "string" && ianaZone(zone.value) === undefined) {
    const hint = didYouMean(zone.value, windowsZones()) ?? 'It takes the names of Windows: "W. Europe Standard Time".';
    check.problem(zone, "FACTORY_VALUE_INVALID", `"${zone.value}" is not a time zone.`, hint);
  }
  const schedule = memberOf(recurrence, "schedule");
  const frequency = memberOf(recurrence, "frequency");
  if (schedule?.kind !== "object" || frequency?.kind !== "string") return;
  for (const { key, value } of schedule.members) {
    const needed = NEEDED[key.value];
    if (
      needed === undefined ||
      needed.includes(frequency.value) ||
      (value.kind === "array" && value.items.length === 0)
    )
      continue;
    const message = `"${key.value}" needs the frequency ${needed.join(" or ")}.`;
    check.problem(key, "FACTORY_VALUE_INVALID", message);
  }
}

const NEEDED: Readonly<Record<string, readonly string[]>> = {
  weekDays: ["Week"],
  monthDays: ["Month"],
  monthlyOccurrences: ["Month"],
};

function checkPipelines(check: ResourceCheck, properties: JsonNode): void {
  const several = memberOf(properties, "pipelines");
  const one = memberOf(properties, "pipeline");
  const entries = several?.kind === "array" ? several.items : one === undefined ? [] : [one];
  for (const entry of entries) {
    const name = nodeAt(entry, ["pipelineReference", "referenceName"]);
    const target = name?.kind === "string" ? findResource(check.factory, "pipeline", name.value) : undefined;
    if (target !== undefined) check.parametersFor(entry, memberOf(entry, "parameters"), target);
  }
}
