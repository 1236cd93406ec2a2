import type { Recursion } from "../bound.ts";

/**
 * A recursive common table expression that counts its levels and rows in two columns of its own, and raises Spark's error
 * beyond its limits. Without them a query that does not end would run for ever.
 */
export function limitedRecursion(
  name: string,
  names: string,
  body: string,
  step: string,
  recursion: Recursion,
): string {
  const { maxLevel, maxRows } = recursion;
  const counted = `SELECT any_value(spk_level) + 1 AS spk_level, any_value(spk_rows) + count(*) AS spk_rows FROM ${name}`;
  const limit = (over: string, what: string, most: number, setting: string): string =>
    most < 0
      ? ""
      : `WHEN ${over} THEN error('[RECURSION_${what.toUpperCase()}_LIMIT_EXCEEDED] Recursion ${what} limit ${most} reached but query has not exhausted, try increasing it like ''SET ${setting}=${most * 2}''.') `;
  const limits =
    limit(`c.spk_level >= ${maxLevel}`, "level", maxLevel, "spark.sql.cteRecursionLevelLimit") +
    limit(`c.spk_rows > ${maxRows}`, "row", maxRows, "spark.sql.cteRecursionRowLimit");
  const level = limits === "" ? "c.spk_level" : `CASE ${limits}ELSE c.spk_level END`;
  return (
    `${name}(${names}, spk_level, spk_rows) AS (SELECT *, 0, 0::BIGINT FROM (${body}) AS spk_anchor UNION ALL ` +
    `SELECT s.*, ${level}, c.spk_rows FROM (${step}) AS s, (${counted}) AS c)`
  );
}
