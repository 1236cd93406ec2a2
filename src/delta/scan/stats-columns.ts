import { quoteIfNeeded, type StructType } from "../../core/data-type.ts";
import type { MappingMode } from "../schema/column-mapping.ts";
import { splitColumnList } from "./column-stats.ts";
import { columnAt } from "../schema/schema-edit.ts";
import { counterpart } from "../schema/schema-change.ts";
import { findField } from "../schema/table-schema.ts";

const PROPERTY = "delta.dataSkippingStatsColumns";

/** Throws `DELTA_COLUMN_NOT_FOUND_IN_SCHEMA` when the list names what is no column. */
export function checkStatsColumns(configuration: Readonly<Record<string, string>>, schema: StructType): void {
  for (const path of splitColumnList(configuration[PROPERTY] ?? "")) columnAt(schema, path);
}

/** The table properties after a change of columns: the list of those with statistics follows new names and forgets what is gone. */
export function followStatsColumns(
  configuration: Readonly<Record<string, string>>,
  before: StructType,
  after: StructType,
  mode: MappingMode,
): Readonly<Record<string, string>> {
  const text = configuration[PROPERTY];
  if (text === undefined) return configuration;
  const paths = splitColumnList(text);
  const kept = paths.flatMap((path) => {
    const now = followed(path, before, after, mode);
    return now === undefined ? [] : [now];
  });
  if (JSON.stringify(kept) === JSON.stringify(paths)) return configuration;
  return { ...configuration, [PROPERTY]: kept.map((path) => path.map(quoteIfNeeded).join(".")).join(",") };
}

/** Undefined when the column is gone; what was no column stays as it is. */
function followed(
  path: readonly string[],
  before: StructType,
  after: StructType,
  mode: MappingMode,
): readonly string[] | undefined {
  const [name = "", ...rest] = path;
  const old = findField(before, name);
  if (old === undefined) return path;
  const now = counterpart(old, after, mode);
  if (now === undefined) return undefined;
  const own = now.name === old.name ? name : now.name;
  if (rest.length === 0) return [own];
  if (old.type.kind !== "struct" || now.type.kind !== "struct") return [own, ...rest];
  const inner = followed(rest, old.type, now.type, mode);
  return inner === undefined ? undefined : [own, ...inner];
}
