import { describeError, formatLocation } from "../core/diagnostic.ts";
import { BoathouseError, messageOf } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import type { Terminal } from "./terminal.ts";

/** What a command that failed exits with: whose mistake it was. */
export function exitCodeOf(thrown: unknown): number {
  const error = asBoathouseError(thrown);
  switch (error?.kind) {
    case "user":
      return 1;
    case "usage":
      return 2;
    case "interrupted":
      return 130;
    default:
      return 3;
  }
}

/** An error as a person reads it on stderr. */
export function failureText(thrown: unknown, style: Terminal["style"]): string {
  const error = asBoathouseError(thrown);
  if (error === undefined || error.kind === "defect") return defectText(thrown, style);
  if (error.kind === "interrupted") return style("yellow", `Interrupted: ${error.message}`);
  const [first = "", ...rest] = describeError(error).split("\n");
  const { frame } = error.details;
  const drawn = error.source === undefined && typeof frame === "string" ? withFrame(rest, frame, error) : rest;
  return [
    style(["red", "bold"], `error: ${first}`),
    ...drawn.map((line) => (/^ *\d* \| +\^+$/.test(line) || /^ +\| +\^+$/.test(line) ? style("red", line) : line)),
  ].join("\n");
}

/** The same as the last line of `--json` output. */
export function failureJson(thrown: unknown): JsonObject {
  const error = asBoathouseError(thrown);
  if (error === undefined) return { type: "error", code: "INTERNAL_ERROR", message: messageOf(thrown), kind: "defect" };
  const { code, message, kind, hint, location, sqlState } = error;
  return {
    type: "error",
    code,
    message,
    kind,
    ...(hint === undefined ? {} : { hint }),
    ...(sqlState === undefined ? {} : { sqlState }),
    ...(location === undefined ? {} : { location: { ...location } }),
  };
}

/** A full disk or a folder without permission is no defect of ours. */
function asBoathouseError(thrown: unknown): BoathouseError | undefined {
  if (thrown instanceof BoathouseError) return thrown;
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  const hint = SYSTEM[code];
  if (hint === undefined) return undefined;
  return new BoathouseError(code, messageOf(thrown), { cause: thrown, hint });
}

const SYSTEM: Readonly<Record<string, string>> = {
  EACCES: "Check the permissions of the folder, or choose another one with --root.",
  EPERM: "Check the permissions of the folder, or choose another one with --root.",
  EROFS: "The disk is read-only: choose another folder with --root.",
  ENOSPC: "The disk is full: free some space, or choose another folder with --root.",
  EDQUOT: "The disk quota is used up: free some space, or choose another folder with --root.",
  EMFILE: "Too many files are open: raise the limit (ulimit -n).",
};

function withFrame(lines: readonly string[], frame: string, error: BoathouseError): string[] {
  const at = error.location === undefined ? -1 : lines.indexOf(`  at ${formatLocation(error.location)}`);
  return [...lines.slice(0, at + 1), ...frame.split("\n"), ...lines.slice(at + 1)];
}

function defectText(thrown: unknown, style: Terminal["style"]): string {
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return [
    style(["red", "bold"], `defect: ${messageOf(thrown)}`),
    stack.split("\n").slice(1, 8).join("\n"),
    "  This is a defect in Boathouse. Please report it with the command that you ran.",
  ].join("\n");
}
