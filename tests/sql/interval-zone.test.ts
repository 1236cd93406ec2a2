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

/** Each value as text. */
async function texts(...items: string[]): Promise<readonly unknown[]> {
  return row(items.map((item) => `CAST(${item} AS STRING)`).join(", "));
}

function typeOf(text: string): string {
  return simpleString(shop.analyze(`SELECT ${text} AS x`).schema).slice("struct<x:".length, -1);
}

describe("text as an interval", () => {
  it("of months, days and time is null where it is none, in every mode", async () => {
    expect(
      await texts(
        "CAST('interval 3 month -1 hour 1.5 seconds' AS INTERVAL)",
        "CAST(' 1 week ' AS INTERVAL)",
        "CAST('1day' AS INTERVAL)",
        "CAST('1.5 days' AS INTERVAL)",
      ),
    ).toEqual(["3 months -59 minutes -58.5 seconds", "7 days", null, null]);
  });

  it("of a type has the type's fields and no others", async () => {
    expect(
      await texts(
        "CAST('1-2' AS INTERVAL YEAR TO MONTH)",
        "CAST(' -1 ' AS INTERVAL HOUR)",
        "CAST('1 02:03:04.5' AS INTERVAL DAY TO SECOND)",
        "CAST(\"INTERVAL -'-59:03.1' minute  to second\" AS INTERVAL MINUTE TO SECOND)",
        "CAST('-178956970-8' AS INTERVAL YEAR TO MONTH)",
        "TRY_CAST('1 day' AS INTERVAL DAY)",
      ),
    ).toEqual([
      "INTERVAL '1-2' YEAR TO MONTH",
      "INTERVAL '-01' HOUR",
      "INTERVAL '1 02:03:04.5' DAY TO SECOND",
      "INTERVAL '59:03.1' MINUTE TO SECOND",
      "INTERVAL '-178956970-8' YEAR TO MONTH",
      null,
    ]);
    const fails = async (cast: string, code: string): Promise<void> => {
      await expect(row(`CAST(${cast})`)).rejects.toMatchObject({ code: `INVALID_INTERVAL_FORMAT.${code}` });
    };
    await fails("'1 day' AS INTERVAL DAY", "UNMATCHED_FORMAT_STRING_WITH_NOTICE");
    await fails("'1-11' AS INTERVAL YEAR", "UNMATCHED_FORMAT_STRING");
    await fails("'1-12' AS INTERVAL YEAR TO MONTH", "INTERVAL_PARSING");
    await fails("'178956970-8' AS INTERVAL YEAR TO MONTH", "INTERVAL_PARSING");
  });
});

describe("interval literals", () => {
  it("take the narrowest type of their units", () => {
    expect(typeOf("INTERVAL '1' DAY '2' HOURS")).toBe("interval day to hour");
    expect(typeOf("INTERVAL '1 week 1.5 seconds'")).toBe("interval day to second");
    expect(typeOf("INTERVAL -'1-2' YEAR TO MONTH")).toBe("interval year to month");
  });

  it("are refused as Spark refuses them", () => {
    const fails = (text: string, code: string): void => {
      expect(() => shop.analyze(`SELECT ${text}`)).toThrow(expect.objectContaining({ code }));
    };
    fails("INTERVAL 1 MONTH 1 HOUR", "_LEGACY_ERROR_TEMP_0029");
    fails("INTERVAL '1 month 1 hour'", "_LEGACY_ERROR_TEMP_0029");
    fails("INTERVAL 'x' DAY", "_LEGACY_ERROR_TEMP_0026");
    fails("INTERVAL 1 YEAR TO MONTH", "_LEGACY_ERROR_TEMP_0027");
    fails("INTERVAL '1-1' YEAR TO MONTH '1' DAY", "_LEGACY_ERROR_TEMP_0024");
    fails("INTERVAL '1 24:00:00' DAY TO SECOND", "_LEGACY_ERROR_TEMP_0063");
    fails("INTERVAL 1.5 DAYS", "INVALID_INTERVAL_FORMAT.INVALID_FRACTION");
    fails("INTERVAL 10 NANOSECONDS", "INVALID_INTERVAL_FORMAT.INVALID_UNIT");
    fails("INTERVAL '99999999999' DAY", "INVALID_INTERVAL_FORMAT.ARITHMETIC_EXCEPTION");
    fails("INTERVAL '1-13' YEAR TO MONTH", "INVALID_INTERVAL_FORMAT.INTERVAL_PARSING");
    fails("INTERVAL '15:40' HOUR TO SECOND", "INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE");
    fails("INTERVAL 'abc'", "INVALID_TYPED_LITERAL");
  });
});

