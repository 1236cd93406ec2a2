import { readFile } from "node:fs/promises";
import { BoathouseError, messageOf } from "../core/errors.ts";
import { shownPath } from "./bundle.ts";

/** A file of the project as text, without its byte order mark. Throws `FILE_NOT_FOUND` and `FILE_UNREADABLE`. */
export async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const missing = error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
    throw new BoathouseError(
      missing ? "FILE_NOT_FOUND" : "FILE_UNREADABLE",
      missing ? `There is no file ${shownPath(path)}.` : `${shownPath(path)} cannot be read: ${messageOf(error)}`,
      { cause: error },
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new BoathouseError("FILE_UNREADABLE", `${shownPath(path)} is not UTF-8 text.`, {
      cause: error,
      hint: "Save it as UTF-8.",
    });
  }
}
