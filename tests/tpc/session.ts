import { join } from "node:path";
import type { StructType } from "../../src/core/data-type.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { analyzeQuery } from "../../src/sql/analyzer/analyze.ts";
import { resultText } from "../../src/sql/format/result-text.ts";
import { generate } from "../../src/sql/generator/generate.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { preludeFor } from "../../src/sql/prelude/prelude.ts";
import { quoteIdentifier, quoteString } from "../../src/sql/quote.ts";
import type { AnalysisContext, Relation, Resolver } from "../../src/sql/resolver.ts";
import { makeTables, type GeneratedTable } from "./table.ts";

export interface Translated {
  readonly sql: string;
  readonly schema: StructType;
}

/** Generated tables in a DuckDB of their own, asked in Spark SQL. */
export class TpcSession implements Resolver {
  readonly #relations = new Map<string, Relation>();
  readonly #installed = new Set<string>();
  readonly #database: DuckDb;
  readonly connection: Connection;

  private constructor(database: DuckDb, connection: Connection) {
    this.#database = database;
    this.connection = connection;
  }

  /** With a folder, the tables are in Parquet files there, too. */
  static async open(
    tables: readonly GeneratedTable[],
    options: { readonly scale: number; readonly folder?: string },
  ): Promise<TpcSession> {
    const database = await DuckDb.open();
    const connection = await database.connect();
    const session = new TpcSession(database, connection);
    await makeTables(connection, tables, options);
    await session.#describe(tables);
    return session;
  }

  /** The tables as the Parquet files of a folder. */
  static async over(folder: string, tables: readonly GeneratedTable[]): Promise<TpcSession> {
    const database = await DuckDb.open();
    const connection = await database.connect();
    const session = new TpcSession(database, connection);
    for (const { name } of tables) {
      const file = quoteString(join(folder, `${name}.parquet`));
      await connection.run(`CREATE VIEW ${quoteIdentifier(name)} AS SELECT * FROM read_parquet(${file})`);
    }
    await session.#describe(tables);
    return session;
  }

  async #describe(tables: readonly GeneratedTable[]): Promise<void> {
    const { connection } = this;
    for (const { name } of tables) {
      const stream = await connection.stream(`SELECT * FROM ${quoteIdentifier(name)} LIMIT 0`);
      this.#relations.set(name, { name: ["main", "tpc", name], kind: "table", schema: stream.schema });
      for await (const _ of stream.batches) continue;
    }
  }

  async close(): Promise<void> {
    this.connection.close();
    await this.#database.close();
  }

  relation(name: readonly string[]): Relation | undefined {
    return this.#relations.get((name.at(-1) ?? "").toLowerCase());
  }

  routine(): undefined {
    return undefined;
  }

  relationNames(): Iterable<string> {
    return this.#relations.keys();
  }

  translate(text: string): Translated {
    const statement = parseStatement(text);
    if (statement.kind !== "query") throw new TypeError("Not a query.");
    const context: AnalysisContext = { ...CONTEXT, text };
    const bound = analyzeQuery(statement, this, context);
    const scan = ({ relation }: { readonly relation: Relation }): string => quoteIdentifier(relation.name.at(-1) ?? "");
    return { sql: generate(bound, { context, scan }).sql, schema: bound.schema };
  }

  /** Installs what the SQL uses of our functions. */
  async install(sql: string): Promise<void> {
    const { udfs, macros } = preludeFor(sql, this.#installed);
    for (const each of udfs) this.connection.registerFunction(each);
    if (macros.length > 0) await this.connection.run(macros.map((each) => each.sql).join(";\n"));
    for (const { name } of [...udfs, ...macros]) this.#installed.add(name);
  }

  /** The rows as the spark-sql shell prints them, a tab between cells. */
  async lines({ sql, schema }: Translated, signal = AbortSignal.timeout(60_000)): Promise<string[]> {
    await this.install(sql);
    const { batches } = await this.connection.stream(sql, { schema, signal });
    const lines: string[] = [];
    for await (const { columns, rowCount } of batches) {
      for (let row = 0; row < rowCount; row += 1) {
        const cells = schema.fields.map(({ type }, index) => resultText(columns[index]?.[row] ?? null, type, "hive"));
        lines.push(cells.join("\t"));
      }
    }
    return lines;
  }
}

const CONTEXT: AnalysisContext = {
  ansi: true,
  timeZone: "UTC",
  currentCatalog: "main",
  currentSchema: "tpc",
  user: "ann",
  groups: new Set(),
  parameters: {},
  now: 1_700_000_000_000_000n,
  text: "",
};
