import { field, struct, type DataType } from "../../src/core/data-type.ts";
import type { Row } from "../../src/core/value.ts";
import type { Connection } from "../../src/duckdb/connection.ts";
import { DuckDb } from "../../src/duckdb/duckdb.ts";
import { analyzeChange, isRowStatement } from "../../src/sql/analyzer/change.ts";
import { analyzeQuery } from "../../src/sql/analyzer/analyze.ts";
import type { BoundPlan, BoundQuery, Scan } from "../../src/sql/bound.ts";
import type { BoundChange } from "../../src/sql/change.ts";
import { generate } from "../../src/sql/generator/generate.ts";
import { parseExpression, parseStatement } from "../../src/sql/parser/parse.ts";
import { preludeFor } from "../../src/sql/prelude/prelude.ts";
import type { AnalysisContext, NameContext, Relation, Resolver, Routine } from "../../src/sql/resolver.ts";
import { duckDbType } from "../../src/sql/types/duckdb-type.ts";
import { quoteIdentifier } from "../../src/sql/quote.ts";

export const NAMES: NameContext = { catalog: "main", schema: "shop", user: "ann" };

/** Tables in a real DuckDB under a resolver of plain data. */
export class Shop implements Resolver {
  readonly #relations = new Map<string, Relation>();
  readonly #routines = new Map<string, Routine>();
  readonly #installed = new Set<string>();
  readonly #db: DuckDb;
  readonly connection: Connection;

  private constructor(db: DuckDb, connection: Connection) {
    this.#db = db;
    this.connection = connection;
  }

  static async open(): Promise<Shop> {
    const db = await DuckDb.open({ timeZone: "America/Los_Angeles", threads: 1 });
    return new Shop(db, await db.connect());
  }

  async close(): Promise<void> {
    this.connection.close();
    await this.#db.close();
  }

  /** Makes a table with the rows that `values` selects; `extra` replaces parts of its relation. */
  async table(
    name: string,
    columns: Readonly<Record<string, DataType>>,
    values: string,
    extra: Partial<Relation> = {},
  ): Promise<void> {
    const schema = struct(Object.entries(columns).map(([column, type]) => field(column, type)));
    const list = schema.fields.map((each) => `${quoteIdentifier(each.name)} ${duckDbType(each.type)}`);
    await this.connection.run(`CREATE OR REPLACE TABLE ${quoteIdentifier(name)} (${list.join(", ")})`);
    await this.connection.run(`INSERT INTO ${quoteIdentifier(name)} ${values}`);
    this.relation({
      name: ["main", "shop", name],
      kind: "table",
      schema,
      hidden: [field("__row", { kind: "long" }, false)],
      ...extra,
    });
  }

  view(name: string, text: string, columns: Readonly<Record<string, DataType>>): void {
    const query = parseStatement(text);
    if (query.kind !== "query") throw new TypeError("Not a query.");
    const schema = struct(Object.entries(columns).map(([column, type]) => field(column, type)));
    this.relation({ name: ["main", "shop", name], kind: "view", schema, view: { query, text, context: NAMES } });
  }

  function(name: string, parameters: Readonly<Record<string, DataType>>, text: string, returns: DataType): Routine {
    const routine: Routine = {
      name: ["main", "shop", name],
      parameters: Object.entries(parameters).map(([parameter, type]) => ({
        name: parameter,
        type,
        default: undefined,
      })),
      context: NAMES,
      text,
      body: { kind: "scalar", expression: parseExpression(text), returns },
    };
    this.#routines.set(name, routine);
    return routine;
  }

  relation(name: readonly string[] | Relation): Relation | undefined {
    if (!("kind" in name)) return this.#relations.get((name.at(-1) ?? "").toLowerCase());
    this.#relations.set((name.name.at(-1) ?? "").toLowerCase(), name);
    return name;
  }

  routine(name: readonly string[]): Routine | undefined {
    return this.#routines.get((name.at(-1) ?? "").toLowerCase());
  }

  relationNames(): Iterable<string> {
    return this.#relations.keys();
  }

  context(text: string, more: Partial<AnalysisContext> = {}): AnalysisContext {
    return {
      ansi: true,
      timeZone: "America/Los_Angeles",
      currentCatalog: "main",
      currentSchema: "shop",
      user: "ann",
      groups: new Set(["analysts"]),
      parameters: {},
      now: 1_700_000_000_000_000n,
      text,
      ...more,
    };
  }

  analyze(text: string, more: Partial<AnalysisContext> = {}): BoundQuery {
    const statement = parseStatement(text);
    if (statement.kind !== "query") throw new TypeError("Not a query.");
    return analyzeQuery(statement, this, this.context(text, more));
  }

  change(text: string): BoundChange {
    const statement = parseStatement(text);
    if (!("span" in statement) || !isRowStatement(statement as never)) throw new TypeError("Not a change.");
    return analyzeChange(statement as Parameters<typeof analyzeChange>[0], this, this.context(text));
  }

  async rows(text: string, more: Partial<AnalysisContext> = {}): Promise<Row[]> {
    const bound = this.analyze(text, more);
    return this.run(bound.plan, bound.scans, this.context(text, more));
  }

  async run(plan: BoundPlan, scans: readonly Scan[], context = this.context("")): Promise<Row[]> {
    const scan = (each: Scan): string => {
      const table = quoteIdentifier(each.relation.name.at(-1) ?? "");
      return each.relation.hidden === undefined ? table : `(SELECT *, rowid AS "__row" FROM ${table})`;
    };
    const { sql } = generate({ plan, scans }, { context, scan, names: "unique" });
    const { udfs, macros } = preludeFor(sql, this.#installed);
    for (const each of udfs) this.connection.registerFunction(each);
    if (macros.length > 0) await this.connection.run(macros.map((each) => each.sql).join(";\n"));
    for (const { name } of [...udfs, ...macros]) this.#installed.add(name);
    return this.connection.rows(sql);
  }
}
