import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { isErrno } from "../core/errno.ts";
import { BoathouseError, messageOf } from "../core/errors.ts";
import type { LineBreak, TextEncoding } from "./lines.ts";
import type { SourceFile } from "./source-file.ts";

export interface Head {
  readonly text: string;
  /** Is that all there is in the file? */
  readonly whole: boolean;
}

/** The first `bytes` of a file as text, without the mark that some files begin with. Throws `INVALID_ENCODING`. */
export async function readHead(file: SourceFile, bytes: number, encoding: TextEncoding): Promise<Head> {
  const packed = /\.(zst|bz2|lz4|snappy|xz|deflate|Z)$/.exec(file.path)?.[1];
  if (packed !== undefined) {
    throw new BoathouseError("UNSUPPORTED_COMPRESSION", `${file.url}: files packed as .${packed} cannot be read.`, {
      hint: "Pack them with gzip (.gz), or not at all.",
    });
  }
  const { data, whole } = file.path.endsWith(".gz") ? await gunzipHead(file, bytes) : await plainHead(file, bytes);
  return { text: decode(data, whole, file, encoding), whole };
}

/** How a text ends its lines: the first line break decides, as in univocity. */
export function lineBreakOf(text: string): LineBreak {
  const found = /\r\n|\n|\r/.exec(text)?.[0];
  return found === "\r\n" || found === "\r" ? found : "\n";
}

async function plainHead(file: SourceFile, bytes: number): Promise<{ data: Buffer; whole: boolean }> {
  const handle = await open(file.path, "r").catch((error: unknown) => {
    throw missing(file, error);
  });
  try {
    const data = Buffer.allocUnsafe(bytes);
    let length = 0;
    while (length < bytes) {
      const { bytesRead } = await handle.read(data, length, bytes - length, length);
      if (bytesRead === 0) return { data: data.subarray(0, length), whole: true };
      length += bytesRead;
    }
    return { data, whole: false };
  } finally {
    await handle.close();
  }
}

async function gunzipHead(file: SourceFile, bytes: number): Promise<{ data: Buffer; whole: boolean }> {
  const parts: Buffer[] = [];
  let length = 0;
  const source = createReadStream(file.path);
  const unzipped = source.pipe(createGunzip());
  source.on("error", (error) => unzipped.destroy(error));
  try {
    for await (const part of unzipped) {
      if (!Buffer.isBuffer(part)) continue;
      parts.push(part);
      length += part.length;
      if (length >= bytes) return { data: Buffer.concat(parts).subarray(0, bytes), whole: false };
    }
  } catch (error) {
    if (isErrno(error, "ENOENT")) throw missing(file, error);
    throw new BoathouseError("FAILED_READ_FILE", `${file.url} cannot be unpacked: ${messageOf(error)}.`, {
      cause: error,
      hint: "The file is no gzip file, or it is cut off. Fetch it again.",
    });
  } finally {
    source.destroy();
  }
  return { data: Buffer.concat(parts), whole: true };
}

function decode(data: Buffer, whole: boolean, file: SourceFile, encoding: TextEncoding): string {
  if (encoding === "latin-1") return data.toString("latin1");
  if (encoding === "utf-16") {
    if (data[0] === 0xfe && data[1] === 0xff) throw wrongEncoding(file, "UTF-16 with its high byte first", 1);
    return withoutMark(data.subarray(0, data.length - (data.length % 2)).toString("utf16le"));
  }
  if ((data[0] === 0xff && data[1] === 0xfe) || (data[0] === 0xfe && data[1] === 0xff)) {
    throw wrongEncoding(file, "UTF-16", 1, data[0] === 0xff ? "UTF-16" : undefined);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data, { stream: !whole });
  } catch {
    throw wrongEncoding(file, undefined, lineOfInvalid(data));
  }
}

/** `line`: the physical line (from 1) of the first bytes that are no text. */
export function wrongEncoding(
  file: SourceFile,
  looksLike: string | undefined,
  line: number,
  name = "ISO-8859-1" as string | undefined,
): BoathouseError {
  const what = looksLike === undefined ? "holds bytes that are not UTF-8" : `is ${looksLike}, not what was expected`;
  return new BoathouseError("INVALID_ENCODING", `${file.url}, line ${line}: the file ${what}.`, {
    location: { file: file.url, line, column: 1 },
    hint:
      name === undefined
        ? "Convert the file to UTF-8."
        : `Give the encoding that the file has (for example encoding => '${name}'), or convert it to UTF-8.`,
  });
}

/** The physical line (from 1) where `data` stops being UTF-8. */
function lineOfInvalid(data: Buffer): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = data.indexOf(10, start);
    if (end < 0) return line;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(data.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
}

export function missing(file: SourceFile, cause: unknown): BoathouseError {
  return new BoathouseError("FAILED_READ_FILE.FILE_NOT_EXIST", `The file ${file.url} is not there any more.`, {
    cause,
    sqlState: "KD001",
    hint: "It was removed or renamed after it had been listed. Run again: the files are listed anew.",
  });
}

function withoutMark(text: string): string {
  return text.startsWith("\u{FEFF}") ? text.slice(1) : text;
}
