import type { RecordBatch, Table } from "apache-arrow";
import { BOOLEAN, struct, type StructType } from "../../core/data-type.ts";
import { BoathouseError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { ColumnBatch, Row } from "../../core/value.ts";
import { compileExpression } from "../../sql/expression.ts";
import { plainContext } from "../../sql/plain-context.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { findField } from "../schema/table-schema.ts";
import { arrowBatches } from "./arrow-batches.ts";
import { arrowLibrary, arrowSchema } from "./arrow-types.ts";
import type { Runtime } from "./runtime.ts";

export interface ScanRequest {
  /** A condition in Spark SQL. Files that surely hold no row of it are not read. */
  readonly where?: string;
  /** All by default. */
  readonly columns?: readonly string[];
  /** At most so many rows. */
  readonly limit?: number;
}

/** Where rows come from: fixed when it is first needed. */
export interface RowSource {
  readonly version: number;
  readonly schema: StructType;
  /** What stands after FROM. */
  from(): Promise<string>;
}

/**
 * Rows that are read when they are asked for, as often as they are. Values are those of `Value`: `bigint` for BIGINT, exact
 * text for decimals, dates and timestamps (in UTC).
 */
export class RowScan implements AsyncIterable<Row> {
  readonly #runtime: Runtime;
  readonly #source: () => Promise<RowSource>;
  readonly #request: ScanRequest;
  #opened: Promise<RowSource> | undefined;

  constructor(runtime: Runtime, source: () => Promise<RowSource>, request: ScanRequest) {
    this.#runtime = runtime;
    this.#source = source;
    this.#request = request;
  }

  /** The version that it reads, of changes the last. */
  async version(): Promise<number> {
    return (await this.#open()).version;
  }

  /** The columns of the result. */
  async schema(): Promise<StructType> {
    return selected((await this.#open()).schema, this.#request.columns);
  }

  /** All rows, as objects. */
  async rows(): Promise<Row[]> {
    const rows: Row[] = [];
    for await (const row of this) rows.push(row);
    return rows;
  }

  /** The rows column by column, in batches of at most 2048. */
  async *batches(): AsyncIterable<ColumnBatch> {
    const schema = await this.schema();
    const sql = await this.sql();
    const connection = await this.#runtime.connect(sql);
    try {
      yield* (await connection.stream(sql, { schema, zone: "UTC" })).batches;
    } finally {
      connection.close();
    }
  }

  /** The rows as batches of Arrow, of a few thousand to about 65,000 each. Needs the package apache-arrow. */
  async *arrowBatches(): AsyncGenerator<RecordBatch> {
    const schema = await this.schema();
    const sql = await this.sql();
    const connection = await this.#runtime.connect(sql);
    try {
      yield* arrowBatches(connection, sql, schema);
    } finally {
      connection.close();
    }
  }

  /** All rows as a table of Arrow, in memory. Needs the package apache-arrow. */
  async arrow(): Promise<Table> {
    const arrow = await arrowLibrary();
    const schema = arrowSchema(arrow, await this.schema());
    const batches: RecordBatch[] = [];
    for await (const batch of this.arrowBatches()) batches.push(batch);
    return new arrow.Table(schema, batches);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    const names = (await this.schema()).fields.map(({ name }) => name);
    for await (const { columns, rowCount } of this.batches()) {
      for (let row = 0; row < rowCount; row += 1) {
        yield Object.fromEntries(names.map((name, column) => [name, columns[column]?.[row] ?? null]));
      }
    }
  }

  /** The read as DuckDB SQL: for what writes it into another table. */
  async sql(): Promise<string> {
    const { where, columns, limit } = this.#request;
    const source = await this.#open();
    const { schema } = source;
    const names = selected(schema, columns).fields.map(({ name }) => quoteIdentifier(name));
    const filter = where === undefined ? "" : ` WHERE ${compiled(where, schema).sql}`;
    const most = limit === undefined ? "" : ` LIMIT ${wholeNumber(limit)}`;
    return `SELECT ${names.join(", ")} FROM ${await source.from()}${filter}${most}`;
  }

  #open(): Promise<RowSource> {
    return (this.#opened ??= this.#source());
  }
}

/** A condition in Spark SQL over the columns of a schema. */
export function compiled(where: string, schema: StructType): ReturnType<typeof compileExpression> {
  return compileExpression(where, { schema, context: plainContext(where), type: BOOLEAN });
}

function selected(schema: StructType, columns: readonly string[] | undefined): StructType {
  if (columns === undefined) return schema;
  return struct(
    columns.map((name) => {
      const found = findField(schema, name);
      if (found !== undefined) return found;
      const hint = didYouMean(
        name,
        schema.fields.map((each) => each.name),
      );
      throw new BoathouseError("UNRESOLVED_COLUMN", `The table has no column "${name}".`, {
        sqlState: "42703",
        ...(hint === undefined ? {} : { hint }),
      });
    }),
  );
}

function wholeNumber(limit: number): number {
  if (Number.isSafeInteger(limit) && limit >= 0) return limit;
  throw new BoathouseError("INVALID_LIMIT", `A limit cannot be ${limit}.`, { hint: "Give a whole number from 0." });
}
