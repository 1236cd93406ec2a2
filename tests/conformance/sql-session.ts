import { field, STRING, struct, type StructType } from "../../src/core/data-type.ts";
import { BoathouseError } from "../../src/core/errors.ts";
import type { Value } from "../../src/core/value.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { newAnalysis } from "../../src/sql/analyzer/analysis.ts";
import { analyzeQuery, binders } from "../../src/sql/analyzer/analyze.ts";
import { checkRoutine } from "../../src/sql/analyzer/check-routine.ts";
import { rootEnv } from "../../src/sql/analyzer/env.ts";
import { objectParts } from "../../src/sql/analyzer/identifier.ts";
import type { ColumnDefinition } from "../../src/sql/ast/definition.ts";
import type { ObjectName } from "../../src/sql/ast/expression.ts";
import type { Query } from "../../src/sql/ast/query.ts";
import type { Statement } from "../../src/sql/ast/statement.ts";
import { generate } from "../../src/sql/generator/generate.ts";
import { referencesOf } from "../../src/sql/references.ts";
import { parseStatement } from "../../src/sql/parser/parse.ts";
import type { AnalysisContext, NameContext, Relation, Resolver, Routine } from "../../src/sql/resolver.ts";
import { routineOf } from "../../src/sql/routine.ts";
import { executeImmediate } from "../../src/sql/script/execute-immediate.ts";
import type { Place, ScriptHost } from "../../src/sql/script/host.ts";
import { runScript } from "../../src/sql/script/run.ts";
import { variableValue, type Scope, type Variables } from "../../src/sql/script/scope.ts";
import { declareVariable, dropVariable, refuseVariable, setVariable } from "../../src/sql/script/variables.ts";
import { emptyTable, insertSql, oneByOne, renamed } from "./memory-table.ts";
import { NotHere, type Databases, type Result } from "./databases.ts";
import { describedTable, isPlain, isShown, queryColumns, shown, type Described } from "./sql-describe.ts";
import { isUnknownTable, sparkTable } from "./spark-tables.ts";

/** Of views that end with the session. */
type Scoped = "temporary" | "global_temporary";
interface MemoryTable {
  readonly relation: Relation;
  readonly sql: string;
  readonly scope?: Scoped;
}

let tableCount = 0;

/** Queries, and tables and views in memory: what the vectors need of a session until they run on the engine. */
export class SqlSession {
  readonly #databases: Databases;
  readonly #tables = new Map<string, MemoryTable>();
  readonly #settings = new Map<string, string>();
  readonly #variables: Variables = new Map();
  readonly #functions = new Map<string, Routine>();
  readonly #variablesUsed: string[] = [];
  /** Tables that a statement for the engine has changed, and is no longer known what is in them. */
  readonly #changed = new Set<string>();
  readonly #schemas = new Set(["default", "global_temp"]);
  #schema = "default";
  #ansi: boolean;
  #timeZone: string;

  constructor(
    databases: Databases,
    options: {
      readonly ansi: boolean;
      readonly timeZone: string;
      readonly settings?: Readonly<Record<string, string>>;
    },
  ) {
    for (const [name, value] of Object.entries(options.settings ?? {})) this.#settings.set(name.toLowerCase(), value);
    this.#databases = databases;
    this.#ansi = options.ansi;
    this.#timeZone = options.timeZone;
  }

  /** Throws `BoathouseError` where the statement is refused or fails, `NotHere` where only the engine could run it. */
  async run(text: string): Promise<Result> {
    return this.#run(parseStatement(text), { text, file: undefined, scope: undefined });
  }

