import { createReadStream, existsSync } from "node:fs";
import { BoathouseError, isBoathouseError, messageOf } from "../core/errors.ts";
import { missing, wrongEncoding } from "./head.ts";
import { LONGEST_LINE } from "./lines.ts";
import type { SourceFile } from "./source-file.ts";

/**
 * What went wrong when a SELECT over files failed, in terms of the user's files: DuckDB's errors name the local copies, and its
 * line numbers are not those of the file. Whatever is not about a file is given back as it is.
 */
export async function explainReadFailure(thrown: unknown, files: readonly SourceFile[]): Promise<unknown> {
  const text = detailOf(thrown);
  const file = files.find((each) => text.includes(each.path));
  if (/not utf-8 encoded|Invalid unicode|not valid UTF-?8|as valid UTF-8/i.test(text)) {
    const bad = file ?? files[0];
    if (bad !== undefined) return wrongEncoding(bad, undefined, await invalidLine(bad.path));
  }
  if (/Maximum line size|line.*exceed/i.test(text) && file !== undefined) {
    return new BoathouseError("RECORD_TOO_LONG", `${file.url} has a line of more than ${LONGEST_LINE / 2 ** 20} MiB.`, {
      cause: thrown,
      hint: "Check that the file is text with line breaks; a JSON file that is one value is read with multiLine => true.",
    });
  }
  const gone = files.find((each) => !existsSync(each.path));
  if (gone !== undefined) return missing(gone, thrown);
  if (file === undefined || isBoathouseError(thrown, "MALFORMED_RECORD_IN_PARSING")) return thrown;
  return new BoathouseError("FAILED_READ_FILE.NO_HINT", `${file.url} cannot be read: ${firstLine(text)}`, {
    cause: thrown,
    sqlState: "KD001",
    hint: "The file is damaged or cut off. Fetch it again, or leave it out by pathGlobFilter.",
  });
}

/** What DuckDB itself said: a translated error keeps that in its details. */
function detailOf(thrown: unknown): string {
  const original = thrown instanceof BoathouseError ? thrown.details["duckdb"] : undefined;
  return `${messageOf(thrown)}\n${typeof original === "string" ? original : ""}`;
}

function firstLine(text: string): string {
  return /[^\r\n]*/.exec(text)?.[0] ?? "";
}

/** The physical line (from 1) of the first bytes of a file that are no UTF-8. */
async function invalidLine(path: string): Promise<number> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    const data: Buffer = Buffer.concat([rest, Buffer.from(chunk as Uint8Array)]);
    let start = 0;
    for (let end = data.indexOf(10, start); end >= 0; end = data.indexOf(10, start)) {
      try {
        decoder.decode(data.subarray(start, end));
      } catch {
        return line;
      }
      line += 1;
      start = end + 1;
    }
    rest = data.subarray(start);
  }
  return line;
}
