import { field, struct, type StructType } from "../../src/core/data-type.ts";
import { BoathouseError } from "../../src/core/errors.ts";
import type { Value } from "../../src/core/value.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { analyzeQuery } from "../../src/sql/analyzer/analyze.ts";
import type { ObjectName } from "../../src/sql/ast/expression.ts";
import { partsOf } from "../../src/sql/ast/node.ts";
import type { Query } from "../../src/sql/ast/query.ts";
import type { Statement } from "../../src/sql/ast/statement.ts";
import { generate } from "../../src/sql/generator/generate.ts";
import { referencesOf } from "../../src/sql/references.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import { preludeFor } from "../../src/sql/prelude/prelude.ts";
import type { AnalysisContext, NameContext, Relation, Resolver } from "../../src/sql/resolver.ts";
import { castSql } from "../../src/sql/types/cast-sql.ts";
import { duckDbType } from "../../src/sql/types/duckdb-type.ts";
import { quoteIdentifier } from "../../src/sql/quote.ts";

/** What a statement gave, column by column in the order of the schema. */
export interface Result {
  readonly schema: StructType;
  readonly rows: readonly (readonly Value[])[];
}

/** A statement that this small session has no means for; the engine's own has. */
export class NotHere extends Error {}

/** DuckDB instances by time zone, shared by the sessions of a run. */
export class Databases {
  readonly #open = new Map<string, { database: DuckDb; connection: Connection; installed: Set<string> }>();

  async of(timeZone: string) {
    let entry = this.#open.get(timeZone);
    if (entry === undefined) {
      const database = await DuckDb.open({ timeZone, threads: 1 });
      entry = { database, connection: await database.connect(), installed: new Set() };
      this.#open.set(timeZone, entry);
    }
    return entry;
  }

  async close(): Promise<void> {
    for (const { connection, database } of this.#open.values()) {
      connection.close();
      await database.close();
    }
  }
}

interface MemoryTable {
  readonly relation: Relation;
  readonly sql: string;
}

let tableCount = 0;

/** Queries, and tables and views in memory: what the vectors need of a session until they run on the engine. */
export class SqlSession {
  readonly #databases: Databases;
  readonly #tables = new Map<string, MemoryTable>();
  readonly #settings = new Map<string, string>();
  /** Tables that a statement for the engine has changed, and is no longer known what is in them. */
  readonly #changed = new Set<string>();
  #schema = "default";
  #ansi: boolean;
  #timeZone: string;

  constructor(databases: Databases, options: { readonly ansi: boolean; readonly timeZone: string }) {
    this.#databases = databases;
    this.#ansi = options.ansi;
    this.#timeZone = options.timeZone;
  }

  /** Throws `BoathouseError` where the statement is refused or fails, `NotHere` where only the engine could run it. */
  async run(text: string): Promise<Result> {
    const statement = parseStatement(text);
    switch (statement.kind) {
      case "query":
        return this.#query(statement, text);
      case "create_view":
        return this.#createView(statement, text);
      case "create_table":
        return this.#createTable(statement, text);
      case "insert":
        if (statement.target.kind !== "name") throw this.#leftOut(statement);
        return this.#insert(statement, text);
      case "drop":
        this.#tables.delete(this.#key(statement.name));
        return EMPTY;
      case "set_configuration":
        return this.#set(statement);
      case "use":
        this.#schema = partsOfName(statement.name).at(-1)?.toLowerCase() ?? "";
        return EMPTY;
      default:
        throw this.#leftOut(statement);
    }
  }

