import { BoathouseError, messageOf, type SourceLocation } from "./errors.ts";

/** A finding about a user's file: what validation, lint and the parser report. */
export interface Diagnostic {
  readonly code: string;
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly location?: SourceLocation;
  readonly hint?: string;
}

/** Line and column (both from 1) of an offset in `text`, counting UTF-16 units as editors do. */
export function locationOf(text: string, start: number, end = start, file?: string): SourceLocation {
  const from = positionOf(text, start);
  const to = positionOf(text, end);
  return {
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    ...(file === undefined ? {} : { file }),
  };
}

/**
 * The lines around a location with a caret under it:
 *
 * ```
 *   3 | SELECT titel FROM titles
 *     |        ^^^^^
 * ```
 */
export function codeFrame(source: string, location: SourceLocation, context = 2): string {
  const lines = source.split(/\r\n|\n|\r/);
  const first = Math.max(1, location.line - context);
  const last = Math.min(lines.length, location.line + context);
  const width = String(last).length;
  const out: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const { text, offset } = window(lines[number - 1] ?? "", number === location.line ? location.column : 1);
    out.push(`  ${String(number).padStart(width)} | ${text}`.trimEnd());
    if (number === location.line) {
      const sameLine = location.endLine === undefined || location.endLine === location.line;
      const end = sameLine ? (location.endColumn ?? location.column + 1) : text.length + offset + 1;
      const column = Math.max(1, location.column - offset);
      const length = Math.max(1, Math.min(end - location.column, text.length - column + 1));
      const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
      out.push(`  ${" ".repeat(width)} | ${indent}${"^".repeat(length)}`);
    }
  }
  return out.join("\n");
}

/** `file:3:8`, `line 3:8` without a file. */
export function formatLocation(location: SourceLocation): string {
  const place = `${location.line}:${location.column}`;
  return location.file === undefined ? `line ${place}` : `${location.file}:${place}`;
}

/** An error as a person reads it: place, message, code frame, hint. Plain text, no colours. */
export function describeError(thrown: unknown): string {
  if (!(thrown instanceof BoathouseError)) return messageOf(thrown);
  const parts = [`${thrown.message} [${thrown.code}]`];
  if (thrown.location !== undefined) {
    parts.push(`  at ${formatLocation(thrown.location)}`);
    if (thrown.source !== undefined) parts.push(codeFrame(thrown.source, thrown.location));
  }
  if (thrown.hint !== undefined) parts.push(`  ${thrown.hint}`);
  return parts.join("\n");
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  const end = Math.min(offset, text.length);
  for (let index = 0; index < end; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit === 10 || (unit === 13 && text.charCodeAt(index + 1) !== 10)) {
      line += 1;
      lineStart = index + 1;
    }
  }
  return { line, column: end - lineStart + 1 };
}

const MAX_FRAME_WIDTH = 160;

/** A stretch of a long line that holds the column, so that a one-line megabyte stays readable. */
function window(line: string, column: number): { text: string; offset: number } {
  if (line.length <= MAX_FRAME_WIDTH) return { text: line, offset: 0 };
  const offset = Math.max(0, Math.min(column - MAX_FRAME_WIDTH / 2, line.length - MAX_FRAME_WIDTH));
  return { text: line.slice(offset, offset + MAX_FRAME_WIDTH), offset };
}
