import { describe, expect, it } from "vitest";
import { array, BINARY, DOUBLE, field, INT, map, STRING, struct, type IntervalType } from "../../core/data-type.ts";
import { resultText } from "./result-text.ts";

const HOUR_TO_MINUTE: IntervalType = { kind: "interval_day_time", start: "hour", end: "minute" };
const MONTH: IntervalType = { kind: "interval_year_month", start: "month", end: "month" };

describe("the text of results", () => {
  it("quotes texts inside collections in the shell's style only", () => {
    const type = array(STRING);
    expect(resultText(["a", null], type, "hive")).toBe('["a",null]');
    expect(resultText(["a", null], type, "show")).toBe("[a, NULL]");
    expect(resultText("a", STRING, "hive")).toBe("a");
    expect(resultText(null, STRING, "show")).toBe("NULL");
  });

  it("prints maps and structs, whose fields may share a name", () => {
    const entries = [{ key: "k", value: 1 }];
    expect(resultText(entries, map(STRING, INT), "hive")).toBe('{"k":1}');
    expect(resultText(entries, map(STRING, INT), "show")).toBe("{k -> 1}");
    const twice = struct([field("a", INT), field("a", DOUBLE)]);
    expect(resultText({ a: 1, a_1: 2 }, twice, "hive")).toBe('{"a":1,"a":2.0}');
    expect(resultText({ a: 1, a_1: 2 }, twice, "show")).toBe("{1, 2.0}");
  });

  it("prints bytes as text or in hexadecimal", () => {
    const bytes = new Uint8Array([0x53, 0x70]);
    expect(resultText(bytes, BINARY, "hive")).toBe("Sp");
    expect(resultText(bytes, BINARY, "show")).toBe("[53 70]");
  });

  it("prints intervals by the fields of their type", () => {
    expect(resultText("INTERVAL '1-2' YEAR TO MONTH", MONTH, "show")).toBe("INTERVAL '14' MONTH");
    expect(resultText("INTERVAL '1-2' YEAR TO MONTH", MONTH, "hive")).toBe("1-2");
    expect(resultText("INTERVAL '1 02:03:00' DAY TO SECOND", HOUR_TO_MINUTE, "show")).toBe(
      "INTERVAL '26:03' HOUR TO MINUTE",
    );
    expect(resultText("INTERVAL '-1 02:03:00' DAY TO SECOND", HOUR_TO_MINUTE, "hive")).toBe("-1 02:03:00.000000000");
  });
});
