import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { simpleString, STRING, INT, TIMESTAMP } from "../../src/core/data-type.ts";
import { Shop } from "./harness.ts";

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.table(
    "events",
    { who: STRING, at: TIMESTAMP, n: INT },
    `VALUES ('ann', TIMESTAMPTZ '2020-01-01 00:11:00-08', 1), ('ann', TIMESTAMPTZ '2020-01-01 00:13:00-08', 2),
      ('ann', TIMESTAMPTZ '2020-01-01 01:12:00-08', 3), ('bob', TIMESTAMPTZ '2020-01-01 00:12:00-08', 4), ('bob', NULL, 5)`,
  );
});

afterAll(() => shop.close());

async function lines(text: string): Promise<string[]> {
  const rows = await shop.rows(text);
  return rows.map((row) => Object.values(row).map(String).join(" | "));
}

describe("window()", () => {
  it("groups by stretches of time, as a struct named window", async () => {
    const text = "SELECT window, count(*) FROM events GROUP BY window(at, '1 hour') ORDER BY window.start";
    expect(simpleString(shop.analyze(text).schema)).toBe(
      "struct<window:struct<start:timestamp,end:timestamp>,count(1):bigint>",
    );
    expect(
      await lines(
        "SELECT CAST(window.start AS STRING) s, CAST(window.end AS STRING) e, sum(n) FROM events GROUP BY window(at, '1 hour') HAVING window.start IS NOT NULL ORDER BY window.start",
      ),
    ).toEqual(["2020-01-01 00:00:00 | 2020-01-01 01:00:00 | 7", "2020-01-01 01:00:00 | 2020-01-01 02:00:00 | 3"]);
  });

  it("gives a row for each of the windows that slide over it, and none without a time", async () => {
    expect(
      await lines(
        "SELECT CAST(window(at, '10 minutes', '5 minutes', '2 minutes') AS STRING), n FROM events WHERE n IN (1, 5) ORDER BY 1",
      ),
    ).toEqual(["{2020-01-01 00:02:00, 2020-01-01 00:12:00} | 1", "{2020-01-01 00:07:00, 2020-01-01 00:17:00} | 1"]);
  });

  it("counts days and weeks on the time line, not on the calendar", async () => {
    expect(
      await lines(
        "SELECT CAST(window(at, '1 week').start AS STRING), CAST(window(at, 60000000).end AS STRING) FROM events WHERE n = 1",
      ).catch((error: unknown) => [String(error)]),
    ).toEqual([expect.stringMatching(/Multiple time/)]);
    expect(await lines("SELECT CAST(window(at, '1 week').start AS STRING) FROM events WHERE n = 1")).toEqual([
      "2019-12-25 16:00:00",
    ]);
  });

  it("is a column that names, DISTINCT, ROLLUP, OVER and WHERE can use, and that * leaves out", async () => {
    const names = (text: string): string[] => shop.analyze(text).schema.fields.map((each) => each.name);
    expect(names("SELECT window(at, '1 hour').start, typeof(window(at, '1 hour')) FROM events")).toEqual([
      "window.start",
      "typeof(window)",
    ]);
    expect(names("SELECT *, window(at, '1 hour') AS w FROM events")).toEqual(["who", "at", "n", "w"]);
    expect(await lines("SELECT DISTINCT window(at, '1 day') IS NULL FROM events")).toEqual(["false"]);
    expect(
      await lines(
        "SELECT who, count(*) FROM events GROUP BY ROLLUP(window(at, '1 day'), who) ORDER BY count(*) DESC, who LIMIT 3",
      ),
    ).toEqual(["null | 4", "null | 4", "ann | 3"]);
    expect(
      await lines("SELECT n FROM events WHERE window(at, '1 hour').start > TIMESTAMP '2020-01-01 00:30:00'"),
    ).toEqual(["3"]);
    expect(await lines("SELECT max(n) OVER (PARTITION BY window(at, '1 hour')) AS m FROM events ORDER BY m")).toEqual([
      "3",
      "4",
      "4",
      "4",
    ]);
  });

  it("takes an earlier window, by the last moment in it", async () => {
    expect(
      await lines(
        "SELECT CAST(window(w, '2 hours') AS STRING) AS x, sum(c), CAST(max(window_time(w)) AS STRING) FROM (SELECT window(at, '1 hour') w, count(*) c FROM events GROUP BY window(at, '1 hour')) GROUP BY window(w, '2 hours')",
      ),
    ).toEqual(["{2020-01-01 00:00:00, 2020-01-01 02:00:00} | 4 | 2020-01-01 01:59:59.999999"]);
  });

  it("refuses lengths as Spark does", () => {
    const fails = (args: string, message: RegExp): void => {
      expect(() => shop.analyze(`SELECT count(*) FROM events GROUP BY window(${args})`)).toThrow(message);
    };
    fails("at, '1 month'", /greater than a month/);
    fails("at, '10 minutes', '20 minutes'", /must be <=/);
    fails("at, '0 minutes'", /window_duration/);
    fails("at, '10 minutes', '5 minutes', '-6 minutes'", /abs\(start_time\)/);
    fails("at, '1.5 hours'", /Unable to parse '1.5 hours'/);
    fails("at, INTERVAL 10 MINUTES", /integer, long or string literal/);
    fails("n, '1 hour'", /"INT"/);
    fails("at", /requires \[2, 3, 4\]/);
    fails("at, '1 hour'), session_window(at, '1 hour'", /Multiple time\/session window/);
  });
});

