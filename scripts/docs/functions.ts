import { BoathouseError } from "../../src/core/errors.ts";
import type { CallSite, FunctionRow } from "../../src/sql/functions/function.ts";
import { functionRows } from "../../src/sql/functions/registry.ts";
import type { AnalysisContext } from "../../src/sql/resolver.ts";
import { capital, code, codes, groups, page, sentence, sorted, table } from "./markdown.ts";

/** Every SQL function of the registry. */
export function functionsPage(): string {
  const rows = [...new Map(functionRows.map((row) => [row.names[0], row])).values()];
  const operators = rows.filter((row) => row.category === "operator");
  const functions = rows.filter((row) => row.category !== "operator" && refusal(row) === undefined);
  const refused = rows.filter((row) => refusal(row) !== undefined);
  const categories = sorted(
    groups(functions, (row) => row.category),
    ([category]) => category,
  );
  return page(
    "# SQL functions",
    `${functions.length} functions of Spark SQL run; with their other names they are ${namesOf(functions).length}.` +
      ` ${namesOf(refused).length} more are [known and refused](#refused). A function that is not on this page is refused` +
      " at its place, with the nearest name that there is.",
    "Kinds: *scalar* gives one value for a row; *aggregate* one for a group, or for a row with `OVER`; *window* needs" +
      " `OVER`; *generator* gives rows, in the SELECT list, in `LATERAL VIEW` or in FROM; *table* stands in FROM.",
    "In FROM there are also `read_files(…)` ([options](files.md)), `table_changes('<table>', start[, end])` and" +
      " `table_changes_by_path('<path>', start[, end])` (what changed in a Delta table between two versions or times)," +
      " `event_log('<pipeline>')`, and the table functions of the catalog.",
    ...categories.flatMap(([category, some]) => [`## ${capital(category)}`, functionTable(some)]),
    "## Operators",
    table(
      ["operator", "other spellings"],
      operators.map((row) => [code(row.names[0]), codes(row.names.slice(1))]),
    ),
    refused.length === 0 ? "" : "## Refused",
    table(
      ["functions", "why"],
      sorted(refused, (row) => row.names[0]).map((row) => [codes(row.names), sentence(refusal(row) ?? "")]),
    ),
  );
}

function functionTable(rows: readonly FunctionRow[]): string {
  return table(
    ["function", "other names", "kind"],
    sorted(rows, (row) => row.names[0]).map((row) => [code(row.names[0]), codes(row.names.slice(1)), row.kind]),
  );
}

function namesOf(rows: readonly FunctionRow[]): string[] {
  return rows.flatMap((row) => row.names);
}

const CONTEXT: AnalysisContext = {
  ansi: true,
  timeZone: "UTC",
  currentCatalog: "",
  currentSchema: "",
  user: "",
  groups: new Set(),
  parameters: {},
  now: 0n,
  text: "",
};

/**
 * Why a function is refused, whatever its arguments; undefined when it is not. A refused row says so before it looks at
 * its arguments; any other row finds that there are none.
 */
function refusal(row: FunctionRow): string | undefined {
  const name = row.names[0];
  const call: CallSite = {
    name,
    args: [],
    distinct: false,
    star: false,
    ignoreNulls: false,
    orderBy: [],
    windowed: false,
    context: CONTEXT,
    error: (condition, message) => new BoathouseError(condition, message),
  };
  try {
    row.bind(call);
  } catch (error) {
    if (!(error instanceof BoathouseError) || error.code !== "UNSUPPORTED_FEATURE.FUNCTION") return undefined;
    const start = `The function ${name} is not supported: `;
    return error.message.startsWith(start) ? error.message.slice(start.length).replace(/\.$/, "") : undefined;
  }
  return undefined;
}
