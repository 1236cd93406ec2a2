import {
  array,
  DATE,
  decimal,
  field,
  INT,
  map,
  STRING,
  struct,
  TIMESTAMP,
  BOOLEAN,
  DOUBLE,
  type StructType,
} from "../../../src/core/data-type.ts";
import { BoathouseError } from "../../../src/core/errors.ts";
import { analyzeQuery } from "../../../src/sql/analyzer/analyze.ts";
import { analyzeChange, isRowStatement } from "../../../src/sql/analyzer/change.ts";
import type { Statement } from "../../../src/sql/ast/statement.ts";
import { generate } from "../../../src/sql/generator/generate.ts";
import { parseStatement } from "../../../src/sql/parser/parse.ts";
import { preludeFor } from "../../../src/sql/prelude/prelude.ts";
import { print } from "../../../src/sql/print.ts";
import type { Resolver } from "../../../src/sql/resolver.ts";
import { referencesOf } from "../../../src/sql/references.ts";
import { Shop } from "../harness.ts";

/** What is wrong with how a statement ended. */
export interface Fault {
  readonly statement: string;
  readonly fault: string;
}

interface Translated {
  readonly sql: string;
  readonly schema: StructType;
}

const SLOW = 1000;

/** The way of a statement through all of sql/ and DuckDB, with a judge at the end. */
export class Pipeline {
  readonly #shop: Shop;
  readonly #installed = new Set<string>();
  /** Every name is a table: what is mutated is not the name alone. */
  readonly #resolver: Resolver = {
    relation: (name) => this.#shop.relation(name) ?? this.#shop.relation(["t"]),
    routine: (name) => this.#shop.routine(name),
    relationNames: () => this.#shop.relationNames(),
  };
  /** How many statements were translated, and how many of these gave a result. */
  translated = 0;
  answered = 0;
  readonly codes = new Map<string, number>();

  private constructor(shop: Shop) {
    this.#shop = shop;
  }

  static async open(): Promise<Pipeline> {
    const shop = await Shop.open();
    const columns = {
      a: INT,
      b: STRING,
      c: DOUBLE,
      d: DATE,
      ts: TIMESTAMP,
      arr: array(INT),
      m: map(STRING, INT),
      s: struct([field("x", INT), field("y", STRING)]),
      dec: decimal(10, 2),
      flag: BOOLEAN,
    };
    const row = (a: string, b: string): string =>
      `(${a}, ${b}, 1.5, DATE '2020-02-29', TIMESTAMPTZ '2020-01-01 12:00:00+00', [1, 2], MAP {'k': 1}, {'x': 1, 'y': 'z'}, 12.34, true)`;
    await shop.table("t", columns, `VALUES ${row("1", "'x'")}, ${row("2", "'y'")}, ${row("NULL", "NULL")}`);
    await shop.table("u", { a: INT, b: STRING }, "VALUES (1, 'x'), (3, NULL)");
    await shop.connection.run("SET memory_limit = '1GB'");
    return new Pipeline(shop);
  }

  close(): Promise<void> {
    return this.#shop.close();
  }

  /** Undefined when it ended well: in a result, or in an error that says what is wrong. */
  async run(statement: string): Promise<Fault | undefined> {
    const fault = (what: string): Fault => ({ statement, fault: what });
    const start = performance.now();
    let translated: Translated | undefined;
    try {
      translated = this.#translate(parseStatement(statement), statement);
    } catch (error) {
      this.#count(error);
      const bad = verdict(error);
      if (bad !== undefined) return fault(bad);
    }
    const took = performance.now() - start;
    if (took > SLOW) return fault(`took ${Math.round(took)} ms to translate`);
    if (translated === undefined) return undefined;
    this.translated += 1;
    try {
      await this.#execute(translated);
      this.answered += 1;
    } catch (error) {
      this.#count(error);
      const bad = verdict(error);
      if (bad !== undefined) return fault(bad);
    }
    return undefined;
  }

  /** DuckDB's SQL of a query; other statements go as far as they do without an engine. */
  #translate(statement: Statement, text: string): Translated | undefined {
    referencesOf(statement);
    const printed = print(statement);
    try {
      parseStatement(printed);
    } catch (error) {
      throw new TypeError(`its print is not read: ${printed}`, { cause: error });
    }
    const context = this.#shop.context(text, { parameters: {} });
    if (statement.kind === "query") {
      const bound = analyzeQuery(statement, this.#resolver, context);
      return { sql: generate(bound, { context, scan: scanSql, names: "unique" }).sql, schema: bound.schema };
    }
    if (
      statement.kind === "insert" ||
      statement.kind === "update" ||
      statement.kind === "delete" ||
      statement.kind === "merge"
    ) {
      if (isRowStatement(statement)) analyzeChange(statement, this.#resolver, context);
    }
    return undefined;
  }

  #count(error: unknown): void {
    const code = error instanceof BoathouseError ? error.code : "crash";
    this.codes.set(code, (this.codes.get(code) ?? 0) + 1);
  }

  async #execute({ sql, schema }: Translated): Promise<void> {
    const { udfs, macros } = preludeFor(sql, this.#installed);
    for (const each of udfs) this.#shop.connection.registerFunction(each);
    if (macros.length > 0) await this.#shop.connection.run(macros.map((each) => each.sql).join(";\n"));
    for (const { name } of [...udfs, ...macros]) this.#installed.add(name);
    const stream = await this.#shop.connection.stream(`SELECT * FROM (${sql}) LIMIT 100`, {
      schema,
      signal: AbortSignal.timeout(SLOW),
    });
    for await (const batch of stream.batches) if (batch.rowCount < 0) break;
  }
}

function scanSql(scan: { readonly relation: { readonly name: readonly string[]; readonly hidden?: unknown } }): string {
  const table = `"${scan.relation.name.at(-1) ?? ""}"`;
  return scan.relation.hidden === undefined ? table : `(SELECT *, rowid AS "__row" FROM ${table})`;
}

/** Undefined for an error that is fit for a person. */
function verdict(error: unknown): string | undefined {
  if (error instanceof BoathouseError && error.kind === "defect")
    return `defect ${error.code}: ${error.message.slice(0, 300)}`;
  if (!(error instanceof BoathouseError)) return `crash: ${String(error).slice(0, 300)}`;
  if (/^(?:INTERNAL_ERROR$|DUCKDB_)/.test(error.code)) return `${error.code}: ${error.message.slice(0, 300)}`;
  return /^[A-Z_][A-Z0-9_]*(?:\.[A-Z0-9_]+)*$/.test(error.code) ? undefined : `no condition: ${error.code}`;
}
