import { isTable, type Table } from "../../../catalog/securable.ts";
import type { VersionSpec } from "../../../delta/table.ts";
import type { DeltaTable } from "../../../delta/table.ts";
import type { ObjectName } from "../../../sql/ast/expression.ts";
import type { TimeTravel } from "../../../sql/ast/query.ts";
import { newAnalysis } from "../../../sql/analyzer/analysis.ts";
import { binders } from "../../../sql/analyzer/analyze.ts";
import { rootEnv } from "../../../sql/analyzer/env.ts";
import { timeTravel } from "../../../sql/analyzer/table.ts";
import type { StatementCall } from "../statement-call.ts";
import { relationOf, writableTableOf } from "./relation-of.ts";

/** A Delta table that a statement names: by its name in the catalog, or by its path. */
export interface DeltaTarget {
  readonly table: DeltaTable;
  /** Undefined for a path. */
  readonly entry: Table | undefined;
  readonly url: string;
}

/** The parts of ``format.`/path` ``; undefined for every other name. */
export async function pathOf(
  name: ObjectName,
  call: StatementCall,
): Promise<{ readonly format: string; readonly path: string } | undefined> {
  const [format = "", path = "", ...rest] = await call.parts(name);
  return rest.length === 0 && /[/:]/.test(path) ? { format: format.toLowerCase(), path } : undefined;
}

/** A table whose rows the statement's user may change, or may read. */
export async function deltaTarget(name: ObjectName, use: "write" | "read", call: StatementCall): Promise<DeltaTarget> {
  const found = await pathOf(name, call);
  if (found === undefined) {
    const entry = use === "write" ? await writableTableOf(name, call) : await readableTableOf(name, call);
    return { table: await call.env.tables.at(entry.location), entry, url: entry.location };
  }
  if (found.format !== "delta") {
    throw call.error(name.span, "DELTA_TABLE_ONLY_OPERATION", `A ${found.format} path is no Delta table.`);
  }
  try {
    call.env.catalog.places.require(await call.access(), found.path, use === "write" ? "WRITE FILES" : "READ FILES");
  } catch (error) {
    throw call.placed(error, name.span);
  }
  return { table: await call.env.tables.at(found.path), entry: undefined, url: found.path };
}

async function readableTableOf(name: ObjectName, call: StatementCall): Promise<Table> {
  const found = await relationOf(name, call);
  try {
    (await call.access()).require("SELECT", found);
  } catch (error) {
    throw call.placed(error, name.span);
  }
  if (isTable(found)) return found;
  throw call.error(name.span, "EXPECT_TABLE_NOT_VIEW", `${found.name} is a view, which holds no data of its own.`);
}

/** The version that VERSION AS OF or TIMESTAMP AS OF names; nothing of either: the newest. */
export async function versionOf(travel: TimeTravel | undefined, call: StatementCall): Promise<VersionSpec> {
  const point = await call.analyze((resolver, context) =>
    timeTravel({ timeTravel: travel }, rootEnv(newAnalysis(context, resolver), binders)),
  );
  if (point === undefined) return {};
  return point.kind === "version" ? { version: Number(point.version) } : { timestamp: Number(point.timestamp / 1000n) };
}
