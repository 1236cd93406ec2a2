import type { Json } from "../core/json.ts";
import type { Session } from "../engine/session.ts";
import type { Lakehouse } from "../project/lakehouse.ts";
import { tableCounts } from "../project/table-counts.ts";
import { LAKEHOUSE } from "./discover.ts";
import { jsonText, uniqueNames } from "./json-text.ts";
import { writeResult } from "./result-writer.ts";
import { durationText } from "./run-tree.ts";
import { renderTable } from "./table.ts";
import { write, type Terminal } from "./terminal.ts";

export interface ReportOptions {
  readonly terminal: Terminal;
  readonly json: boolean;
  /** `performance.now()` when the command began. */
  readonly started: number;
  /** The project and the root as they were given. */
  readonly given: string | undefined;
  readonly root: string | undefined;
  /** How the user calls the command. */
  readonly command: string;
  readonly signal: AbortSignal;
}

/** How many rows of a report's query are shown. */
const MOST_ROWS = 20;

/** Ends a run: the tables with their rows, the project's own queries, and what to type next. */
export async function writeReport(lakehouse: Lakehouse, options: ReportOptions): Promise<void> {
  const session = await lakehouse.session();
  try {
    await writeTables(lakehouse, options);
    for (const { title, sql } of lakehouse.project?.config.report ?? []) {
      await writeQuery(session, { title, sql }, options);
    }
  } finally {
    await session.close();
  }
  await writeNext(lakehouse, options);
}

async function writeTables(lakehouse: Lakehouse, { terminal, json }: ReportOptions): Promise<void> {
  const tables = await tableCounts(lakehouse);
  if (json) {
    await write(terminal.out, `${JSON.stringify({ type: "report.tables", tables })}\n`);
    return;
  }
  if (tables.length === 0) return;
  const rows = tables.map(({ name, kind, rows: count, version }) => [
    name,
    kind,
    count === null ? "" : count.toLocaleString("en-US"),
    version === null ? "" : String(version),
  ]);
  const table = renderTable(["table", "kind", "rows", "version"], rows, ["left", "left", "right", "right"]);
  await write(terminal.out, `\n${terminal.style("bold", "Tables")}\n${table}\n`);
}

async function writeQuery(
  session: Session,
  { title, sql }: { readonly title: string; readonly sql: string },
  { terminal, json, signal }: ReportOptions,
): Promise<void> {
  const result = await session.sql(sql, { file: `report: ${title}`, signal });
  if (json) {
    const { fields } = result.schema;
    const names = uniqueNames(result.schema);
    const rows: Json[] = [];
    for await (const batch of result.batches()) {
      for (let index = 0; index < batch.rowCount; index += 1) {
        const cells = fields.map((field, column): [string, Json] => [
          names[column] ?? field.name,
          JSON.parse(jsonText(batch.columns[column]?.[index] ?? null, field.type)) as Json,
        ]);
        rows.push(Object.fromEntries(cells));
      }
    }
    await write(terminal.out, `${JSON.stringify({ type: "report.query", title, rows })}\n`);
    return;
  }
  await write(terminal.out, `\n${terminal.style("bold", title)}\n`);
  const { truncated } = await writeResult(result, "table", terminal, { limit: MOST_ROWS });
  if (truncated) await write(terminal.out, "…\n");
}

async function writeNext(lakehouse: Lakehouse, options: ReportOptions): Promise<void> {
  const { terminal, json, started, given, root, command } = options;
  const took = performance.now() - started;
  if (json) {
    await write(terminal.out, `${JSON.stringify({ type: "report.end", milliseconds: Math.round(took) })}\n`);
    return;
  }
  // Where the lakehouse is not the one that would be found from here, the commands say which.
  const at = root !== undefined ? ` --root ${root}` : given === undefined ? "" : ` --root ${given}/${LAKEHOUSE}`;
  const again = [given, root === undefined ? undefined : `--root ${root}`].filter((each) => each !== undefined);
  const tables = await tableCounts(lakehouse);
  const stored = tables.filter((each) => each.kind !== "view");
  const last = stored.findLast((each) => each.kind === "materialized view") ?? stored.at(-1);
  await write(
    terminal.out,
    [
      "",
      `${terminal.style("green", "Done")} in ${durationText(took)}. Next:`,
      `  ${command} sql "SELECT * FROM ${last?.name ?? "information_schema.tables"} LIMIT 10"${at}`,
      `  ${command} catalog${at}`,
      `  ${command} ${["run", ...again].join(" ")}   # again: only what is new`,
      "",
    ].join("\n"),
  );
}
