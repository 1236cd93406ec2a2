import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simpleString } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});

afterAll(() => shop.close());

async function row(text: string): Promise<readonly unknown[]> {
  const [first] = await shop.rows(`SELECT ${text}`);
  return Object.values(first ?? {});
}

function typeOf(text: string): string {
  return simpleString(shop.analyze(`SELECT ${text} AS x`).schema).slice("struct<x:".length, -1);
}

const nameOf = (text: string): string | undefined => shop.analyze(`SELECT ${text}`).schema.fields[0]?.name;

describe("the type TIME", () => {
  it("has literals of up to six digits, with AM and PM, cut and printed without zeros at the end", async () => {
    expect(await row("TIME '12:34:56.7891234567', TIME 'T1:2', TIME '01:02:03.100 pm', TIME '12:00 AM'")).toEqual([
      "12:34:56.789123",
      "01:02:00",
      "13:02:03.1",
      "00:00:00",
    ]);
    expect(nameOf("TIME '1:2:3'")).toBe("TIME '01:02:03'");
    expect(typeOf("TIME '1:2:3'")).toBe("time(6)");
    for (const text of ["24:00:00", "00:60:00", "13:00 PM", "0:00 AM", "12", "12:00Z"]) {
      expect(() => shop.analyze(`SELECT TIME '${text}'`)).toThrow(/INVALID_TYPED_LITERAL|invalid/);
    }
  });

  it("is read from text as the literal is, and cut to its precision", async () => {
    expect(
      await row(
        "CAST(' 1:2 ' AS TIME), CAST('23:59:59.9999999' AS TIME(2)), CAST(TIME '10:00:00.129' AS TIME(1)), TRY_CAST('x' AS TIME)",
      ),
    ).toEqual(["01:02:00", "23:59:59.99", "10:00:00.1", null]);
    expect(typeOf("CAST('1:2' AS TIME(3))")).toBe("time(3)");
    expect(typeOf("CAST('1:2' AS TIME WITHOUT TIME ZONE)")).toBe("time(6)");
    await expect(row("CAST('24:00' AS TIME)")).rejects.toThrow(
      /'24:00' of the type "STRING" cannot be cast to "TIME\(6\)"/,
    );
    expect(() => shop.analyze("SELECT CAST('1:2' AS TIME(7))")).toThrow(/precision 7/);
  });

  it("becomes seconds as a number, and nothing of another kind", async () => {
    expect(await row("CAST(TIME '12:34:56.789' AS INT), CAST(TIME '12:34:56.789' AS DECIMAL(10, 2))")).toEqual([
      45_296,
      "45296.79",
    ]);
    await expect(row("CAST(TIME '12:34:56' AS SMALLINT)")).rejects.toThrow(/due to an overflow/);
    await expect(row("CAST(TIME '12:34:56.789' AS DECIMAL(3, 0))")).rejects.toThrow(
      /45296.789000000 cannot be represented as Decimal\(3, 0\)/,
    );
    for (const type of ["DOUBLE", "TIMESTAMP", "DATE", "BINARY", "INTERVAL HOUR"]) {
      expect(() => shop.analyze(`SELECT CAST(TIME '1:2' AS ${type})`)).toThrow(/cannot cast/i);
    }
    expect(() => shop.analyze("SELECT CAST(now() AS TIME)")).toThrow(/cannot cast/i);
  });

  it("compares, sorts, groups and stands in arrays, maps and structs", async () => {
    expect(
      await row("TIME '12:00' = '12:00:00', TIME '2:00' < TIME '13:00', TIME '1:00' IN ('01:00', TIME '2:00')"),
    ).toEqual([true, true, true]);
    expect(
      await shop.rows(
        "SELECT t, count(*) AS n, max(t) OVER () AS m FROM VALUES (TIME '2:00'), (TIME '1:00'), (TIME '1:00') v(t) GROUP BY t ORDER BY t",
      ),
    ).toEqual([
      { t: "01:00:00", n: 2n, m: "02:00:00" },
      { t: "02:00:00", n: 1n, m: "02:00:00" },
    ]);
    expect(await row("CAST(array(TIME '1:00', NULL) AS STRING), map('a', TIME '1:00')['a']")).toEqual([
      "[01:00:00, null]",
      "01:00:00",
    ]);
    expect(() => shop.analyze("SELECT TIME '1:00' = DATE '2024-01-01'")).toThrow(/incompatible types/);
    expect(() => shop.analyze("SELECT coalesce(CAST('1:00' AS TIME(0)), TIME '1:00')")).toThrow(/same type/);
  });

  it("hashes as nanoseconds of the day", async () => {
    expect(await row("hash(TIME '12:00:01.5'), xxhash64(TIME '12:00:01.5')")).toEqual([
      -1218791687,
      -7952814881393777420n,
    ]);
  });

  it("moves by day-time intervals within its day", async () => {
    expect(
      await row(
        "CAST('12:43:33.1234' AS TIME(4)) + INTERVAL '01:04:05.56' HOUR TO SECOND, TIME '12:30' - TIME '10:00:01', NULL + TIME '1:00'",
      ),
    ).toEqual(["13:47:38.6834", "2 hours 29 minutes 59 seconds", null]);
    expect(typeOf("CAST('8:30' AS TIME(0)) - INTERVAL '6' HOUR")).toBe("time(0)");
    expect(typeOf("CAST('8:30' AS TIME(0)) + INTERVAL '6' SECOND")).toBe("time(6)");
    expect(typeOf("TIME '8:30' - NULL")).toBe("interval hour to second");
    expect(nameOf("INTERVAL '1' SECOND + TIME '12:00'")).toBe("TIME '12:00:00' + INTERVAL '01' SECOND");
    await expect(row("TIME '12:00' + INTERVAL '13' HOUR")).rejects.toThrow(/overflow/);
    expect(() => shop.analyze("SELECT TIME '1:00' + 1")).toThrow(/incompatible types/);
    expect(() => shop.analyze("SELECT TIME '1:00' + INTERVAL '1' MONTH")).toThrow(/incompatible types/);
    expect(() => shop.analyze("SELECT TIME '1:00' - TIMESTAMP '2024-01-01 00:00:00'")).toThrow(/TIMESTAMP OR/);
  });

  it("has its own functions", async () => {
    expect(
      await row(
        "make_time(1, 18, 19.87), to_time('23-59-59.5', 'HH-mm-ss.S'), try_to_time('x'), try_to_time('1', 'bbbb'), time('1:02'), hour(TIME '13:00'), extract(SECOND FROM TIME '1:00:01.5')",
      ),
    ).toEqual(["01:18:19.87", "23:59:59.5", null, null, "01:02:00", 13, "1.500000"]);
    expect(
      await row(
        "time_trunc('minute', TIME '11:53:26.03'), time_diff('HOUR', TIME '20:30:29', TIME '12:00'), time_from_seconds(52200.5), time_from_micros(1), time_to_millis(TIME '14:30:00.5'), time_to_seconds(TIME '0:00:01.5')",
      ),
    ).toEqual(["11:53:00", -8n, "14:30:00.5", "00:00:00.000001", 52_200_500n, "1.500000"]);
    expect(nameOf("try_to_time('1:00')")).toBe("try_to_time(to_time(1:00))");
    expect(typeOf("current_time(1 + 1)")).toBe("time(2)");
    await expect(row("make_time(25, 2, 3)")).rejects.toThrow(/HourOfDay \(valid values 0 - 23\): 25/);
    await expect(row("to_time('13-60', 'HH-mm')")).rejects.toThrow(/'13-60' cannot be parsed to a TIME value/);
    await expect(row("time_trunc('DAY', TIME '1:00')")).rejects.toThrow(/'HOUR', 'MINUTE'.*'DAY'/);
    await expect(row("time_from_millis(86400000)")).rejects.toThrow(/Invalid TIME value/);
    expect(() => shop.analyze("SELECT to_time(1)")).toThrow(/"STRING"/);
    expect(() => shop.analyze("SELECT current_time(7)")).toThrow(/\[0, 6\]/);
  });

  it("makes timestamps together with a date", async () => {
    expect(
      await row(
        "make_timestamp_ntz(DATE '2014-12-28', TIME '6:30:45.887'), make_timestamp(DATE '2014-12-28', TIME '6:30', 'CET') = TIMESTAMP '2014-12-28 05:30:00Z', try_make_timestamp_ntz(NULL, TIME '1:00')",
      ),
    ).toEqual(["2014-12-28 06:30:45.887", true, null]);
    expect(nameOf("make_timestamp_ltz(DATE '2014-12-28', TIME '6:30')")).toBe(
      "make_timestamp(DATE '2014-12-28', TIME '06:30:00')",
    );
    expect(() => shop.analyze("SELECT make_timestamp_ntz('2014-12-28', TIME '6:30')")).toThrow(/"DATE"/);
  });
});
