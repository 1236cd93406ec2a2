import { BOOLEAN, sameType, simpleString, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { textOf } from "../../core/value.ts";
import type { AnalysisContext } from "../../sql/resolver.ts";
import { compileExpression } from "../../sql/expression.ts";
import type { Expectation, ExpectationCount } from "../session.ts";
import { installFor } from "./connection.ts";

/** Rows on their way into a table: checked against expectations, and counted. */
export interface CheckedRows {
  /** DuckDB SQL of the rows that are written. */
  readonly select: string;
  readonly dropped: number;
  readonly counts: readonly ExpectationCount[];
  /** Lets go of what was kept. */
  release(): Promise<void>;
}

/**
 * Checks expectations on the rows of a SELECT. The rows are computed once, into a temporary table, because they are
 * counted and written. A row for which a condition is not true (false or null) violates it.
 *
 * Throws `EXPECTATION_VIOLATED` when one that fails is violated, naming a row.
 */
export async function checkRows(
  rows: { readonly select: string; readonly schema: StructType; readonly connection: Connection },
  expectations: readonly Expectation[],
  context: AnalysisContext,
): Promise<CheckedRows> {
  const { connection, select, schema } = rows;
  if (expectations.length === 0) {
    return { select, dropped: 0, counts: [], release: () => Promise.resolve() };
  }
  const conditions = expectations.map((each) => compileCondition(each, schema, context));
  await installFor(connection, conditions.join(" "));
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${KEPT} AS ${select}`);
  const release = async (): Promise<void> => {
    await connection.run(`DROP TABLE IF EXISTS ${KEPT}`);
  };
  try {
    const drops = conditions.filter((_, index) => expectations[index]?.action === "drop");
    const stays = drops.length === 0 ? "true" : drops.map((each) => `coalesce(${each}, false)`).join(" AND ");
    const items = conditions.map((each, index) => `count(*) FILTER (WHERE coalesce(${each}, false)) AS p${index}`);
    const [totals] = await connection.rows(
      `SELECT count(*) AS rows, count(*) FILTER (WHERE ${stays}) AS kept, ${items.join(", ")} FROM ${KEPT}`,
    );
    const total = Number(totals?.["rows"] ?? 0);
    const counts = expectations.map((each, index): ExpectationCount => {
      const passed = Number(totals?.[`p${index}`] ?? 0);
      return { name: each.name, passed, failed: total - passed };
    });
    for (const [index, each] of expectations.entries()) {
      const failed = counts[index]?.failed ?? 0;
      if (each.action === "fail" && failed > 0) {
        throw await violated(connection, each, conditions[index] ?? "true", failed);
      }
    }
    const kept = Number(totals?.["kept"] ?? 0);
    return { select: `SELECT * FROM ${KEPT} WHERE ${stays}`, dropped: total - kept, counts, release };
  } catch (error) {
    await release();
    throw error;
  }
}

const KEPT = '"__boathouse_rows"';

function compileCondition(expectation: Expectation, schema: StructType, context: AnalysisContext): string {
  const { sql, type } = compileExpression(expectation.condition, { schema, context });
  if (sameType(type, BOOLEAN)) return `(${sql})`;
  throw new BoathouseError(
    "EXPECTATION_NOT_BOOLEAN",
    `The expectation ${expectation.name} is of the type ${simpleString(type)}, not boolean: ${expectation.condition}`,
  );
}

async function violated(
  connection: Connection,
  expectation: Expectation,
  condition: string,
  failed: number,
): Promise<BoathouseError> {
  const [row] = await connection.rows(
    `SELECT to_json(r)::VARCHAR AS row FROM (SELECT * FROM ${KEPT} WHERE NOT coalesce(${condition}, false) LIMIT 1) AS r`,
  );
  return new BoathouseError(
    "EXPECTATION_VIOLATED",
    `${failed} ${failed === 1 ? "row does" : "rows do"} not fulfil the expectation ${expectation.name}: ${expectation.condition}. Nothing was written.`,
    {
      details: { expectation: expectation.name, failed, row: textOf(row?.["row"]) },
      hint: `One of them: ${textOf(row?.["row"])}`,
    },
  );
}
