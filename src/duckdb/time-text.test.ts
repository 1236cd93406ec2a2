import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { DuckDb } from "./duckdb.ts";
import { calendarIntervalText, dateText, dayTimeText, localTimestampText, yearMonthText } from "./time-text.ts";

describe("texts of dates and times", () => {
  const zones = ["Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "UTC"];
  const connections: Connection[] = [];
  const databases: DuckDb[] = [];

  beforeAll(async () => {
    for (const timeZone of zones) {
      const db = await DuckDb.open({ timeZone, threads: 1 });
      databases.push(db);
      connections.push(await db.connect());
    }
  });
  afterAll(async () => {
    for (const db of databases) await db.close();
  });

  it("are DuckDB's own clock in every zone, for any instant since 1850", async () => {
    const micros = fc.sample(fc.bigInt({ min: -3_786_825_600_000_000n, max: 253_000_000_000_000_000n }), 400);
    for (const connection of connections) {
      const values = micros.map((each) => `(${each}::BIGINT)`).join(", ");
      const rows = await connection.rows(
        `SELECT make_timestamptz(m) AS ours, make_timestamptz(m)::TIMESTAMP::VARCHAR AS theirs FROM (VALUES ${values}) t(m)`,
      );
      expect(rows.filter((row) => row["ours"] !== row["theirs"])).toEqual([]);
    }
  });

  it("write years of any size and sign as Spark does", () => {
    expect([0, -719_528, -719_893, 2_932_897, 11_016].map(dateText)).toEqual([
      "1970-01-01",
      "0000-01-01",
      "-0001-01-01",
      "+10000-01-01",
      "2000-02-29",
    ]);
    expect(localTimestampText(-1n)).toBe("1969-12-31 23:59:59.999999");
  });

  it("write intervals as Spark's casts do", () => {
    expect(yearMonthText(-14)).toBe("INTERVAL '-1-2' YEAR TO MONTH");
    expect(dayTimeText(-93_784_500_000n)).toBe("INTERVAL '-1 02:03:04.5' DAY TO SECOND");
    expect(calendarIntervalText(0, 0, 0n)).toBe("0 seconds");
    expect(calendarIntervalText(-1, 0, -61_000_000n)).toBe("-1 months -1 minutes -1 seconds");
  });
});
