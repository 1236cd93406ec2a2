import { BoathouseError } from "../core/errors.ts";

/**
 * A SQL notebook in Databricks' source format, or a plain SQL file, which is a notebook of one cell.
 *
 * ```sql
 * -- Databricks notebook source
 * -- MAGIC %md A title
 * -- COMMAND ----------
 * SELECT :day
 * ```
 */
export interface Notebook {
  readonly file: string;
  readonly text: string;
  readonly cells: readonly Cell[];
}

export interface Cell {
  readonly kind: "sql" | "markdown" | "python";
  /** With blanks in place of the marks of magic lines. */
  readonly text: string;
  /** The line of the file, from 1, that the text starts on. */
  readonly line: number;
}

const HEADER = /^\uFEFF?-- Databricks notebook source[ \t]*\r?$/;
const SEPARATOR = /^-- COMMAND -{5,}[ \t]*\r?$/;
const MAGIC = /^-- MAGIC ?/;

/** Throws `NOTEBOOK_UNSUPPORTED` for cells in languages that do not run here. */
export function parseNotebook(text: string, file: string): Notebook {
  const lines = text.split("\n");
  if (!HEADER.test(lines[0] ?? "")) return { file, text, cells: [{ kind: "sql", text, line: 1 }] };
  const cells: Cell[] = [];
  let first = 1;
  for (let at = 1; at <= lines.length; at += 1) {
    const line = lines[at];
    if (line !== undefined && !SEPARATOR.test(line)) continue;
    const cell = cellOf(lines.slice(first, at), first + 1, file, text);
    if (cell !== undefined) cells.push(cell);
    first = at + 1;
  }
  return { file, text, cells };
}

function cellOf(lines: readonly string[], line: number, file: string, source: string): Cell | undefined {
  const start = lines.findIndex((each) => each.trim() !== "" && !each.startsWith("-- DBTITLE "));
  if (start < 0) return undefined;
  const body = lines.slice(start);
  const at = line + start;
  if (!MAGIC.test(body[0] ?? "")) return { kind: "sql", text: body.join("\n"), line: at };
  const magic = body.map((each) => each.replace(MAGIC, blank));
  const [mark = "", language = ""] = /^\s*%(\S*)/.exec(magic[0] ?? "") ?? [];
  const inner = [blank(mark) + (magic[0] ?? "").slice(mark.length), ...magic.slice(1)].join("\n");
  switch (language) {
    case "md":
    case "md-sandbox":
      return { kind: "markdown", text: inner, line: at };
    case "sql":
      return { kind: "sql", text: inner, line: at };
    case "python":
      return { kind: "python", text: inner, line: at };
    default:
      throw unsupportedCell(language, at, file, source);
  }
}

/** Spaces in place of a mark, so that columns stay what they are in the file. */
function blank(mark: string): string {
  return " ".repeat(mark.length);
}

function unsupportedCell(language: string, line: number, file: string, source: string): BoathouseError {
  const what = language === "" ? "A cell of magic lines without a language" : `A %${language} cell`;
  return new BoathouseError("NOTEBOOK_UNSUPPORTED", `${what} does not run here.`, {
    location: { file, line, column: 1 },
    source,
    hint:
      language === "run"
        ? "Make the other notebook a task of its own, which this one depends on."
        : "Notebooks are SQL here; %md cells are skipped, and %python may set task values and widgets.",
  });
}
