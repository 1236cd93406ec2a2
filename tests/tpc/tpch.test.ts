import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { simpleString } from "../../src/core/data-type.ts";
import { tpchQueries } from "./queries.ts";
import { RECORDED_SCALE, recordOf, RECORDS, withoutLimit, type ResultRecord } from "./record.ts";
import { TpcSession } from "./session.ts";
import { TPCH_TABLES } from "./tpch-tables.ts";

/** `npm run test:tpc -- --record` writes the records. */
const records = JSON.parse(readFileSync(RECORDS, "utf8")) as Readonly<Record<string, ResultRecord>>;

describe("the queries of TPC-H give what Spark gave", () => {
  let session: TpcSession;

  beforeAll(async () => {
    session = await TpcSession.open(TPCH_TABLES, { scale: RECORDED_SCALE });
  }, 60_000);

  afterAll(() => session.close());

  test.each(tpchQueries())("$name", async ({ name, text }) => {
    const translated = session.translate(withoutLimit(text));
    const columns = translated.schema.fields.map((each) => `${each.name} ${simpleString(each.type)}`);
    expect(recordOf(columns, await session.lines(translated))).toEqual(records[name]);
  });
});
