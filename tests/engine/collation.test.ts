import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestLakehouse, type TestLakehouse } from "./lakehouse.ts";

let house: TestLakehouse;
beforeAll(async () => {
  house = await openTestLakehouse();
  await house.run(`
    CREATE TABLE words (w STRING COLLATE utf8_lcase, n INT, l ARRAY<STRING COLLATE unicode_ci>);
    INSERT INTO words VALUES ('a', 1, array('q'));
    INSERT INTO words VALUES ('A', 2, NULL), ('b', 3, array('Q'));
  `);
});
afterAll(async () => {
  await house.close();
});

it("a table keeps the collations of its columns over files, changes and views", async () => {
  expect(await house.values("SELECT w, count(*) FROM words GROUP BY w ORDER BY w")).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
  expect(await house.values("SELECT n FROM words WHERE w = 'A' ORDER BY n")).toEqual([[1], [2]]);
  expect(await house.values("SELECT n FROM words WHERE array_contains(l, 'q') ORDER BY n")).toEqual([[1], [3]]);
  await house.run("UPDATE words SET n = n + 10 WHERE w = 'A'");
  await house.run("MERGE INTO words USING (SELECT 'B' COLLATE utf8_lcase k) s ON w = k WHEN MATCHED THEN DELETE");
  expect(await house.values("SELECT n FROM words ORDER BY n")).toEqual([[11], [12]]);
});

it("a table does not take a collation that there is not", async () => {
  await expect(house.run("CREATE TABLE bad (w STRING COLLATE nope)")).rejects.toMatchObject({
    code: "COLLATION_INVALID_NAME",
  });
});