describe("dates and intervals", () => {
  it("keep what is not of whole days out of dates", async () => {
    expect(await row("DATE '2020-01-31' - make_interval(0, 1), DATE '2020-01-31' + make_interval(0, 1, 0, 1)")).toEqual(
      ["2019-12-31", "2020-03-01"],
    );
    await expect(row("DATE '2020-01-01' + make_interval(0, 0, 0, 0, 1)")).rejects.toMatchObject({
      code: "INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION",
    });
  });

  it("refuse other operands as Spark does", () => {
    const fails = (text: string, code: string): void => {
      expect(() => shop.analyze(`SELECT ${text}`)).toThrow(
        expect.objectContaining({ code: `DATATYPE_MISMATCH.${code}` }),
      );
    };
    fails("1 + INTERVAL '1' DAY", "UNEXPECTED_INPUT_TYPE");
    fails("true - INTERVAL '1' DAY", "UNEXPECTED_INPUT_TYPE");
    fails("INTERVAL '1' DAY - 1", "BINARY_OP_DIFF_TYPES");
    fails("INTERVAL '1' YEAR + INTERVAL '1' DAY", "UNEXPECTED_INPUT_TYPE");
    fails("DATE '2020-01-01' + 1L", "UNEXPECTED_INPUT_TYPE");
    fails("DATE '2020-01-01' + '1'", "UNEXPECTED_INPUT_TYPE");
    fails("TIMESTAMP '2020-01-01' + 1", "BINARY_OP_DIFF_TYPES");
    fails("make_interval(0, 1) = make_interval(0, 1)", "INVALID_ORDERING_TYPE");
    fails("sequence('2020-01-01', '2020-01-03', INTERVAL 1 DAY)", "SEQUENCE_WRONG_INPUT_TYPES");
    fails("TIMESTAMP '2020-01-01' - 1.0", "UNEXPECTED_INPUT_TYPE");
    fails("1.0 - DATE '2020-01-01'", "UNEXPECTED_INPUT_TYPE");
    fails("'1' + TIMESTAMP '2020-01-01'", "BINARY_OP_WRONG_TYPE");
    fails("-DATE '2020-01-01'", "UNEXPECTED_INPUT_TYPE");
    fails("'2020-01-01' - INTERVAL '1' MONTH", "BINARY_OP_DIFF_TYPES");
    expect(() => shop.analyze("SELECT dateadd('DAY', 1, DATE '2020-01-01')")).toThrow(
      expect.objectContaining({ code: "INVALID_PARAMETER_VALUE.DATETIME_UNIT" }),
    );
  });

  it("have fields, those of a calendar interval too", async () => {
    expect(
      await row(
        "extract(MONTH FROM make_interval(-1, -14)), extract(DAY FROM make_interval(0, 0, 0, 3, 25)), extract(HOUR FROM make_interval(0, 0, 0, 0, 25, 61)), extract(SECOND FROM make_interval(0, 0, 0, 0, 25, 61, -1.5))",
      ),
    ).toEqual([-2, 4, 2, "58.500000"]);
    expect(() => shop.analyze("SELECT extract(QUARTER FROM make_interval(1))")).toThrow(/Cannot extract/);
  });
});

describe("a sequence of dates", () => {
  it("steps by days, by months and by days with hours on the session's clock", async () => {
    expect(
      await texts(
        "sequence(DATE '2020-01-31', DATE '2020-05-03', INTERVAL 1 MONTH)",
        "sequence(DATE '2020-01-01', DATE '2020-01-03', INTERVAL 24 HOURS)",
        "sequence(DATE '2020-01-01', DATE '2020-01-05', INTERVAL '1 12:00:00' DAY TO SECOND)",
        "sequence(DATE '2022-03-09', DATE '2022-03-15', make_interval(0, 0, 0, 4, 23))",
      ),
    ).toEqual([
      "[2020-01-31, 2020-02-29, 2020-03-31, 2020-04-30]",
      "[2020-01-01, 2020-01-02, 2020-01-03]",
      "[2020-01-01, 2020-01-02, 2020-01-04]",
      "[2022-03-09, 2022-03-14]",
    ]);
  });

  it("refuses steps below a day, and those away from the end", async () => {
    const days = /day granularity/;
    await expect(row("sequence(DATE '2020-01-01', DATE '2020-01-03', INTERVAL 1 HOUR)")).rejects.toThrow(days);
    await expect(row("sequence(DATE '2020-01-01', DATE '2020-01-01', INTERVAL '0' DAY)")).rejects.toThrow(days);
    await expect(row("sequence(DATE '2020-01-01', DATE '2020-01-03', INTERVAL '-1' DAY)")).rejects.toThrow(
      /boundaries/,
    );
  });
});

