import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../core/json.ts";
import { Recurrence } from "./recurrence.ts";

/** The first times after a time, as ISO text to the minute. */
function times(recurrence: JsonObject, count: number, after = "2026-01-01T00:00:00Z"): string[] {
  const found: string[] = [];
  const rule = new Recurrence(recurrence, Date.parse(after));
  let at = Date.parse(after);
  while (found.length < count) {
    const next = rule.next(at);
    if (next === undefined) return [...found, "end"];
    found.push(new Date(next).toISOString().slice(0, 16));
    at = next;
  }
  return found;
}

describe("a recurrence", () => {
  it("is anchored at its start, and drops what is past", () => {
    expect(times({ frequency: "Minute", interval: 15, startTime: "2025-12-31T23:50:00Z" }, 3)).toEqual([
      "2026-01-01T00:05",
      "2026-01-01T00:20",
      "2026-01-01T00:35",
    ]);
    expect(times({ frequency: "Day", interval: 3, startTime: "2025-12-30T06:30:00Z" }, 2)).toEqual([
      "2026-01-02T06:30",
      "2026-01-05T06:30",
    ]);
    expect(times({ frequency: "Hour", interval: 5, startTime: "2026-02-01T01:00:00Z" }, 2)).toEqual([
      "2026-02-01T01:00",
      "2026-02-01T06:00",
    ]);
  });

  it("combines hours with minutes, and takes what is open from its start", () => {
    const startTime = "2026-01-01T03:07:00Z";
    expect(
      times({ frequency: "Day", interval: 1, startTime, schedule: { hours: [17, 5], minutes: [45, 15] } }, 4),
    ).toEqual(["2026-01-01T05:15", "2026-01-01T05:45", "2026-01-01T17:15", "2026-01-01T17:45"]);
    expect(times({ frequency: "Day", interval: 1, startTime, schedule: { hours: [5] } }, 1)).toEqual([
      "2026-01-01T05:07",
    ]);
    expect(times({ frequency: "Hour", interval: 1, startTime, schedule: { minutes: [15, 45] } }, 3)).toEqual([
      "2026-01-01T03:15",
      "2026-01-01T03:45",
      "2026-01-01T04:15",
    ]);
  });

  it("knows the days of weeks", () => {
    const schedule = { weekDays: ["Monday", "Wednesday", "Friday"], hours: [17], minutes: [0] };
    expect(times({ frequency: "Week", interval: 1, startTime: "2026-01-01T00:00:00Z", schedule }, 4)).toEqual([
      "2026-01-02T17:00",
      "2026-01-05T17:00",
      "2026-01-07T17:00",
      "2026-01-09T17:00",
    ]);
    expect(times({ frequency: "Week", interval: 2, startTime: "2026-01-01T08:00:00Z" }, 2)).toEqual([
      "2026-01-01T08:00",
      "2026-01-15T08:00",
    ]);
  });

  it("knows the days of months: those that are not there, the last, and the n-th weekday", () => {
    const startTime = "2026-01-01T08:00:00Z";
    const month = (schedule: JsonObject, count: number): string[] =>
      times({ frequency: "Month", interval: 1, startTime, schedule }, count).map((each) => each.slice(0, 10));
    expect(month({ monthDays: [31] }, 3)).toEqual(["2026-01-31", "2026-03-31", "2026-05-31"]);
    expect(month({ monthDays: [-1] }, 3)).toEqual(["2026-01-31", "2026-02-28", "2026-03-31"]);
    expect(month({ monthDays: [28, -1] }, 3)).toEqual(["2026-01-28", "2026-01-31", "2026-02-28"]);
    expect(month({ monthlyOccurrences: [{ day: "Friday", occurrence: 5 }] }, 3)).toEqual([
      "2026-01-30",
      "2026-05-29",
      "2026-07-31",
    ]);
    expect(month({ monthlyOccurrences: [{ day: "Friday", occurrence: -1 }] }, 2)).toEqual(["2026-01-30", "2026-02-27"]);
    expect(month({ monthlyOccurrences: [{ day: "Wednesday", occurrence: 3 }] }, 1)).toEqual(["2026-01-21"]);
  });

  it("follows the clocks of its zone through summer time", () => {
    const recurrence = {
      frequency: "Day",
      interval: 1,
      startTime: "2026-03-27T02:30:00",
      timeZone: "W. Europe Standard Time",
    };
    expect(times(recurrence, 4, "2026-03-01T00:00:00Z")).toEqual([
      "2026-03-27T01:30",
      "2026-03-28T01:30",
      // 02:30 does not exist on the 29th: an hour later on the clock.
      "2026-03-29T01:30",
      "2026-03-30T00:30",
    ]);
  });

  it("ends", () => {
    const recurrence = {
      frequency: "Day",
      interval: 1,
      startTime: "2026-01-01T08:00:00Z",
      endTime: "2026-01-02T08:00:00Z",
    };
    expect(times(recurrence, 5)).toEqual(["2026-01-01T08:00", "2026-01-02T08:00", "end"]);
    expect(times({ frequency: "Month", startTime: "2026-01-01T08:00:00Z", schedule: { monthDays: [32] } }, 1)).toEqual([
      "end",
    ]);
  });
});
