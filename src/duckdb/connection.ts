import type { DuckDBConnection, DuckDBDataChunk, DuckDBResult } from "@duckdb/node-api";
import { throwIfAborted } from "../core/cancellation.ts";
import { field, struct, type StructType } from "../core/data-type.ts";
import { BoathouseError } from "../core/errors.ts";
import { randomIds } from "../core/ids.ts";
import type { ColumnBatch, Row, Value } from "../core/value.ts";
import { copiedFiles, copyStatement, removeCopied, syncFiles, type CopiedFile, type ParquetCopy } from "./copy.ts";
import { translateError } from "./errors.ts";
import type { ScalarFunction } from "./scalar-function.ts";
import { sparkType } from "./types.ts";
import { fromDuckDb, type DuckDbLibrary, type FromDuckDb } from "./values.ts";

export interface StatementControl {
  /** Interrupts the statement, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface StreamControl extends StatementControl {
  /**
   * The Spark types of the result where the caller knows them: names, nullability and the kinds of intervals are then
   * taken from it. Otherwise the schema is what DuckDB's types say.
   */
  readonly schema?: StructType;
  /** The time zone that instants are shown in; the instance's by default. */
  readonly zone?: string;
}

/** A result that is computed while it is read. */
export interface ResultStream {
  readonly schema: StructType;
  /** Once. The connection is busy until the last batch was read or the iteration was left. */
  readonly batches: AsyncIterable<ColumnBatch>;
  /** Gives up a result that nobody will read. */
  close(): void;
}

/** What a connection needs of its instance. */
export interface ConnectionHost {
  readonly library: DuckDbLibrary;
  readonly timeZone: string;
  register(definition: ScalarFunction, connection: DuckDBConnection): void;
  released(connection: Connection): void;
}

/**
 * One connection to a DuckDB instance: statements run one after the other; several connections run in parallel.
 * Macros and functions are the instance's; temporary tables, temporary macros and the transaction the connection's.
 * The forms of values are those of `fromDuckDb`. Errors are translated (`translateError`).
 */
export class Connection {
  readonly #native: DuckDBConnection;
  readonly #host: ConnectionHost;
  #last: Promise<unknown> = Promise.resolve();
  #streaming: object | undefined;
  #closed = false;

  constructor(native: DuckDBConnection, host: ConnectionHost) {
    this.#native = native;
    this.#host = host;
  }

  /** Runs one or more statements, and gives the number of rows that the last one changed. */
  async run(sql: string, control: StatementControl = {}): Promise<number> {
    return this.#exclusive(sql, control, async () => (await this.#native.run(sql)).rowsChanged);
  }

