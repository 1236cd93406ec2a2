import { readFile } from "node:fs/promises";
import { sameType, simpleString, type StructType } from "../../src/core/data-type.ts";
import { tableSchema } from "../../src/delta/schema/table-schema.ts";
import type { Content } from "./canonical.ts";
import type { ReadTable } from "./reader.ts";

/** Throws the first difference of schema or rows. `rows`: the file that the reader has put its rows into. */
export async function compareContent(ours: Content, theirs: ReadTable, reader: string, rows: string): Promise<void> {
  const schema = tableSchema(theirs.schema);
  if (!sameColumns(ours.schema, schema)) {
    throw new Error(`We see the columns ${show(ours.schema)}; ${reader} ${show(schema)}`);
  }
  if (ours.rows === theirs.rows && ours.checksum === theirs.checksum) return;
  const lines = (await readFile(rows, "utf8")).split("\n").slice(0, -1);
  throw new Error(`${reader} reads ${lines.length} rows, we ${ours.rows}. ${firstDifference(ours.lines, lines)}`);
}

/** Names and types; whether a column may be null is not asked. */
function sameColumns(ours: StructType, theirs: StructType): boolean {
  return (
    ours.fields.length === theirs.fields.length &&
    ours.fields.every((each, index) => {
      const other = theirs.fields[index];
      return other !== undefined && each.name === other.name && sameType(each.type, other.type);
    })
  );
}

function show(schema: StructType): string {
  return schema.fields.map((each) => `${each.name} ${simpleString(each.type)}`).join(", ");
}

function firstDifference(ours: readonly string[], theirs: readonly string[]): string {
  const [own, other] = [ours.toSorted(), theirs.toSorted()];
  const at = own.findIndex((line, index) => line !== other[index]);
  const index = at < 0 ? own.length : at;
  return `The first difference: ours ${own[index] ?? "(none)"}, theirs ${other[index] ?? "(none)"}`;
}
