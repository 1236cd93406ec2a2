import type { BoundPlan } from "../bound.ts";
import type { BoundInsert, BoundRowChange } from "../change.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";
import { ROW } from "./definitions.ts";

/** DuckDB SQL of a plan of the change. */
type PlanSql = (plan: BoundPlan) => string;

/** `INSERT INTO … SELECT …`. */
export function insertSql(change: BoundInsert, target: string, planSql: PlanSql): string {
  const columns = change.target.schema.fields.map((each) => quoteIdentifier(each.name));
  return `INSERT INTO ${target} (${columns.join(", ")}) ${planSql(change.plan)}`;
}

/**
 * UPDATE, DELETE and MERGE as one MERGE of DuckDB: the rows that change, found by the number that DuckDB gives each row.
 * Where several rows of a MERGE's source match one of the target it fails as Delta does.
 */
export function rowChangeSql(change: BoundRowChange, target: string, planSql: PlanSql): string {
  const [action, row] = [quoteIdentifier("__action"), quoteIdentifier(ROW)];
  const columns = change.target.schema.fields.map((each) => quoteIdentifier(each.name));
  const changes = planSql(change.changes);
  const guard = change.checksCardinality
    ? ` WHERE (SELECT CASE WHEN max(n) > 1 THEN error(${quoteString(SEVERAL)}) ELSE true END FROM (SELECT count(*) AS n FROM (${changes}) WHERE ${row} IS NOT NULL GROUP BY ${row}))`
    : "";
  return [
    `MERGE INTO ${target} AS t`,
    `USING (SELECT * FROM (${changes})${guard}) AS s`,
    `ON t.rowid = s.${row}`,
    `WHEN MATCHED AND s.${action} = 'update' THEN UPDATE SET ${columns.map((each) => `${each} = s.${each}`).join(", ")}`,
    `WHEN MATCHED AND s.${action} = 'delete' THEN DELETE`,
    `WHEN NOT MATCHED AND s.${action} = 'insert' THEN INSERT (${columns.join(", ")}) VALUES (${columns.map((each) => `s.${each}`).join(", ")})`,
  ].join("\n");
}

const SEVERAL =
  "[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE] Several rows of the source match one row of the target: it is undefined which of them counts.";