  async #run(statement: Statement, at: Place): Promise<Result> {
    switch (statement.kind) {
      case "query":
        return this.#query(statement, at);
      case "create_view":
        return this.#createView(statement, at);
      case "create_table":
        return this.#createTable(statement, at);
      case "create_function":
        return this.#createFunction(statement, at);
      case "insert":
        return this.#insert(statement, at);
      case "drop":
        return this.#drop(statement, at);
      case "block":
        return runScript(statement, this.#host(), at);
      case "declare_variable":
      case "set_variable": {
        const host = this.#host();
        await (statement.kind === "set_variable"
          ? setVariable(statement, host, at)
          : declareVariable(statement, host, at));
        return EMPTY;
      }
      case "execute_immediate":
        return executeImmediate(statement, this.#host(), at);
      case "create_schema":
        this.#schemas.add((this.#parts(statement.name, at).at(-1) ?? "").toLowerCase());
        return EMPTY;
      case "describe":
        return this.#describe(statement, at);
      case "show":
        return this.#show(statement, at);
      case "set_configuration":
        return this.#set(statement, at);
      case "use":
        this.#schema = this.#parts(statement.name, at).at(-1)?.toLowerCase() ?? "";
        return EMPTY;
      default:
        throw this.#leftOut(statement);
    }
  }

  #host(): ScriptHost<Result> {
    return {
      ansi: this.#ansi,
      session: this.#variables,
      run: (statement, at) => this.#run(statement, at),
      schema: async (query, at) => Promise.resolve(this.#sqlOf(query, at).schema),
      rows: async (query, at, limit = Number.MAX_SAFE_INTEGER) => {
        const { schema, rows } = await this.#query(query, at, "UTC");
        return { schema, rows: oneByOne(rows.slice(0, limit)) };
      },
      name: (name, at) => Promise.resolve(this.#parts(name, at)),
      turn: () => Promise.resolve(),
      nothing: () => EMPTY,
      isRows: (result) => result.schema.fields.length > 0,
    };
  }

  /** Why the text's result may differ from Spark's although nothing is wrong. */
  excuse(text: string): string | undefined {
    const legacy = [...this.#settings].find(([name, value]) => /legacy/i.test(name) && /^true$/i.test(value));
    if (legacy !== undefined) return `needs ${legacy.join(" = ")}`;
    const statement = parseStatement(text);
    const [some] = this.#changed;
    // What a script reads, its text does not say.
    if (some !== undefined && (statement.kind === "block" || statement.kind === "execute_immediate"))
      return `needs the engine: it has changed ${some}`;
    const names = referencesOf(statement).relations.map(({ name }) => this.#found(name));
    const changed = names.find((name) => this.#changed.has(name));
    return changed && `needs the engine: it has changed ${changed}`;
  }

  #leftOut(statement: Statement): NotHere {
    for (const { name, access } of referencesOf(statement).targets) {
      if (access !== "describe") this.#changed.add(this.#found(name));
    }
    if (referencesOf(statement).dynamic.length > 0) for (const name of this.#tables.keys()) this.#changed.add(name);
    return new NotHere(statement.kind);
  }

  #key(name: ObjectName, at: Place): string {
    const [table = "", schema = this.#schema] = this.#parts(name, at).toReversed();
    return `${schema}.${table}`.toLowerCase();
  }

  #parts(name: ObjectName, at: Place): readonly string[] {
    return objectParts(name, rootEnv(newAnalysis(this.#context(at.text), this.#resolver(at.scope)), binders));
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
    const tables = [...this.#tables.values()].filter(({ relation }) => relation.kind === "table");
    if (tables.length === 0) return;
    const { connection } = await this.#databases.of(this.#timeZone);
    for (const { sql } of tables) await connection.run(`DROP TABLE IF EXISTS ${sql}`);
  }

  /** The result's columns only, without running it. */
  schemaOf(text: string): StructType | undefined {
    const node = parseStatement(text);
    return node.kind === "query"
      ? analyzeQuery(node, this.#resolver(undefined), this.#context(text)).schema
      : undefined;
  }

  #context(text: string, ansi = this.#ansi): AnalysisContext {
    return {
      ansi,
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

  #resolver(scope: Scope | undefined): Resolver {
    return {
      relation: (name) => this.#relation(name),
      routine: (name) => this.#functions.get((name.at(-1) ?? "").toLowerCase()),
      variable: (name) => {
        const found = variableValue(name, scope, this.#variables);
        if (found !== undefined) this.#variablesUsed.push(name.join("."));
        return found;
      },
      relationNames: () => this.#tables.keys(),
    };
  }

  #relation(name: readonly string[]): Relation | undefined {
    const found = this.#tables.get(this.#found(name))?.relation;
    const [table = "", ...qualifiers] = name.toReversed();
    if (found !== undefined || qualifiers.length > 0) return found;
    if (isUnknownTable(table)) throw new NotHere(`the vectors lack the rows of ${table}`);
    return sparkTable(table);
  }

  #sqlOf(query: Query, at: Place): { readonly sql: string; readonly schema: StructType; readonly unique: string } {
    const context = this.#context(at.text, at.ansi);
    const bound = analyzeQuery(query, this.#resolver(at.scope), context);
    const scan = (each: { readonly relation: Relation }): string =>
      this.#tables.get(this.#found(each.relation.name))?.sql ?? "";
    return {
      sql: generate(bound, { context, scan }).sql,
      schema: bound.schema,
      unique: generate(bound, { context, scan, names: "unique" }).sql,
    };
  }

  async #connection(sql: string): Promise<Connection> {
    return this.#databases.connection(this.#timeZone, sql);
  }

  async #query(query: Query, at: Place, zone = this.#timeZone): Promise<Result> {
    const { sql, schema } = this.#sqlOf(query, at);
    const connection = await this.#connection(sql);
    const rows: Value[][] = [];
    const stream = await connection.stream(sql, { schema, zone, signal: AbortSignal.timeout(10_000) });
    for await (const batch of stream.batches) {
      for (let row = 0; row < batch.rowCount; row += 1) rows.push(batch.columns.map((column) => column[row] ?? null));
    }
    return { schema, rows };
  }

  #createView(statement: Extract<Statement, { kind: "create_view" }>, at: Place): Result | Promise<Result> {
    const { query } = statement;
    const { text } = at;
    if (query === undefined && statement.scope !== "permanent" && statement.columns.length > 0)
      return this.#createEmpty(statement.name, statement.columns, at, statement.scope);
    if (query === undefined) throw this.#leftOut(statement);
    this.#variablesUsed.length = 0;
    const collation = collationOf(statement.collation);
    const { schema } = analyzeQuery(query, this.#resolver(at.scope), { ...this.#context(text), collation });
    if (statement.scope === "permanent" && this.#variablesUsed.length > 0)
      throw new BoathouseError("INVALID_TEMP_OBJ_REFERENCE", "A stored view cannot read a variable.");
    const context: NameContext = {
      catalog: "spark_catalog",
      schema: this.#schema,
      user: "mockingjay",
      ...(collation === undefined ? {} : { collation }),
    };
    const name = this.#key(statement.name, at);
    const shown = name.split(".").at(-1) ?? "";
    const names = {
      permanent: ["spark_catalog", ...name.split(".")],
      temporary: [shown],
      global_temporary: ["global_temp", shown],
    };
    this.#tables.set(name, {
      relation: {
        name: names[statement.scope],
        kind: "view",
        schema: renamed(schema, statement.columns),
        view: { query, text, context },
      },
      sql: "",
      ...(statement.scope === "permanent" ? {} : { scope: statement.scope }),
    });
    return EMPTY;
  }

  async #createTable(statement: Extract<Statement, { kind: "create_table" }>, at: Place): Promise<Result> {
    if (statement.query === undefined) return this.#createEmpty(statement.name, statement.columns, at);
    const name = this.#key(statement.name, at);
    tableCount += 1;
    const sql = `t_${tableCount}`;
    const { schema, unique } = this.#sqlOf(statement.query, at);
    await (await this.#connection(unique)).run(`CREATE TABLE ${sql} AS ${unique}`);
    this.#tables.set(name, { relation: { name: ["spark_catalog", ...name.split(".")], kind: "table", schema }, sql });
    return EMPTY;
  }

  async #createEmpty(
    given: ObjectName,
    definitions: readonly ColumnDefinition[],
    at: Place,
    scope?: Scoped,
  ): Promise<Result> {
    const name = this.#key(given, at);
    tableCount += 1;
    const sql = `t_${tableCount}`;
    const { schema, columns } = emptyTable(definitions);
    if (definitions.some((each) => each.default !== undefined)) this.#changed.add(name);
    await (await this.#connection("")).run(`CREATE TABLE ${sql} (${columns})`);
    const relation: Relation = { name: ["spark_catalog", ...name.split(".")], kind: "table", schema };
    this.#tables.set(name, { relation, sql, ...(scope === undefined ? {} : { scope }) });
    return EMPTY;
  }

  #describe(statement: Extract<Statement, { kind: "describe" }>, at: Place): Result {
    const { name, query } = statement;
    if (!isPlain(statement)) throw this.#leftOut(statement);
    if (query !== undefined) {
      return queryColumns(analyzeQuery(query, this.#resolver(at.scope), this.#context(at.text)));
    }
    const key = name === undefined ? "" : this.#found(this.#parts(name, at));
    const isView = this.#tables.get(key)?.relation.kind === "view";
    if (this.#changed.has(key) || (isView && this.#changed.size > 0)) throw new NotHere(`it has changed ${key}`);
    return describedTable(statement, key, this.#described());
  }

  #show(statement: Extract<Statement, { kind: "show" }>, at: Place): Result {
    if (!isShown(statement)) throw this.#leftOut(statement);
    const name = statement.name === undefined ? [] : this.#parts(statement.name, at);
    const changed = [...this.#changed].find((each) => !this.#tables.has(each) || each.endsWith(`.${name.at(-1)}`));
    if (changed !== undefined) throw new NotHere(`it has changed ${changed}`);
    const session = { current: this.#schema, schemas: this.#schemas, functions: this.#functions.keys() };
    return shown({ statement, name, all: this.#described(), ...session });
  }

  #described(): Described[] {
    return [...this.#tables].map(([key, { relation, scope }]) => {
      const [within = "", name = ""] = key.split(".");
      const schemaName = scope === undefined ? within : scope === "temporary" ? "" : "global_temp";
      const kind = relation.kind === "view" || scope !== undefined ? "view" : "table";
      return { key, schemaName, name, kind, schema: relation.schema };
    });
  }

  #createFunction(statement: Extract<Statement, { kind: "create_function" }>, at: Place): Result {
    if (statement.body.kind !== "return_expression" && statement.body.kind !== "return_query")
      throw this.#leftOut(statement);
    const name = this.#parts(statement.name, at);
    const context: NameContext = { catalog: "spark_catalog", schema: this.#schema, user: "mockingjay" };
    const routine = routineOf(statement, { name, context, text: at.text });
    checkRoutine(statement, routine, this.#resolver(at.scope), this.#context(at.text));
    this.#functions.set((name.at(-1) ?? "").toLowerCase(), routine);
    return EMPTY;
  }

  async #drop(statement: Extract<Statement, { kind: "drop" }>, at: Place): Promise<Result> {
    if (statement.object === "variable") await dropVariable(statement, this.#host(), at);
    else if (statement.object === "function")
      this.#functions.delete((this.#parts(statement.name, at).at(-1) ?? "").toLowerCase());
    else this.#tables.delete(this.#key(statement.name, at));
    return EMPTY;
  }

  async #insert(statement: Extract<Statement, { kind: "insert" }>, at: Place): Promise<Result> {
    const key = this.#key(statement.target, at);
    const table = this.#tables.get(key);
    if (table === undefined) throw new BoathouseError("TABLE_OR_VIEW_NOT_FOUND", `There is no table ${key}.`);
    if (statement.overwrite || statement.partition !== undefined || statement.with !== undefined)
      throw this.#leftOut(statement);
    const { unique, schema } = this.#sqlOf(statement.query, at);
    const { fields } = table.relation.schema;
    const given = statement.columns.map((each) => each.name.toLowerCase());
    const sources = fields.map((each, index) => (given.length === 0 ? index : given.indexOf(each.name.toLowerCase())));
    if (schema.fields.length !== (given.length === 0 ? fields.length : given.length)) throw this.#leftOut(statement);
    const mode = this.#ansi ? "ansi" : "legacy";
    const sql = insertSql({ table: table.sql, fields, rows: unique, from: schema, sources }, mode, this.#timeZone);
    await (await this.#connection(sql)).run(sql);
    return EMPTY;
  }

  #set(statement: Extract<Statement, { kind: "set_configuration" }>, at: Place): Result {
    const { key, value } = statement;
    if (key === undefined || value === undefined) throw new NotHere("set_configuration");
    refuseVariable(key, statement.span, at, this.#variables);
    const name = key.toLowerCase();
    if (name === "spark.sql.ansi.enabled") this.#ansi = value.toLowerCase() === "true";
    else if (name === "spark.sql.session.timezone") this.#timeZone = value;
    else this.#settings.set(name, value);
    return { schema: struct([field("key", STRING, false), field("value", STRING, false)]), rows: [[key, value]] };
  }
}

const EMPTY: Result = { schema: struct([]), rows: [] };

function collationOf(name: ObjectName | undefined): string | undefined {
  return name !== undefined && "parts" in name ? name.parts.map((part) => part.name).join(".") : undefined;
}
