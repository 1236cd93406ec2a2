import { readFile } from "node:fs/promises";
import { text as textOf } from "node:stream/consumers";
import { resolve } from "node:path";
import { STRING } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { StatementResult } from "../../engine/session.ts";
import { scriptStatements } from "../../jobs/sql-script.ts";
import { shownPath } from "../../project/bundle.ts";
import type { Effects, GlobalOptions } from "../context.ts";
import { openLakehouse } from "../open-lakehouse.ts";
import { positive } from "../options.ts";
import { writeResult, type ResultFormat } from "../result-writer.ts";
import { write, type Terminal } from "../terminal.ts";

interface SqlOptions extends GlobalOptions {
  readonly file?: string;
  readonly as?: string;
  readonly format?: ResultFormat;
  readonly param?: Readonly<Record<string, string>>;
  readonly catalog?: string;
  readonly schema?: string;
  readonly limit?: string;
}

/** Runs statements one after the other in one session, and writes each one's result. */
export async function sql(statement: string | undefined, options: SqlOptions, effects: Effects): Promise<void> {
  const { terminal, cwd, signal } = effects;
  const limit = positive(options.limit ?? "1000");
  const source = await sourceOf(statement, options, cwd);
  const statements = scriptStatements(source.text, 1, source.file ?? "statement");
  if (statements.length === 0) throw usage("SQL_EMPTY", "There is no statement to run.");
  const format = options.format ?? (options.json === true || !terminal.out.isTTY ? "ndjson" : "table");
  const zone = /time\s*zone/i.test(source.text) ? "other" : "utc";
  const lakehouse = await openLakehouse(options, effects);
  try {
    const session = await lakehouse.session({
      ...(options.as === undefined ? {} : { user: options.as }),
      ...(options.catalog === undefined ? {} : { catalog: options.catalog }),
      ...(options.schema === undefined ? {} : { schema: options.schema }),
    });
    const parameters = Object.fromEntries(
      Object.entries(options.param ?? {}).map(([name, value]) => [name, { type: STRING, value }]),
    );
    for (const { text } of statements) {
      const started = performance.now();
      const file = source.file === undefined ? {} : { file: source.file };
      const result = await session.sql(text, { parameters, signal, ...file });
      await show(result, { format, limit, zone, terminal, started });
    }
    await session.close();
  } finally {
    await lakehouse.close();
  }
}

async function show(
  result: StatementResult,
  options: {
    readonly format: ResultFormat;
    readonly limit: number;
    readonly zone: "utc" | "other";
    readonly terminal: Terminal;
    readonly started: number;
  },
): Promise<void> {
  const { format, limit, zone, terminal, started } = options;
  if (result.schema.fields.length > 0) {
    const { rows, truncated } = await writeResult(result, format, terminal, { limit, zone });
    if (!terminal.interactive) return;
    const more = truncated ? `, more with --limit` : "";
    await note(terminal, `${rows} row${rows === 1 ? "" : "s"}${more}, ${seconds(started)}`);
    return;
  }
  for await (const _ of result.batches());
  await note(terminal, `${result.operation}${metricsText(result)}, ${seconds(started)}`);
}

async function note(terminal: Terminal, text: string): Promise<void> {
  await write(terminal.err, `${terminal.style("dim", text)}\n`);
}

function metricsText({ metrics }: StatementResult): string {
  const parts = [
    [metrics.rowsInserted, "inserted"],
    [metrics.rowsUpdated, "updated"],
    [metrics.rowsDeleted, "deleted"],
  ].flatMap(([count, what]) => (typeof count === "number" && count > 0 ? [`${count} ${String(what)}`] : []));
  return parts.length === 0 ? "" : `: ${parts.join(", ")}`;
}

function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(2)} s`;
}

async function sourceOf(
  statement: string | undefined,
  options: SqlOptions,
  cwd: string,
): Promise<{ readonly text: string; readonly file?: string }> {
  if ((statement === undefined) === (options.file === undefined)) {
    throw usage(
      "SQL_MISSING",
      statement === undefined ? "Give a statement, or a file with --file." : "Give a statement or --file, not both.",
    );
  }
  if (options.file !== undefined) {
    const path = resolve(cwd, options.file);
    try {
      return { text: (await readFile(path, "utf8")).replace(/^\uFEFF/, ""), file: shownPath(path) };
    } catch (error) {
      throw new BoathouseError("FILE_NOT_FOUND", `The file ${options.file} cannot be read.`, {
        kind: "usage",
        cause: error,
      });
    }
  }
  return { text: statement === "-" ? await textOf(process.stdin) : (statement ?? "") };
}

function usage(code: string, message: string): BoathouseError {
  return new BoathouseError(code, message, { kind: "usage", hint: 'For instance: boathouse sql "SHOW TABLES"' });
}
