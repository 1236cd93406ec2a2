import { textOf } from "../../../core/value.ts";
import { simpleString } from "../../../core/data-type.ts";
import { analyzeQuery } from "../../../sql/analyzer/analyze.ts";
import { generateSql } from "../query.ts";
import { rowsResult, textColumns } from "../result.ts";
import { isGoverned } from "../scans.ts";
import type { Command } from "./command.ts";

/**
 * `EXPLAIN query`: the schema, what is read, and the DuckDB SQL; `EXTENDED` adds DuckDB's own plan. Of a query on tables with
 * a row filter or masks only the metastore's admin sees the SQL and the plan: they hold the policies and estimates of hidden
 * rows.
 */
export const explain: Command<"explain"> = {
  kinds: ["explain"],
  async run(statement, call) {
    const { statement: inner } = statement;
    if (inner.kind !== "query") throw call.unsupported(inner.span, "EXPLAIN of a statement that is no query");
    const bound = await call.analyze((resolver, context) => analyzeQuery(inner, resolver, context));
    const { sql, connection, metrics } = await generateSql(bound, call, { names: "result" });
    try {
      const columns = bound.schema.fields.map((each) => `${each.name}: ${simpleString(each.type)}`);
      const scans = bound.scans.map((scan) => `${scan.relation.name.join(".")} (${scan.used.join(", ")})`);
      const parts = [
        `== Output ==\n${columns.join("\n")}`,
        `== Scans ==\n${scans.join("\n")}\n${metrics.files} files to read, ${metrics.skipped} skipped`,
      ];
      if (bound.scans.some((scan) => isGoverned(scan.relation)) && !(await call.access()).isMetastoreAdmin()) {
        parts.push("The rest is not shown: a table has a row filter or column masks.");
        return rowsResult("EXPLAIN", textColumns("plan"), [{ plan: parts.join("\n\n") }]);
      }
      parts.push(`== DuckDB SQL ==\n${sql}`);
      if (statement.mode !== "simple") {
        const rows = await connection.rows(`EXPLAIN ${sql}`);
        parts.push(`== DuckDB plan ==\n${rows.map((row) => textOf(row["explain_value"])).join("\n")}`);
      }
      return rowsResult("EXPLAIN", textColumns("plan"), [{ plan: parts.join("\n\n") }]);
    } finally {
      connection.close();
    }
  },
};
