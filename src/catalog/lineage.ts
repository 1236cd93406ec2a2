import { isBoathouseError } from "../core/errors.ts";
import type { IdSource } from "../core/ids.ts";
import type { Access } from "./access.ts";
import { findRelation } from "./find.ts";
import type { LineageRow } from "./migrations.ts";
import type { CatalogDatabase } from "./persistence.ts";

/** What a statement read from: a relation by its full name, or a path by its URL. */
export type LineageNode = { readonly table: readonly string[]; readonly type: LineageType } | { readonly path: string };

export type LineageType = "TABLE" | "VIEW" | "MATERIALIZED_VIEW" | "STREAMING_TABLE";

/** What one statement that ran has moved from where to where. */
export interface LineageEvent {
  readonly statementId: string;
  readonly user: string;
  /** What ran the statement: a notebook, a pipeline, a job, and which run of it. */
  readonly entity?: { readonly type: string; readonly id: string; readonly runId?: string };
  readonly sources: readonly LineageNode[];
  /** Undefined for a query that only reads. */
  readonly target?: LineageNode;
  readonly columns: readonly {
    readonly target: string;
    readonly sources: readonly { readonly table: readonly string[]; readonly column: string }[];
  }[];
}

/** One row for each source of the target, and one for each pair of columns. */
export function lineageRows(event: LineageEvent, time: number, ids: IdSource): LineageRow[] {
  const target = event.target === undefined ? undefined : described(event.target);
  const common = {
    event_time: time,
    statement_id: event.statementId,
    created_by: event.user,
    entity_type: event.entity?.type ?? null,
    entity_id: event.entity?.id ?? null,
    entity_run_id: event.entity?.runId ?? null,
    target: target?.name ?? null,
    target_type: target?.type ?? null,
  };
  const sources = event.sources.map(described);
  const types = new Map(sources.map((each) => [each.name, each.type]));
  // A write without a source (INSERT … VALUES) is an event too.
  const tables = sources.length === 0 ? [undefined] : sources;
  return [
    ...tables.map((each) => ({
      event_id: ids.uuid(),
      ...common,
      source: each?.name ?? null,
      source_type: each?.type ?? null,
      source_column: null,
      target_column: null,
    })),
    ...event.columns.flatMap((column) =>
      column.sources.map((each) => ({
        event_id: ids.uuid(),
        ...common,
        source: each.table.join("."),
        source_type: types.get(each.table.join(".")) ?? (each.table.length === 1 ? "PATH" : "TABLE"),
        source_column: each.column,
        target_column: column.target,
      })),
    ),
  ];
}

export async function recordLineageRows(db: CatalogDatabase, rows: readonly LineageRow[]): Promise<void> {
  // SQLite takes 32,766 parameters in a statement.
  for (let start = 0; start < rows.length; start += 500) {
    await db
      .insertInto("catalog_lineage")
      .values(rows.slice(start, start + 500))
      .execute();
  }
}

/** How data came from one place to another, by the newest statement that moved it. */
export interface LineageEdge {
  readonly source: string;
  readonly sourceColumn?: string;
  readonly target: string;
  readonly targetColumn?: string;
  readonly lastTime: number;
  readonly lastStatement: string;
}

export interface LineageQuery {
  /** `catalog.schema.table`, or a URL. */
  readonly of: string;
  readonly column?: string;
  readonly direction: "upstream" | "downstream";
  /** How many steps. 1 by default. */
  readonly depth?: number;
}

/** The edges reached from a node. Tables that the user cannot see are left out, and what lies behind them. */
export async function readLineage(db: CatalogDatabase, access: Access, query: LineageQuery): Promise<LineageEdge[]> {
  const [near, far] =
    query.direction === "upstream" ? (["target", "source"] as const) : (["source", "target"] as const);
  const byColumn = query.column !== undefined;
  const edges: LineageEdge[] = [];
  const seen = new Set<string>();
  let frontier = isVisible(access, query.of) ? [{ name: query.of, column: query.column }] : [];
  for (let depth = 0; depth < (query.depth ?? 1) && frontier.length > 0; depth += 1) {
    const next = new Map<string, { name: string; column: string | undefined }>();
    for (const node of frontier) {
      seen.add(nodeKey(node.name, node.column));
      for (const edge of await edgesOf(db, near, node.name, byColumn ? node.column : undefined)) {
        const other = { name: edge[far], column: edge[`${far}Column`] };
        if (!isVisible(access, other.name)) continue;
        edges.push(edge);
        const key = nodeKey(other.name, other.column);
        if (!seen.has(key)) next.set(key, other);
      }
    }
    frontier = [...next.values()];
  }
  return edges;
}

async function edgesOf(
  db: CatalogDatabase,
  near: "source" | "target",
  name: string,
  column: string | undefined,
): Promise<LineageEdge[]> {
  let rows = db
    .selectFrom("catalog_lineage")
    .select(["source", "source_column", "target", "target_column"])
    .select((select) => select.fn.max<number>("event_time").as("last_time"))
    .select((select) => select.fn.max<string>("statement_id").as("last_statement"))
    .where(near, "=", name)
    .where("source", "is not", null)
    .where("target", "is not", null)
    .groupBy(["source", "source_column", "target", "target_column"])
    .orderBy("source")
    .orderBy("source_column")
    .orderBy("target")
    .orderBy("target_column");
  rows = column === undefined ? rows.where("target_column", "is", null) : rows.where(`${near}_column`, "=", column);
  return (await rows.execute()).map((row) => ({
    source: row.source ?? "",
    target: row.target ?? "",
    lastTime: row.last_time,
    lastStatement: row.last_statement,
    ...(row.source_column === null ? {} : { sourceColumn: row.source_column }),
    ...(row.target_column === null ? {} : { targetColumn: row.target_column }),
  }));
}

/** The events that a user may know of: those whose tables it can see. The newest first. */
export async function readLineageEvents(
  db: CatalogDatabase,
  access: Access,
  columns: "with" | "without",
): Promise<LineageRow[]> {
  const rows = await db
    .selectFrom("catalog_lineage")
    .selectAll()
    .where("target_column", columns === "with" ? "is not" : "is", null)
    .orderBy("event_time", "desc")
    .execute();
  return rows.filter((row) => [row.source, row.target].every((name) => name === null || isVisible(access, name)));
}

/** A path is not an object of the catalog; a table that is gone is shown to the metastore's admin. */
function isVisible(access: Access, name: string): boolean {
  if (access.isMetastoreAdmin() || /^[a-z]+:\//.test(name)) return true;
  try {
    const relation = findRelation(access, name.split("."));
    return relation !== undefined && access.sees(relation);
  } catch (error) {
    if (!isBoathouseError(error)) throw error;
    return false;
  }
}

function described(node: LineageNode): { name: string; type: string } {
  return "path" in node ? { name: node.path, type: "PATH" } : { name: node.table.join("."), type: node.type };
}

function nodeKey(name: string, column: string | undefined): string {
  return `${name} ${column ?? ""}`;
}
