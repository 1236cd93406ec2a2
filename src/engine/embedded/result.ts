import { field, LONG, STRING, struct, type StructType } from "../../core/data-type.ts";
import { unreachable } from "../../core/errors.ts";
import type { ColumnBatch, Row, Value } from "../../core/value.ts";
import type { OperationMetrics, StatementResult } from "../session.ts";

/** A result of rows that are at hand. */
export function rowsResult(
  operation: string,
  schema: StructType,
  rows: readonly Row[],
  metrics: OperationMetrics = {},
): StatementResult {
  const names = schema.fields.map((each) => each.name);
  const batch = (): ColumnBatch => ({
    rowCount: rows.length,
    columns: names.map((name) => rows.map((row): Value => row[name] ?? null)),
  });
  return {
    operation,
    schema,
    metrics,
    rows: () => Promise.resolve([...rows]),
    async *batches() {
      if (rows.length > 0) yield batch();
    },
  };
}

/** The result of a statement that gives no rows. */
export function doneResult(operation: string, metrics: OperationMetrics = {}): StatementResult {
  return rowsResult(operation, struct([]), [], metrics);
}

/** What INSERT, UPDATE, DELETE and MERGE give on Databricks: counts of rows. */
export function changeResult(operation: string, metrics: OperationMetrics): StatementResult {
  const { rowsInserted = 0, rowsUpdated = 0, rowsDeleted = 0 } = metrics;
  const counts: [string, number][] = [["num_affected_rows", rowsInserted + rowsUpdated + rowsDeleted]];
  if (operation === "MERGE") counts.push(["num_updated_rows", rowsUpdated], ["num_deleted_rows", rowsDeleted]);
  if (operation === "MERGE" || operation === "WRITE") counts.push(["num_inserted_rows", rowsInserted]);
  const row = Object.fromEntries(counts.map(([name, count]) => [name, BigInt(count)]));
  return rowsResult(operation, struct(counts.map(([name]) => field(name, LONG))), [row], metrics);
}

/** A result read to its end, to be given on later. */
export async function heldResult(result: StatementResult): Promise<StatementResult> {
  const held: ColumnBatch[] = [];
  for await (const batch of result.batches()) held.push(batch);
  return streamedResult({
    operation: result.operation,
    schema: result.schema,
    metrics: result.metrics,
    batches: (async function* () {
      yield* await Promise.resolve(held);
    })(),
    release: () => Promise.resolve(),
    explain: (thrown) => Promise.resolve(thrown),
  });
}

/** Columns of text, for SHOW and DESCRIBE. */
export function textColumns(...names: readonly string[]): StructType {
  return struct(names.map((name) => field(name, STRING)));
}

/** A result that is computed while it is read; `release` is called once, when it was read or given up. */
export function streamedResult(parts: {
  readonly operation: string;
  readonly schema: StructType;
  readonly metrics: OperationMetrics;
  readonly batches: AsyncIterable<ColumnBatch>;
  readonly release: () => Promise<void>;
  /** What is thrown in the place of an error that stops the result. */
  readonly explain: (thrown: unknown) => Promise<unknown>;
}): StatementResult {
  let taken = false;
  const { operation, schema, metrics } = parts;
  async function* batches(): AsyncGenerator<ColumnBatch> {
    if (taken) unreachable("A result was read twice.");
    taken = true;
    try {
      yield* parts.batches;
    } catch (error) {
      throw await parts.explain(error);
    } finally {
      await parts.release();
    }
  }
  return {
    operation,
    schema,
    metrics,
    batches,
    async rows() {
      const rows: Row[] = [];
      for await (const batch of batches()) {
        for (let index = 0; index < batch.rowCount; index += 1) {
          rows.push(
            Object.fromEntries(
              schema.fields.map((each, column) => [each.name, batch.columns[column]?.[index] ?? null]),
            ),
          );
        }
      }
      return rows;
    },
  };
}
