import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../src/core/errors.ts";
import { tableSchema } from "../../src/delta/schema/table-schema.ts";
import {
  columnsText,
  readRecord,
  RECORD_FILE,
  type RecordedAnswer,
  type RecordedTable,
} from "../conformance/delta-record.ts";
import type { Reader } from "./reader.ts";
import type { Report } from "./report.ts";

/**
 * Asks the readers for each table of the conformance pack that has no expected content and writes down checksums, which
 * `npm run conformance -- delta` holds ours against. What is written of tables that `report` does not want stays.
 */
export async function recordPack(
  report: Report,
  archive: string,
  readers: readonly Reader[],
  work: string,
): Promise<void> {
  const folder = join(work, "pack");
  await mkdir(folder, { recursive: true });
  execFileSync("tar", ["xzf", archive, "-C", folder]);
  const tables = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as readonly PackTable[];
  const record: Record<string, RecordedTable> = { ...readRecord() };
  for (const { path, expected } of tables) {
    if (expected !== undefined) continue;
    await report.check(`record ${path}`, async () => {
      const table = await ask(readers, folder, path, work);
      record[path] = table;
      const said = table.answers.map(({ by, rows }) => `${by.join(" and ")}: ${rows} rows`);
      return [...said, ...Object.keys(table.refused).map((name) => `${name} refused`)].join("; ");
    });
  }
  const lines = Object.entries(record).map(([path, table]) => `  ${JSON.stringify(path)}: ${JSON.stringify(table)}`);
  writeFileSync(RECORD_FILE, `{\n${lines.toSorted().join(",\n")}\n}\n`);
}

interface PackTable {
  readonly path: string;
  readonly expected?: string;
}

async function ask(readers: readonly Reader[], folder: string, path: string, work: string): Promise<RecordedTable> {
  const answers: RecordedAnswer[] = [];
  const refused: Record<string, string> = {};
  for (const reader of readers) {
    try {
      const { schema, rows, checksum } = await reader.read(join(folder, path), join(work, "rows.ndjson"));
      const columns = columnsText(tableSchema(schema));
      const same = answers.findIndex((each) => each.checksum === checksum && each.columns === columns);
      if (same < 0) answers.push({ by: [reader.name], rows, checksum, columns });
      else answers.splice(same, 1, { by: [...(answers[same]?.by ?? []), reader.name], rows, checksum, columns });
    } catch (error) {
      refused[reader.name] = short(messageOf(error).replaceAll(folder, ""), reader.name);
    }
  }
  return { answers, refused };
}

function short(message: string, reader: string): string {
  const [line = ""] = message.replace(`${reader}: `, "").split("\n");
  return line.length > 160 ? `${line.slice(0, 160)}…` : line;
}
