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
import { pathName, pathText, type PathName } from "../path-name.ts";
import { requireWrite } from "../write-access.ts";
import { notTable, relationOf } from "./relation-of.ts";

/** A Delta table that a statement names: by its name in the catalog, or by its path. */
export interface DeltaTarget {
  readonly table: DeltaTable;
  /** Undefined for a path: the catalog knows nothing of it. */
  readonly entry: Table | undefined;
  readonly url: string;
  /** For messages: the table's own name, or ``delta.`/path` ``. */
  readonly shown: string;
}

/** To know what a table is, to read its rows, to change them, to change what the table is. */
export type TargetUse = "see" | "read" | "write" | "alter";

/** What a name says, if it names a place. */
export async function pathOf(name: ObjectName, call: StatementCall): Promise<PathName | undefined> {
  return pathName(await call.parts(name));
}

/**
 * The table that a statement names, which its user may use like this: by a privilege on the table, or on the files at the
 * path. Throws `DELTA_TABLE_ONLY_OPERATION`, `EXPECT_TABLE_NOT_VIEW`, and what the catalog refuses.
 */
export async function deltaTarget(name: ObjectName, use: TargetUse, call: StatementCall): Promise<DeltaTarget> {
  const found = await pathOf(name, call);
  if (found === undefined) {
    const entry = await usableTable(name, use, call);
    return { table: await call.env.tables.at(entry.location), entry, url: entry.location, shown: entry.name };
  }
  if (found.format !== "delta") {
    throw call.error(name.span, "DELTA_TABLE_ONLY_OPERATION", `A ${found.format} path is no Delta table.`);
  }
  const { path } = found;
  try {
    const files = use === "write" || use === "alter" ? "WRITE FILES" : "READ FILES";
    call.env.catalog.places.require(await call.access(), path, files);
  } catch (error) {
    throw call.placed(error, name.span);
  }
  return { table: await call.env.tables.at(path), entry: undefined, url: path, shown: pathText(found) };
}

/** Decides whether the statement may also tell of the table's rows. */
export async function requireRead(
  { entry, url }: Pick<DeltaTarget, "entry" | "url">,
  call: StatementCall,
): Promise<void> {
  const access = await call.access();
  if (entry === undefined) call.env.catalog.places.require(access, url, "READ FILES");
  else access.require("SELECT", entry);
}

async function usableTable(name: ObjectName, use: TargetUse, call: StatementCall): Promise<Table> {
  const found = await relationOf(name, call);
  const access = await call.access();
  try {
    if (use === "read") access.require("SELECT", found);
    if (use === "see" && !access.sees(found)) access.require("SELECT", found);
    if (!isTable(found)) throw notTable(found, name, call);
    if (use === "write") requireWrite(access, found, call.options.pipeline);
    if (use === "alter" && !access.decide("MODIFY", found).allowed) access.requireAdministration("alter", found);
  } catch (error) {
    throw call.placed(error, name.span);
  }
  return found;
}

/** The version that VERSION AS OF or TIMESTAMP AS OF names; nothing of either: the newest. */
export async function versionOf(travel: TimeTravel | undefined, call: StatementCall): Promise<VersionSpec> {
  const point = await call.analyze((resolver, context) =>
    timeTravel({ timeTravel: travel }, rootEnv(newAnalysis(context, resolver), binders)),
  );
  if (point === undefined) return {};
  return point.kind === "version" ? { version: Number(point.version) } : { timestamp: Number(point.timestamp / 1000n) };
}