  /** Why the text's result may differ from Spark's although nothing is wrong. */
  excuse(text: string): string | undefined {
    const legacy = [...this.#settings].find(([name, value]) => /legacy/i.test(name) && value.toLowerCase() === "true");
    if (legacy !== undefined) return `needs ${legacy.join(" = ")}`;
    const names = referencesOf(parseStatement(text)).relations.map(({ name }) => this.#found(name));
    const changed = names.find((name) => this.#changed.has(name));
    return changed === undefined ? undefined : `needs the engine: it has changed ${changed}`;
  }

  #leftOut(statement: Statement): NotHere {
    for (const { name, access } of referencesOf(statement).targets) {
      if (access !== "describe") this.#changed.add(this.#found(name));
    }
    if (referencesOf(statement).dynamic.length > 0 || statement.kind === "execute_immediate")
      for (const name of this.#tables.keys()) this.#changed.add(name);
    return new NotHere(statement.kind);
  }

  #key(name: ObjectName): string {
    const [table = "", schema = this.#schema] = partsOfName(name).toReversed();
    return `${schema}.${table}`.toLowerCase();
  }

  /** Tables stand under `schema.name`; what is temporary is found from every schema. */
  #found(name: readonly string[]): string {
    const [table = "", schema = this.#schema] = name.toReversed();
    const key = `${schema}.${table}`.toLowerCase();
    if ((name.length > 1 && schema !== "global_temp") || this.#tables.has(key)) return key;
    const ending = `.${table}`.toLowerCase();
    return [...this.#tables.keys()].find((each) => each.endsWith(ending)) ?? key;
  }

  async drop(): Promise<void> {
    for (const { sql, relation } of this.#tables.values()) {
      if (relation.kind !== "table") continue;
      for (const zone of [this.#timeZone])
        await (await this.#databases.of(zone)).connection.run(`DROP TABLE IF EXISTS ${sql}`);
    }
  }

  /** The result's columns only, without running it. */
  schemaOf(text: string): StructType | undefined {
    const statement = parseStatement(text);
    return statement.kind === "query"
      ? analyzeQuery(statement, this.#resolver(), this.#context(text)).schema
      : undefined;
  }

  #context(text: string): AnalysisContext {
    return {
      ansi: this.#ansi,
      timeZone: this.#timeZone,
      currentCatalog: "spark_catalog",
      currentSchema: this.#schema,
      user: "mockingjay",
      groups: new Set(),
      parameters: {},
      now: BigInt(Date.now()) * 1000n,
      text,
      settings: this.#settings,
    };
  }

  #resolver(): Resolver {
    return {
      relation: (name) => this.#tables.get(this.#found(name))?.relation,
      routine: () => undefined,
      relationNames: () => this.#tables.keys(),
    };
  }

  #sqlOf(query: Query, text: string): { readonly sql: string; readonly schema: StructType; readonly unique: string } {
    const context = this.#context(text);
    const bound = analyzeQuery(query, this.#resolver(), context);
    const scan = (each: { readonly relation: Relation }): string =>
      this.#tables.get(this.#found(each.relation.name))?.sql ?? "";
    return {
      sql: generate(bound, { context, scan }).sql,
      schema: bound.schema,
      unique: generate(bound, { context, scan, names: "unique" }).sql,
    };
  }

  async #connection(sql: string): Promise<Connection> {
    const { connection, installed } = await this.#databases.of(this.#timeZone);
    const { udfs, macros } = preludeFor(sql, installed);
    for (const each of udfs) connection.registerFunction(each);
    if (macros.length > 0) await connection.run(macros.map((each) => each.sql).join(";\n"));
    for (const { name } of [...udfs, ...macros]) installed.add(name);
    return connection;
  }

  async #query(query: Query, text: string): Promise<Result> {
    const { sql, schema } = this.#sqlOf(query, text);
    const connection = await this.#connection(sql);
    const rows: Value[][] = [];
    const stream = await connection.stream(sql, { schema, signal: AbortSignal.timeout(10_000) });
    for await (const batch of stream.batches) {
      for (let row = 0; row < batch.rowCount; row += 1) rows.push(batch.columns.map((column) => column[row] ?? null));
    }
    return { schema, rows };
  }

  #createView(statement: Extract<Statement, { kind: "create_view" }>, text: string): Result {
    const { query } = statement;
    if (query === undefined) throw new NotHere("create_view");
    const { schema } = analyzeQuery(query, this.#resolver(), this.#context(text));
    const named = struct(
      schema.fields.map((each, index) =>
        field(statement.columns[index]?.name.parts.at(-1)?.name ?? each.name, each.type, each.nullable),
      ),
    );
    const context: NameContext = { catalog: "spark_catalog", schema: this.#schema, user: "mockingjay" };
    const name = this.#key(statement.name);
    this.#tables.set(name, {
      relation: {
        name: ["spark_catalog", ...name.split(".")],
        kind: "view",
        schema: named,
        view: { query, text, context },
      },
      sql: "",
    });
    return EMPTY;
  }

  async #createTable(statement: Extract<Statement, { kind: "create_table" }>, text: string): Promise<Result> {
    const name = this.#key(statement.name);
    tableCount += 1;
    const sql = `t_${tableCount}`;
    let schema: StructType;
    if (statement.query === undefined) {
      schema = struct(
        statement.columns.map((each) => {
          if (each.type === undefined) throw new NotHere("create_table");
          return field(each.name.parts.at(-1)?.name ?? "", each.type);
        }),
      );
      const columns = schema.fields.map((each) => `${quoteIdentifier(each.name)} ${duckDbType(each.type)}`);
      await (await this.#connection("")).run(`CREATE TABLE ${sql} (${columns.join(", ")})`);
    } else {
      const made = this.#sqlOf(statement.query, text);
      schema = made.schema;
      await (await this.#connection(made.unique)).run(`CREATE TABLE ${sql} AS ${made.unique}`);
    }
    this.#tables.set(name, { relation: { name: ["spark_catalog", ...name.split(".")], kind: "table", schema }, sql });
    return EMPTY;
  }

  async #insert(statement: Extract<Statement, { kind: "insert" }>, text: string): Promise<Result> {
    const table = this.#tables.get(this.#key(statement.target));
    if (table === undefined)
      throw new BoathouseError("TABLE_OR_VIEW_NOT_FOUND", `There is no table ${this.#key(statement.target)}.`);
    if (
      statement.columns.length > 0 ||
      statement.overwrite ||
      statement.partition !== undefined ||
      statement.with !== undefined
    )
      throw this.#leftOut(statement);
    const { unique, schema } = this.#sqlOf(statement.query, text);
    const { fields } = table.relation.schema;
    if (schema.fields.length !== fields.length) throw this.#leftOut(statement);
    let count = 0;
    const tools = {
      fresh: (hint: string) => `${hint}_${(count += 1)}`,
      once: (sql: string, use: (name: string) => string) => use(sql),
      timeZone: this.#timeZone,
    };
    const names = schema.fields.map((_, index) => `c${index}`);
    const values = fields.map((each, index) =>
      castSql(`s.c${index}`, schema.fields[index]?.type ?? each.type, each.type, this.#ansi ? "ansi" : "legacy", tools),
    );
    const sql = `INSERT INTO ${table.sql} SELECT ${values.join(", ")} FROM (${unique}) AS s(${names.join(", ")})`;
    await (await this.#connection(sql)).run(sql);
    return EMPTY;
  }

  #set(statement: Extract<Statement, { kind: "set_configuration" }>): Result {
    const { key, value } = statement;
    if (key === undefined || value === undefined) throw new NotHere("set_configuration");
    const name = key.toLowerCase();
    if (name === "spark.sql.ansi.enabled") this.#ansi = value.toLowerCase() === "true";
    else if (name === "spark.sql.session.timezone") this.#timeZone = value;
    else this.#settings.set(name, value);
    return {
      schema: struct([field("key", { kind: "string" }, false), field("value", { kind: "string" }, false)]),
      rows: [[key, value]],
    };
  }
}

const EMPTY: Result = { schema: struct([]), rows: [] };

function partsOfName(name: ObjectName): readonly string[] {
  if (name.kind !== "name") throw new NotHere("identifier");
  return partsOf(name);
}
