import { BoathouseError } from "../core/errors.ts";
import type { TextEncoding } from "./lines.ts";

const ENCODINGS: Readonly<Record<string, TextEncoding>> = {
  "utf-8": "utf-8",
  utf8: "utf-8",
  "us-ascii": "utf-8",
  ascii: "utf-8",
  "iso-8859-1": "latin-1",
  iso8859_1: "latin-1",
  latin1: "latin-1",
  "latin-1": "latin-1",
  "utf-16": "utf-16",
  "utf-16le": "utf-16",
};

/** An encoding by the names that Java has for it. Throws `UNSUPPORTED_ENCODING`. */
export function encodingOf(name: string): TextEncoding {
  const known = ENCODINGS[name.toLowerCase()];
  if (known !== undefined) return known;
  throw new BoathouseError("UNSUPPORTED_ENCODING", `Files in the encoding "${name}" cannot be read.`, {
    details: { encoding: name },
    hint: "UTF-8, US-ASCII, ISO-8859-1 and UTF-16 (little-endian) can. Convert the files to one of them.",
  });
}
