import { textOfJson } from "../json/text-of.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Connection } from "../../duckdb/connection.ts";
import { checkUnchanged, stage, type StagedFile } from "../data/stage.ts";
import type { TemporaryFiles } from "../data/temporary-files.ts";
import type { TextFormat } from "../data/text-format.ts";
import { readText, REJECTED, type TextTable } from "../data/text-reader.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { metaOf, type PlannedSource } from "./plan.ts";
import { outputColumns, type ColumnPlan, type OutputColumn } from "./mapping.ts";
import type { SkippedRow } from "./session-log.ts";
import { headerLine, writeLines, type TextSinkFormat } from "./text-writer.ts";

export interface TextCopy {
  readonly store: ObjectStore;
  readonly sourceUrl: (key: string) => string;
  readonly format: TextFormat;
  readonly skipLines: number;
  readonly columns: ColumnPlan;
  readonly sink: TextSinkFormat;
  readonly skipIncompatible: boolean;
  readonly files: TemporaryFiles;
  readonly signal: AbortSignal;
}

export interface ConvertedText {
  readonly header: string;
  /** The lines, in a file of this machine. */
  readonly path: string;
  readonly rowsRead: number;
  readonly rowsCopied: number;
  readonly skipped: readonly SkippedRow[];
  readonly rowsSkipped: number;
  readonly dataRead: number;
  readonly sha256: string | undefined;
}

/** Most skipped rows of a file that are kept for the log. */
const MOST_LOGGED = 100_000;

/** Turns one source file into lines of the sink's format, columnar in DuckDB. */
export async function convertText(
  copy: TextCopy,
  planned: PlannedSource,
  staged: StagedFile,
  connection: Connection,
): Promise<ConvertedText> {
  const { files, signal, format, skipLines, skipIncompatible, sink } = copy;
  const url = copy.sourceUrl(planned.key);
  const source = { path: staged.path, url, format, skipLines, skipMalformed: skipIncompatible };
  const to = files.next(".txt");
  const result = await readText(source, connection, files, signal, async (table) => {
    const output = outputColumns(copy.columns, table.columns, { path: planned.relative, url });
    const header = headerLine(
      output.map((column) => column.name),
      sink,
    );
    if (table.from === undefined) return { header: "", rowsCopied: 0, skipped: [], rowsSkipped: 0 };
    const misfits = output.map((column) => column.misfit).filter((each) => each !== undefined);
    if (misfits.length > 0 && !skipIncompatible) await refuseMisfit(table, output, format, url, connection, signal);
    const fits = misfits.length === 0 ? undefined : `NOT (${misfits.join(" OR ")})`;
    const values = output.map((column) => column.value);
    const rowsCopied = await writeLines(connection, {
      values,
      from: table.from,
      where: fits,
      to,
      format: sink,
      signal,
    });
    const skipped = skipIncompatible
      ? await skippedRows(table, output, fits, url, connection, signal)
      : { rows: [], count: 0 };
    return { header, rowsCopied, skipped: skipped.rows, rowsSkipped: skipped.count };
  });
  if (staged.direct) await checkUnchanged({ store: copy.store, meta: metaOf(planned), signal, url });
  return {
    ...result,
    path: to,
    rowsRead: result.rowsCopied + result.rowsSkipped,
    dataRead: staged.size,
    sha256: staged.sha256,
  };
}

/** Brings a source here as UTF-8 text. */
export function stageText(copy: TextCopy, planned: PlannedSource): Promise<StagedFile> {
  const { store, files, signal, format } = copy;
  const url = copy.sourceUrl(planned.key);
  return stage({ store, meta: metaOf(planned), files, signal, text: format, url });
}

async function refuseMisfit(
  table: TextTable,
  output: readonly OutputColumn[],
  format: TextFormat,
  url: string,
  connection: Connection,
  signal: AbortSignal,
): Promise<void> {
  const typed = output.filter((column) => column.misfit !== undefined);
  const cases = typed.map((column, index) => `WHEN ${column.misfit} THEN ${index}`).join(" ");
  const sql =
    `SELECT * FROM (SELECT *, CASE ${cases} END AS misfit, row_number() OVER () AS row_number FROM ${table.from}) ` +
    "WHERE misfit IS NOT NULL LIMIT 1";
  const [row] = await connection.rows(sql, { signal });
  if (row === undefined) return;
  const column = typed[Number(row["misfit"])];
  const line = Number(row["row_number"]) + (format.header ? 1 : 0);
  throw new BoathouseError(
    "COPY_VALUE_INVALID",
    `${url}, row ${Number(row["row_number"])}: a value of "${column?.name ?? ""}" is not of the type ${column?.type ?? ""}.`,
    {
      location: { file: url, line, column: 1 },
      hint: "Correct the value, map the column as String, or set enableSkipIncompatibleRow.",
    },
  );
}

async function skippedRows(
  table: TextTable,
  output: readonly OutputColumn[],
  fits: string | undefined,
  url: string,
  connection: Connection,
  signal: AbortSignal,
): Promise<{ rows: SkippedRow[]; count: number }> {
  // A line can be rejected for several reasons and counts once.
  const rejected = await connection.rows(
    `SELECT line, any_value(csv_line) AS text, min(error_type || ': ' || error_message) AS message FROM ${REJECTED} ` +
      `GROUP BY line ORDER BY line LIMIT ${MOST_LOGGED}`,
    { signal },
  );
  const [counted] = await connection.rows(`SELECT count(DISTINCT line) AS count FROM ${REJECTED}`, { signal });
  const rows: SkippedRow[] = rejected.map((row) => ({
    file: url,
    line: Number(row["line"]),
    text: textOfJson(row["text"]).replace(/^[\r\n]+|[\r\n]+$/g, ""),
    message: textOfJson(row["message"]),
  }));
  let count = Number(counted?.["count"] ?? 0);
  if (fits !== undefined) {
    const cells = table.columns.map((_, index) => `coalesce(c${index}, '')`).join(" || ',' || ");
    const types = output
      .filter((column) => column.misfit !== undefined)
      .map(
        (column) =>
          `WHEN ${column.misfit} THEN '"' || ${sqlText(column.name)} || '" is not of the type ${column.type ?? ""}'`,
      )
      .join(" ");
    const misfits = await connection.rows(
      `SELECT * FROM (SELECT row_number() OVER () AS row_number, ${cells} AS text, CASE ${types} END AS message ` +
        `FROM ${table.from}) WHERE message IS NOT NULL ORDER BY row_number LIMIT ${MOST_LOGGED}`,
      { signal },
    );
    for (const row of misfits) {
      rows.push({
        file: url,
        line: Number(row["row_number"]),
        text: textOfJson(row["text"]),
        message: textOfJson(row["message"]),
      });
    }
    const [all] = await connection.rows(`SELECT count(*) FILTER (NOT (${fits})) AS count FROM ${table.from}`, {
      signal,
    });
    count += Number(all?.["count"] ?? 0);
  }
  return { rows, count };
}

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
