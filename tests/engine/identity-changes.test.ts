import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
});
afterAll(() => house.close());

describe("a MERGE that updates and inserts, into a table with identity values and a change data feed", () => {
  it("commits how far the values have come, so that no other row gets them again", async () => {
    await house.run(
      "CREATE TABLE numbered (seq BIGINT GENERATED ALWAYS AS IDENTITY, k INT, v INT) TBLPROPERTIES (delta.enableChangeDataFeed = true); " +
        "INSERT INTO numbered (k, v) VALUES (1, 1); " +
        "MERGE INTO numbered t USING (SELECT * FROM VALUES (1, 2), (2, 2) AS x (k, v)) s ON t.k = s.k " +
        "WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, s.v); " +
        "INSERT INTO numbered (k, v) VALUES (3, 3)",
    );
    expect(await house.values("SELECT seq, k, v FROM numbered ORDER BY k")).toEqual([[1, 1, 2], [2, 2, 2], [3, 3, 3]]); // prettier-ignore
  });
});
