import { Option, type Command } from "commander";
import type { Effects } from "../context.ts";
import { keyValue, withGlobals } from "../options.ts";

export function sqlCommand(program: Command, effects: Effects): void {
  const command = program
    .command("sql")
    .description("run Spark SQL: one statement or several, as an argument, from a file or from stdin (-)")
    .argument("[statement]", "the statements, separated by `;`")
    .option("-f, --file <path>", "read the statements from a file")
    .option("--as <principal>", "run as another user, with that user's privileges")
    .addOption(
      new Option(
        "--format <format>",
        "how results are written (default: table on a terminal, ndjson otherwise)",
      ).choices(["table", "json", "ndjson", "csv"]),
    )
    .option("-p, --param <name=value>", "a value for :name in the statements; may be repeated", keyValue)
    .option("--catalog <name>", "where names begin")
    .option("--schema <name>", "where names begin in the catalog")
    .option("--limit <rows>", "how many rows a table shows at the most", "1000")
    .addHelpText(
      "after",
      `
The lakehouse is --root, or that of the project here or above, or of the only project in this folder; where there is
none, a new one in .boathouse here.

Examples:
  boathouse sql "SHOW SCHEMAS"
  boathouse sql "SELECT * FROM gold.revenue LIMIT 5" --format csv
  boathouse sql "SELECT * FROM read_files('/data/orders.csv', format => 'csv', header => true)" --format ndjson
  boathouse sql --file report.sql --param day=2026-01-31`,
    );
  withGlobals(command).action(async (statement: string | undefined, options: Record<string, unknown>) => {
    const { sql } = await import("./sql.ts");
    await sql(statement, options, effects);
  });
}