  /** The whole result as objects: for control data and small results. Of columns with the same name the last one wins. */
  async rows(sql: string, control: StreamControl = {}): Promise<Row[]> {
    return this.#exclusive(sql, control, async () => {
      const result = await this.#native.run(sql);
      const names = result.columnNames();
      const converters = this.#converters(result, control);
      const rows: Row[] = [];
      for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
        if (chunk.rowCount === 0) break;
        const columns = names.map((_, column) => convertColumn(chunk.getColumnValues(column), converters[column]));
        for (let row = 0; row < chunk.rowCount; row += 1) {
          rows.push(Object.fromEntries(names.map((name, column) => [name, columns[column]?.[row] ?? null])));
        }
      }
      return rows;
    });
  }

  /** A result of any size, in batches of DuckDB's vectors (2048 rows). Only one can be open on a connection. */
  async stream(sql: string, control: StreamControl = {}): Promise<ResultStream> {
    const result = await this.#exclusive(sql, control, () => this.#native.stream(sql));
    const converters = this.#converters(result, control);
    // Before the connection counts as busy: a type without a counterpart is refused here.
    const schema = control.schema ?? this.#schemaOf(result);
    const token = {};
    this.#streaming = token;
    const close = (): void => {
      if (this.#streaming !== token) return;
      this.#streaming = undefined;
    };
    return {
      schema,
      batches: this.#batches(sql, result, converters, control, close),
      close,
    };
  }

  /**
   * A result of any size as DuckDB's own chunks, for columns that are not to become values of JavaScript. The connection is
   * busy until the last chunk was read or the iteration was left.
   */
  async *chunks(sql: string, control: StatementControl = {}): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#exclusive(sql, control, () => this.#native.stream(sql));
    const token = {};
    this.#streaming = token;
    try {
      for (;;) {
        const chunk = await this.#guarded(sql, control.signal, () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk;
      }
    } finally {
      if (this.#streaming === token) this.#streaming = undefined;
    }
  }

  /**
   * Puts rows at the end of a table, chunk by chunk. `rows` gets an empty chunk with the types of
   * the table to fill again and again, and says by `true` that it has filled it.
   */
  async appendChunks(table: string, rows: (chunk: DuckDBDataChunk) => Promise<boolean>): Promise<void> {
    const { DuckDBDataChunk: chunks } = this.#host.library;
    await this.#exclusive(`append to ${table}`, {}, async () => {
      const appender = await this.#native.createAppender(table);
      const types = Array.from({ length: appender.columnCount }, (_, column) => appender.columnType(column));
      try {
        for (;;) {
          const chunk = chunks.create(types);
          if (!(await rows(chunk))) break;
          appender.appendDataChunk(chunk);
        }
      } finally {
        appender.closeSync();
      }
    });
  }

  /** Writes a SELECT as Parquet, durably, and says what each file holds. No rows: no file in a folder, an empty file otherwise. */
  async copyToParquet(copy: ParquetCopy): Promise<CopiedFile[]> {
    const control = copy.signal === undefined ? {} : { signal: copy.signal };
    const mark = randomIds.uuid();
    try {
      const files = copiedFiles(await this.rows(copyStatement(copy, mark), control));
      await syncFiles(files.map((file) => file.path));
      return files;
    } catch (error) {
      // What cannot be removed either is left to VACUUM: the first failure is the one to tell.
      await removeCopied(copy, mark).catch(() => undefined);
      throw error;
    }
  }

  /** Makes a JavaScript function known to the whole instance, once: a name that is registered already is left alone. */
  registerFunction(definition: ScalarFunction): void {
    this.#host.register(definition, this.#native);
  }

  /** Ends what is running and gives the connection back. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#native.interrupt();
    this.#last = this.#last.finally(() => {
      this.#native.closeSync();
      this.#host.released(this);
    });
  }

  /** Resolves when nothing runs on the connection any more; after `close`, when it is given back. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async *#batches(
    sql: string,
    result: DuckDBResult,
    converters: readonly (FromDuckDb | undefined)[],
    control: StatementControl,
    close: () => void,
  ): AsyncGenerator<ColumnBatch> {
    const count = result.columnCount;
    try {
      for (;;) {
        const chunk = await this.#guarded(sql, control.signal, () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        const columns: (readonly Value[])[] = [];
        for (let column = 0; column < count; column += 1) {
          columns.push(convertColumn(chunk.getColumnValues(column), converters[column]));
        }
        yield { rowCount: chunk.rowCount, columns };
      }
    } finally {
      close();
    }
  }

  #converters(result: DuckDBResult, { schema, zone = this.#host.timeZone }: StreamControl): (FromDuckDb | undefined)[] {
    return result
      .columnTypes()
      .map((type, index) => fromDuckDb(type, this.#host.library, zone, schema?.fields[index]?.type));
  }

  #schemaOf(result: DuckDBResult): StructType {
    const names = result.columnNames();
    const ids = this.#host.library.DuckDBTypeId;
    return struct(result.columnTypes().map((type, index) => field(names[index] ?? "", sparkType(type, ids))));
  }

  /** Waits for the statements before, then runs. */
  async #exclusive<T>(sql: string, control: StatementControl, work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new BoathouseError("CONNECTION_CLOSED", "The connection is closed.", { kind: "defect" });
    if (this.#streaming !== undefined) {
      throw new BoathouseError("CONNECTION_BUSY", "The connection's last result has not been read to its end.", {
        kind: "defect",
        details: { sql },
      });
    }
    const turn = this.#last.then(() => this.#guarded(sql, control.signal, work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Runs with the signal connected, and errors translated. */
  async #guarded<T>(sql: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    throwIfAborted(signal);
    let again: NodeJS.Timeout | undefined;
    const interrupt = (): void => {
      this.#native.interrupt();
      // An interrupt that comes before DuckDB has begun the statement is lost.
      again ??= setInterval(() => this.#native.interrupt(), INTERRUPT_INTERVAL);
    };
    signal?.addEventListener("abort", interrupt, { once: true });
    try {
      return await work();
    } catch (error) {
      throwIfAborted(signal);
      throw translateError(error, { sql });
    } finally {
      clearInterval(again);
      signal?.removeEventListener("abort", interrupt);
    }
  }
}

const INTERRUPT_INTERVAL = 20;

function convertColumn(values: readonly unknown[], converter: FromDuckDb | undefined): readonly Value[] {
  // Without a converter the library's values are ours already (`fromDuckDb`).
  const column = values as readonly Value[];
  return converter === undefined ? column : (values as Parameters<FromDuckDb>[0][]).map(converter);
}
