import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { simpleString, type StructType } from "../../src/core/data-type.ts";

/** What independent readers say of the tables of the pack, by path: made by `npm run test:peers -- --record`. */
export type DeltaRecord = Readonly<Record<string, RecordedTable>>;

export interface RecordedTable {
  /** More than one where readers differ. */
  readonly answers: readonly RecordedAnswer[];
  /** What readers that gave no answer said, by their names. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface RecordedAnswer {
  readonly by: readonly string[];
  readonly rows: number;
  /** See `Content` in `tests/peers/canonical.ts`. */
  readonly checksum: string;
  readonly columns: string;
}

export const RECORD_FILE = join(import.meta.dirname, "delta-record.json");

export function readRecord(): DeltaRecord {
  return existsSync(RECORD_FILE) ? (JSON.parse(readFileSync(RECORD_FILE, "utf8")) as DeltaRecord) : {};
}

export function columnsText(schema: StructType): string {
  return schema.fields.map((each) => `${each.name} ${simpleString(each.type)}`).join(", ");
}
