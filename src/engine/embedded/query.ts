import type { StructType } from "../../core/data-type.ts";
import type { ColumnBatch, Value } from "../../core/value.ts";
import type { Connection } from "../../duckdb/connection.ts";
import type { Query } from "../../sql/ast/query.ts";
import type { BoundQuery, ColumnSource, Scan } from "../../sql/bound.ts";
import { scanFunctions } from "../../delta/scan/variant-layout.ts";
import type { Snapshot } from "../../delta/snapshot.ts";
import { analyzeQuery } from "../../sql/analyzer/analyze.ts";
import { generate } from "../../sql/generator/generate.ts";
import type { QueryRows } from "../../sql/script/host.ts";
import type { StatementResult } from "../session.ts";
import { openConnection } from "./connection.ts";
import { recordLineage } from "./lineage.ts";
import { streamedResult } from "./result.ts";
import { planScans, type ScanMetrics } from "./scans.ts";
import { sharedFoldersAt } from "./shared-folders.ts";
import type { StatementCall } from "./statement-call.ts";

/** A query that is ready to run: DuckDB SQL on a connection that has what the SQL needs. */
export interface PlannedQuery {
  readonly connection: Connection;
  readonly sql: string;
  /** Names may repeat, unless the query was planned for writing. */
  readonly schema: StructType;
  readonly scans: ScanMetrics;
  readonly lineage: readonly (readonly ColumnSource[])[];
  readonly reads: readonly (readonly string[])[];
}

/**
 * Analyzes a query and plans its scans, for a statement that writes its rows into the table at the URL `target`. Whoever
 * asked closes the connection.
 */
export async function planQuery(query: Query, call: StatementCall, target: string): Promise<PlannedQuery> {
  const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, context));
  return planBound(bound, call, { names: "unique", target });
}

async function planBound(bound: BoundQuery, call: StatementCall, options: GenerateOptions): Promise<PlannedQuery> {
  const generated = await generateSql(bound, call, options);
  return {
    connection: generated.connection,
    sql: generated.sql,
    schema: bound.schema,
    scans: generated.metrics,
    lineage: bound.lineage,
    reads: bound.reads,
  };
}

/** SELECT: the rows are computed while they are read. */
export async function runQuery(query: Query, call: StatementCall): Promise<StatementResult> {
  const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, context));
  const planned = await planBound(bound, call, { names: "result" });
  const { connection, schema } = planned;
  const { signal } = call;
  try {
    const stream = await connection.stream(planned.sql, { schema, ...(signal === undefined ? {} : { signal }) });
    await recordLineage(call, planned);
    return streamedResult({
      operation: "SELECT",
      schema,
      metrics: { filesScanned: planned.scans.files, filesSkipped: planned.scans.skipped },
      batches: stream.batches,
      release: () => {
        connection.close();
        return call.release();
      },
      explain: (thrown) => call.explain(thrown),
    });
  } catch (error) {
    connection.close();
    throw error;
  }
}

/** The rows of a query one by one, instants as text in UTC: what a script computes with. */
export async function rowsOfQuery(query: Query, call: StatementCall, limit = Infinity): Promise<QueryRows> {
  const { signal } = call;
  let connection: Connection | undefined;
  const release = async (): Promise<void> => {
    connection?.close();
    await call.release();
  };
  try {
    const bound = await call.analyze((resolver, context) => analyzeQuery(query, resolver, context));
    const planned = await planBound(bound, call, { names: "result" });
    ({ connection } = planned);
    const { schema, sql } = planned;
    const control = { schema, zone: "UTC", ...(signal === undefined ? {} : { signal }) };
    const { batches } = await connection.stream(sql, control);
    await recordLineage(call, planned);
    const explain = (thrown: unknown): Promise<unknown> => call.explain(thrown);
    return { schema, rows: rowsOf(batches, { limit, release, explain }) };
  } catch (error) {
    const explained = await call.explain(error);
    await release();
    throw explained;
  }
}

async function* rowsOf(
  batches: AsyncIterable<ColumnBatch>,
  { limit, release, explain }: RowsOptions,
): AsyncGenerator<readonly Value[]> {
  let left = limit;
  try {
    for await (const { columns, rowCount } of batches) {
      for (let row = 0; row < rowCount && left > 0; row += 1) {
        left -= 1;
        yield columns.map((column) => column[row] ?? null);
      }
      if (left === 0) return;
    }
  } catch (error) {
    throw await explain(error);
  } finally {
    await release();
  }
}

interface RowsOptions {
  readonly limit: number;
  readonly release: () => Promise<void>;
  readonly explain: (thrown: unknown) => Promise<unknown>;
}

export interface GenerateOptions {
  readonly names: "result" | "unique";
  /** The URL of the table that is written: the connection reaches its folder. */
  readonly target?: string;
  /** What that table has now, where rows of it are replaced: the connection can read them. */
  readonly replaced?: Snapshot;
  /** Scans that are planned already, by id. */
  readonly given?: ReadonlyMap<number, string>;
}

/** The DuckDB SQL of a bound query, its scans planned, on a connection with the functions that it uses. */
export async function generateSql(
  bound: Pick<BoundQuery, "plan" | "scans">,
  call: StatementCall,
  { names, target, replaced, given }: GenerateOptions,
): Promise<{ readonly sql: string; readonly connection: Connection; readonly metrics: ScanMetrics }> {
  const resolver = await call.resolver();
  const planned = await planScans(bound.scans, resolver, call, given);
  const context = call.context(resolver.access);
  const generated = generate(bound, {
    context: { ansi: context.ansi, timeZone: context.timeZone, now: context.now },
    scan: (scan: Scan) => planned.sql.get(scan.id) ?? "(SELECT 1)",
    names,
  });
  const written = target === undefined ? [] : [call.env.storage.reachableFolder(target)];
  if (target !== undefined && replaced !== undefined) written.push(...(await sharedFoldersAt(target, replaced, call)));
  const functions = replaced === undefined ? "" : scanFunctions(replaced.schema);
  const connection = await openConnection(call, [...planned.folders, ...written], `${generated.sql} ${functions}`);
  return { sql: generated.sql, connection, metrics: planned.metrics };
}
