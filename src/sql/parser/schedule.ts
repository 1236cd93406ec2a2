import type { Schedule } from "../ast/definition.ts";
import type { Cursor } from "./cursor.ts";

/** `SCHEDULE [REFRESH] EVERY n unit | CRON '…' [AT TIME ZONE '…']`, `TRIGGER ON UPDATE [AT MOST EVERY interval]`. */
export function schedule(c: Cursor): Schedule {
  const { start } = c;
  const base = { every: undefined, cron: undefined, timeZone: undefined, onUpdate: false, atMostEvery: undefined };
  if (c.accept("TRIGGER")) {
    c.expect("ON", "UPDATE");
    const atMostEvery = c.acceptAll("AT", "MOST", "EVERY") ? c.rules.expression(c) : undefined;
    return { ...base, kind: "schedule", span: c.span(start), onUpdate: true, atMostEvery };
  }
  c.expect("SCHEDULE");
  c.accept("REFRESH");
  if (c.accept("EVERY")) {
    const count = c.integer("a number");
    const unit = c.identifier("HOURS, DAYS or WEEKS").name.toUpperCase();
    return { ...base, kind: "schedule", span: c.span(start), every: { count, unit } };
  }
  c.expect("CRON");
  const cron = c.string("a Quartz cron expression");
  const timeZone = c.acceptAll("AT", "TIME", "ZONE") ? c.string("a time zone") : undefined;
  return { ...base, kind: "schedule", span: c.span(start), cron, timeZone };
}
