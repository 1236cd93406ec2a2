import { BoathouseError } from "../../core/errors.ts";
import type { ObjectStore } from "../../storage/object-store.ts";

/** A row (or, without a line, a file) that a copy left out. */
export interface SkippedRow {
  readonly file: string;
  readonly line: number | undefined;
  readonly text: string;
  readonly message: string;
}

export interface LogTarget {
  readonly store: ObjectStore;
  /** The folder of the log in the store. */
  readonly folder: string;
  readonly kind: "session" | "redirect";
}

/**
 * Writes what was left out: as the session log of Data Factory (Timestamp, Level, OperationName, OperationItem, Message),
 * or, for the older `redirectIncompatibleRowSettings`, the rows with an error code and a message. Returns the log's path.
 */
export async function writeLog(
  target: LogTarget,
  options: {
    readonly activity: string;
    readonly activityRunId: string;
    readonly name: string;
    readonly skipped: readonly SkippedRow[];
    readonly now: number;
    readonly signal: AbortSignal;
  },
): Promise<string> {
  const { activity, activityRunId, name, skipped, now, signal } = options;
  const folder = target.kind === "session" ? `copyactivity-logs/${activity}/${activityRunId}` : activityRunId;
  const key = [target.folder, folder, `${name}.csv`].filter((part) => part !== "").join("/");
  const time = new Date(now).toISOString().replace("T", " ").replace("Z", "0000");
  const lines =
    target.kind === "session"
      ? [
          "Timestamp,Level,OperationName,OperationItem,Message",
          ...skipped.map((row) =>
            [time, "Warning", row.line === undefined ? "FileSkip" : "TabularRowSkip", itemOf(row), messageOf(row)]
              .map(cell)
              .join(","),
          ),
        ]
      : skipped.map((row) => [row.text, "UserErrorInvalidDataValue", messageOf(row)].map(cell).join(","));
  await target.store.write(key, Buffer.from(lines.map((line) => `${line}\r\n`).join(""), "utf8"), { signal });
  return `${target.store.url}/${key}`;
}

export function checkLogFolder(path: string): string {
  const folder = path.replace(/^\/+|\/+$/g, "");
  if (folder.split("/").includes("..")) {
    throw new BoathouseError("FACTORY_VALUE_INVALID", `"${path}" is not a folder for logs.`);
  }
  return folder;
}

function itemOf(row: SkippedRow): string {
  return row.line === undefined ? row.file : row.text;
}

function messageOf(row: SkippedRow): string {
  return row.line === undefined ? row.message : `${row.file}, line ${row.line}: ${row.message}`;
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
