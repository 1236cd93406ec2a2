import { describe, expect, it } from "vitest";
import { checkQuartz, quartzNext } from "./quartz.ts";

function times(expression: string, after: string, count = 3, zone = "UTC"): string[] {
  const found: string[] = [];
  for (let at: number | undefined = Date.parse(after); found.length < count;) {
    at = quartzNext(expression, zone, at);
    if (at === undefined) break;
    found.push(new Date(at).toISOString().replace(/:00\.000Z$/, "Z"));
  }
  return found;
}

describe("quartz expressions", () => {
  it("fire at a time of day, after the given moment", () => {
    expect(times("0 30 6 * * ?", "2026-01-01T06:30:00Z", 2)).toEqual(["2026-01-02T06:30Z", "2026-01-03T06:30Z"]);
  });

  it("count weekdays from Sunday = 1", () => {
    expect(times("0 0 12 ? * 2", "2026-01-01T00:00:00Z", 2)).toEqual(["2026-01-05T12:00Z", "2026-01-12T12:00Z"]);
    expect(times("0 0 12 ? * SUN", "2026-01-01T00:00:00Z", 1)).toEqual(["2026-01-04T12:00Z"]);
    expect(times("0 0 12 ? * 6-2", "2026-01-01T00:00:00Z", 4)).toEqual([
      "2026-01-02T12:00Z",
      "2026-01-03T12:00Z",
      "2026-01-04T12:00Z",
      "2026-01-05T12:00Z",
    ]);
  });

  it("know last days, nearest weekdays and the n-th weekday of a month", () => {
    expect(times("0 0 12 L * ?", "2026-01-01T00:00:00Z", 2)).toEqual(["2026-01-31T12:00Z", "2026-02-28T12:00Z"]);
    expect(times("0 0 12 LW * ?", "2026-01-01T00:00:00Z", 1)).toEqual(["2026-01-30T12:00Z"]);
    expect(times("0 0 12 15W * ?", "2026-02-01T00:00:00Z", 1)).toEqual(["2026-02-16T12:00Z"]);
    expect(times("0 0 12 ? * 6L", "2026-01-01T00:00:00Z", 2)).toEqual(["2026-01-30T12:00Z", "2026-02-27T12:00Z"]);
    expect(times("0 0 12 ? * FRI#3", "2026-01-01T00:00:00Z", 2)).toEqual(["2026-01-16T12:00Z", "2026-02-20T12:00Z"]);
    expect(times("0 0 12 ? * L", "2026-01-01T00:00:00Z", 1)).toEqual(["2026-01-03T12:00Z"]);
  });

  it("know steps from a number, wrapped ranges and years", () => {
    expect(times("0 5/20 * * * ?", "2026-01-01T00:00:00Z", 4)).toEqual([
      "2026-01-01T00:05Z",
      "2026-01-01T00:25Z",
      "2026-01-01T00:45Z",
      "2026-01-01T01:05Z",
    ]);
    expect(times("0 0 22-1 * * ?", "2026-01-01T12:00:00Z", 4)).toEqual([
      "2026-01-01T22:00Z",
      "2026-01-01T23:00Z",
      "2026-01-02T00:00Z",
      "2026-01-02T01:00Z",
    ]);
    expect(times("0 0 0 1 JAN ? 2028", "2026-01-01T00:00:00Z")).toEqual(["2028-01-01T00:00Z"]);
    expect(times("0 0 0 1 JAN ? 2020", "2026-01-01T00:00:00Z")).toEqual([]);
  });

  it("follow the zone when its clocks change", () => {
    const daily = "0 30 2 * * ?";
    expect(times(daily, "2026-03-28T00:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-03-28T01:30Z",
      "2026-03-29T01:00Z",
      "2026-03-30T00:30Z",
    ]);
    expect(times(daily, "2026-10-24T00:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-10-24T00:30Z",
      "2026-10-25T00:30Z",
      "2026-10-26T01:30Z",
    ]);
    expect(times("0 30 * * * ?", "2026-10-25T00:00:00Z", 3, "Europe/Berlin")).toEqual([
      "2026-10-25T00:30Z",
      "2026-10-25T01:30Z",
      "2026-10-25T02:30Z",
    ]);
  });

  it("are refused with the reason when they are none", () => {
    const problem = (expression: string, zone = "UTC"): unknown => {
      try {
        checkQuartz(expression, zone);
        return undefined;
      } catch (error) {
        return error;
      }
    };
    expect(problem("0 0 12 * * *")).toMatchObject({
      code: "QUARTZ_INVALID",
      message: expect.stringMatching(/exactly one/),
    });
    expect(problem("0 12 * * ?")).toMatchObject({ message: expect.stringMatching(/5 fields/) });
    expect(problem("0 0 25 * * ?")).toMatchObject({ message: expect.stringMatching(/"25" is no value for hours/) });
    expect(problem("0 0 0 ? * MOM")).toMatchObject({ hint: 'Did you mean "MON"?' });
    expect(problem("0 0 0 L-3 * ?")).toMatchObject({
      message: expect.stringMatching(/"L" is no value for day of month/),
    });
    expect(problem("0 0 0 * * ?", "Europe/Berlim")).toMatchObject({ hint: 'Did you mean "Europe/Berlin"?' });
  });
});