describe("session_window()", () => {
  it("merges the sessions of a group that meet", async () => {
    expect(
      await lines(
        "SELECT who, CAST(session_window AS STRING) AS s, count(*), sum(n) FROM events GROUP BY who, session_window(at, '2 minutes') ORDER BY who, s",
      ),
    ).toEqual([
      "ann | {2020-01-01 00:11:00, 2020-01-01 00:15:00} | 2 | 3",
      "ann | {2020-01-01 01:12:00, 2020-01-01 01:14:00} | 1 | 3",
      "bob | {2020-01-01 00:12:00, 2020-01-01 00:14:00} | 1 | 4",
    ]);
  });

  it("may have a gap that depends on the row, and leaves out sessions that end as they begin", async () => {
    expect(
      await lines(
        "SELECT CAST(session_window.end AS STRING) AS e, sum(n) FROM events GROUP BY session_window(at, CASE WHEN who = 'ann' THEN '1 minute' ELSE '0 seconds' END) ORDER BY e",
      ),
    ).toEqual(["2020-01-01 00:12:00 | 1", "2020-01-01 00:14:00 | 2", "2020-01-01 01:13:00 | 3"]);
    expect(() => shop.analyze("SELECT 1 FROM events GROUP BY session_window(at, n)")).toThrow(/CalendarIntervalType/);
  });

  it("is that of the row alone where nothing is grouped", async () => {
    expect(await lines("SELECT CAST(session_window(at, '2 minutes') AS STRING) FROM events WHERE n = 2")).toEqual([
      "{2020-01-01 00:13:00, 2020-01-01 00:15:00}",
    ]);
  });
});

describe("time_bucket()", () => {
  it("counts widths below a day on the time line, months on the calendar", async () => {
    expect(
      await lines(
        "SELECT CAST(time_bucket(INTERVAL '1' HOUR, TIMESTAMP '2024-01-01 11:27:00') AS STRING), CAST(time_bucket(INTERVAL '1' MONTH, TIMESTAMP '2024-07-10 14:30:00', TIMESTAMP '2024-06-15 09:00:00') AS STRING), time_bucket(INTERVAL '7' DAY, TIMESTAMP_NTZ '1969-12-31 00:00:00')",
      ),
    ).toEqual(["2024-01-01 11:00:00 | 2024-06-15 09:00:00 | 1969-12-25 00:00:00"]);
  });
});
