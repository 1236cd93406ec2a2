import { open } from "node:fs/promises";
import { BoathouseError } from "../../core/errors.ts";
import type { Dataset } from "./dataset.ts";
import { urlOf } from "./place.ts";
import { oneFile } from "./select-files.ts";
import { stage } from "./stage.ts";
import { TemporaryFiles } from "./temporary-files.ts";
import { textFormat, type TextFormat } from "./text-format.ts";
import { tmpdir } from "node:os";

const LONGEST_HEADER = 4 * 1024 * 1024;

/** The columns of the text file that a dataset names. */
export async function readHeader(dataset: Dataset, signal: AbortSignal): Promise<readonly string[]> {
  const format = textFormat(dataset);
  const { meta } = await oneFile(dataset, signal);
  const files = await TemporaryFiles.create(tmpdir());
  try {
    const url = urlOf(dataset.place);
    const staged = await stage({ store: dataset.place.store, meta, files, signal, text: format, url });
    return await columnsOf(staged.path, format, 0);
  } finally {
    await files.remove();
  }
}

/**
 * The names of the columns of a UTF-8 file, from its first record: the header, or `Prop_0`, `Prop_1`… where it has none.
 * Empty for an empty file.
 */
export async function columnsOf(path: string, format: TextFormat, skipLines: number): Promise<readonly string[]> {
  const text = await firstBytes(path);
  let start = text.startsWith("\uFEFF") ? 1 : 0;
  for (let line = 0; line < skipLines; line += 1) start = nextLine(text, start);
  while (text[start] === "\n" || text[start] === "\r") start += 1;
  if (start >= text.length) return [];
  const fields = firstRecord(text, start, format);
  return format.header ? fields : fields.map((_, index) => `Prop_${index}`);
}

async function firstBytes(path: string): Promise<string> {
  const handle = await open(path, "r");
  try {
    const chunks: Buffer[] = [];
    for (let position = 0; position < LONGEST_HEADER;) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(64 * 1024), 0, 64 * 1024, position);
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      position += bytesRead;
      if (chunks.length >= 4 && buffer.includes(10)) break;
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    await handle.close();
  }
}

function nextLine(text: string, start: number): number {
  const end = /\r\n|\n|\r/g;
  end.lastIndex = start;
  const found = end.exec(text);
  return found === null ? text.length : found.index + found[0].length;
}

function firstRecord(text: string, start: number, { delimiter, quote, escape }: TextFormat): string[] {
  const fields: string[] = [];
  let field = "";
  let quoted = false;
  let offset = start;
  for (;;) {
    const letter = text[offset];
    if (letter === undefined) break;
    if (quoted) {
      const next = text[offset + 1];
      if ((letter === escape || letter === quote) && next === quote) {
        field += quote;
        offset += 2;
      } else if (letter === quote) {
        quoted = false;
        offset += 1;
      } else {
        field += letter;
        offset += 1;
      }
    } else if (letter === quote && quote !== "" && field === "") {
      quoted = true;
      offset += 1;
    } else if (text.startsWith(delimiter, offset)) {
      fields.push(field);
      field = "";
      offset += delimiter.length;
    } else if (letter === "\n" || letter === "\r") break;
    else {
      field += letter;
      offset += 1;
    }
  }
  if (quoted && offset - start > LONGEST_HEADER / 2) {
    throw new BoathouseError("COPY_MALFORMED_LINE", "The first line opens a quote and never closes it.");
  }
  fields.push(field);
  return fields;
}