describe("time zones", () => {
  it("are names, short names and offsets as Java has them, told apart by case", async () => {
    const local = (zone: string): string => `from_utc_timestamp(TIMESTAMP '2020-01-01 00:00:00', '${zone}')`;
    expect(await texts(...["+8", "GMT+1:00", "UT", "Z", "+01:02:03", "EST", "+0130", "UTC+1"].map(local))).toEqual([
      "2020-01-01 08:00:00",
      "2020-01-01 01:00:00",
      "2020-01-01 00:00:00",
      "2020-01-01 00:00:00",
      "2020-01-01 01:02:03",
      "2019-12-31 19:00:00",
      "2020-01-01 01:30:00",
      "2020-01-01 01:00:00",
    ]);
    for (const zone of ["+19", "utc", "america/los_angeles", "EUROPE/PARIS", "Nowhere"]) {
      expect(() => shop.analyze(`SELECT ${local(zone)}`)).toThrow(/timezone/);
    }
  });

  it("are looked at only where there is something to convert, and go on beyond the range of JavaScript's dates", async () => {
    expect(
      await row(
        "convert_timezone(CAST(NULL AS STRING), 'Not/AZone', TIMESTAMP_NTZ '2024-01-01 00:00:00'), convert_timezone('UTC', 'America/Los_Angeles', CAST(timestamp_micros(9000000000000000000) AS TIMESTAMP_NTZ)) IS NOT NULL",
      ),
    ).toEqual([null, true]);
    expect(() => shop.analyze("SELECT try_make_timestamp_ltz(2024, 13, 1, 0, 0, 0, 'Not/AZone')")).toThrow(/timezone/);
  });

  it("of a session may be an offset of whole hours", async () => {
    const zones = ["+8", "UTC+8", "Z", "EST", "-00:00"];
    const found = await Promise.all(
      zones.map(async (timeZone) => {
        const { DuckDb } = await import("../../src/duckdb/duckdb.ts");
        const database = await DuckDb.open({ timeZone, threads: 1 });
        const { timeZone: engine } = database;
        await database.close();
        return engine;
      }),
    );
    expect(found).toEqual(["Etc/GMT-8", "Etc/GMT-8", "UTC", "Etc/GMT+5", "UTC"]);
  });
});

describe("text as a timestamp", () => {
  it("may name its zone in every way that Java knows, to the second, and case counts", async () => {
    expect(
      await texts(
        "CAST('2020-01-01 00:00:00+8' AS TIMESTAMP)",
        "CAST('2020-01-01 00:00:00 +01:02:03' AS TIMESTAMP)",
        "CAST('2020-01-01 00:00:00 +0130' AS TIMESTAMP)",
        "CAST('2020-01-01 00:00:00-1:3' AS TIMESTAMP)",
        "TRY_CAST('2020-01-01 00:00:00 utc' AS TIMESTAMP)",
        "TRY_CAST('2020-01-01 00:00:00 europe/paris' AS TIMESTAMP)",
      ),
    ).toEqual(["2019-12-31 08:00:00", "2019-12-31 14:57:57", "2019-12-31 14:30:00", "2019-12-31 17:03:00", null, null]);
  });
});

describe("texts that stand for a moment", () => {
  it("are read where they are constant", async () => {
    expect(
      await row(
        "CAST('epoch' AS DATE), CAST(concat('ep', 'och') AS TIMESTAMP_NTZ), CAST('today' AS DATE) = current_date()",
      ),
    ).toEqual(["1970-01-01", "1970-01-01 00:00:00", true]);
    expect(await row("TRY_CAST(x AS DATE) FROM VALUES ('epoch') AS t(x)")).toEqual([null]);
  });
});

describe("date patterns", () => {
  it("may end in an open section, and are looked at only for texts", async () => {
    expect(
      await row(
        "to_date('2020-01-01', 'yyyy-MM-dd[ HH'), to_unix_timestamp(TIMESTAMP_NTZ '1970-01-01 00:00:01', 'invalid['), to_timestamp(NULL, NULL)",
      ),
    ).toEqual(["2020-01-01", 1n, null]);
  });

  it("name a zone as Java does, or are refused", async () => {
    expect(
      await row(
        "date_format(TIMESTAMP '2020-01-01 00:00:00', 'z'), date_format(TIMESTAMP '2020-07-01 00:00:00', 'zzzz'), date_format(TIMESTAMP '1883-01-01 00:00:00', 'z'), date_format(now(), '')",
      ),
    ).toEqual(["PST", "Pacific Daylight Time", "PST", ""]);
  });

  it("let a day of the year say the month, and a year of four letters take all digits before a fraction", async () => {
    expect(await row("to_date('31-365', 'dd-DDD'), try_to_timestamp('30-365', 'dd-DDD')")).toEqual([
      "1970-12-31",
      null,
    ]);
    expect(
      await row(
        "try_to_timestamp('20260615143045123', 'yyyyMMddHHmmssSSS'), to_timestamp_ntz('20260615143045', 'yyyyMMddHHmmss')",
      ),
    ).toEqual([null, "2026-06-15 14:30:45"]);
  });
});
