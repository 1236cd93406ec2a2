import { struct, type StructType } from "../../core/data-type.ts";
import { locationOf } from "../../core/diagnostic.ts";
import { BoathouseError } from "../../core/errors.ts";
import type { Statement } from "../ast/statement.ts";
import { analyzeQuery } from "../analyzer/analyze.ts";
import { analyzeChange } from "../analyzer/change.ts";
import type { BoundQuery, ColumnSource, Scan } from "../bound.ts";
import type { BoundChange } from "../change.ts";
import { generate } from "../generator/generate.ts";
import { parseStatement } from "../parser/parse.ts";
import { preludeFor, type Prelude } from "../prelude/prelude.ts";
import { quoteIdentifier, quoteString } from "../quote.ts";
import type { AnalysisContext, Relation, TypedValue } from "../resolver.ts";
import { insertSql, rowChangeSql } from "./change-sql.ts";
import { createAsSql, createTableSql } from "./create-sql.ts";
import { Definitions, ROW } from "./definitions.ts";

export interface TranslateOptions {
  /**
   * What the names in the statement mean, as Spark's DDL: `CREATE TABLE orders (id BIGINT, amount DECIMAL(10, 2));
   * CREATE VIEW … AS …; CREATE FUNCTION … RETURN …`. The tables have these names in DuckDB, and columns of the types
   * that `duckDbType` gives.
   */
  readonly definitions?: string;
  /** `spark.sql.ansi.enabled`; true by default, as in Spark 4. */
  readonly ansi?: boolean;
  /** An IANA name; `UTC` by default. */
  readonly timeZone?: string;
  /** Where names of one and two parts begin: `spark_catalog` and `default`. */
  readonly catalog?: string;
  readonly schema?: string;
  /** What `current_user()` gives. */
  readonly user?: string;
  /** For `:name`. */
  readonly parameters?: Readonly<Record<string, TypedValue>>;
  /** What `current_timestamp()` gives, in microseconds since the epoch; by default the time of the call. */
  readonly now?: bigint;
  /**
   * What stands in DuckDB's FROM for a table that is read (`read_parquet('…')`). It must give the columns `used` under
   * their own names. By default the table's quoted name.
   */
  readonly from?: (table: { readonly name: readonly string[]; readonly used: readonly string[] }) => string;
  /** The statement's file, for messages. */
  readonly file?: string;
}

/** A statement of Spark SQL for DuckDB. */
export interface Translation {
  readonly kind: "query" | "insert" | "update" | "delete" | "merge" | "create_table" | "create_view";
  /** One statement of DuckDB. */
  readonly sql: string;
  /** The columns that come back, with Spark's names, types and nullability; none for a change. */
  readonly schema: StructType;
  /** Stored tables and views that the statement names itself. */
  readonly reads: readonly (readonly string[])[];
  /** From which stored columns the values of a column of the result, or of the target, flow. */
  readonly lineage: readonly { readonly column: string; readonly sources: readonly ColumnSource[] }[];
  /** Settings of DuckDB under which the statement means what it does in Spark, as statements for its connection. */
  readonly settings: readonly string[];
  /** Macros and functions that the statement calls. */
  readonly prelude: Prelude;
  /** Of the session, as an IANA name. */
  readonly timeZone: string;
}

/**
 * Translates a query, INSERT, UPDATE, DELETE, MERGE, CREATE TABLE or CREATE VIEW of Spark SQL to DuckDB's. Pure: nothing is read and nothing runs.
 *
 * Throws `BoathouseError` with Spark's own condition and SQLSTATE and the place in the text: what Spark refuses is
 * refused, and what cannot be given exactly (`UNSUPPORTED_FEATURE`).
 */
export function translate(text: string, options: TranslateOptions = {}): Translation {
  const context = contextOf(text, options);
  const definitions = new Definitions(options.definitions ?? "", context);
  const statement = parseStatement(text, options.file === undefined ? {} : { file: options.file });
  const { from } = options;
  const nativeName = (relation: Relation): string => definitions.nativeName(relation).map(quoteIdentifier).join(".");
  const scanSql = (scan: Scan): string => {
    const source = from?.({ name: scan.relation.name, used: scan.used }) ?? nativeName(scan.relation);
    return scan.used.includes(ROW) ? `(SELECT *, rowid AS ${quoteIdentifier(ROW)} FROM ${source})` : source;
  };
  const result = (made: Pick<Translation, "kind" | "sql" | "schema" | "reads" | "lineage">): Translation => ({
    ...made,
    settings: settingsOf(context.timeZone),
    prelude: preludeFor(made.sql),
    timeZone: context.timeZone,
  });
  switch (statement.kind) {
    case "query": {
      const bound = analyzeQuery(statement, definitions, context);
      const { sql } = generate(bound, { context, scan: scanSql });
      return result({ kind: "query", sql, schema: bound.schema, reads: bound.reads, lineage: lineageOf(bound) });
    }
    case "insert":
    case "update":
    case "delete":
    case "merge": {
      const bound = analyzeChange(statement, definitions, context);
      if (bound.kind === "insert" && bound.overwrite.kind !== "none") {
        throw refused(statement, context, "INSERT that replaces rows", "DELETE them, then INSERT.");
      }
      const sql = changeSql(
        bound,
        nativeName(bound.target),
        (plan) => generate({ plan, scans: bound.scans }, { context, scan: scanSql, names: "unique" }).sql,
      );
      return result({ kind: bound.kind, sql, schema: struct([]), reads: bound.reads, lineage: bound.lineage });
    }
    case "create_table":
    case "create_view": {
      const { query, kind } = statement;
      if (query === undefined) {
        const { fields } = new Definitions(text, context).only(statement.span).schema;
        return result({ kind, sql: createTableSql(statement, fields), schema: struct([]), reads: [], lineage: [] });
      }
      const bound = analyzeQuery(query, definitions, context);
      const generated = generate(bound, { context, scan: scanSql, names: "unique" });
      const sql = createAsSql(statement, bound.schema.fields, generated.sql);
      return result({ kind, sql, schema: struct([]), reads: bound.reads, lineage: lineageOf(bound) });
    }
    default:
      throw refused(statement, context, "The statement", HINT);
  }
}

const HINT =
  "Queries, changes of rows, CREATE TABLE and CREATE VIEW can be translated; a Lakehouse's session runs all other statements too.";

function contextOf(text: string, options: TranslateOptions): AnalysisContext {
  return {
    ansi: options.ansi ?? true,
    timeZone: options.timeZone ?? "UTC",
    currentCatalog: options.catalog ?? "spark_catalog",
    currentSchema: options.schema ?? "default",
    user: options.user ?? "",
    groups: new Set(),
    parameters: options.parameters ?? {},
    now: options.now ?? BigInt(Date.now()) * 1000n,
    text,
    file: options.file,
  };
}

function changeSql(bound: BoundChange, target: string, planSql: (plan: BoundQuery["plan"]) => string): string {
  return bound.kind === "insert" ? insertSql(bound, target, planSql) : rowChangeSql(bound, target, planSql);
}

function lineageOf(bound: BoundQuery): Translation["lineage"] {
  return bound.schema.fields.map((each, index) => ({ column: each.name, sources: bound.lineage[index] ?? [] }));
}

function settingsOf(timeZone: string): string[] {
  return [`SET TimeZone = ${quoteString(timeZone)}`, "SET default_null_order = 'nulls_first_on_asc_last_on_desc'"];
}

function refused(statement: Statement, { text, file }: AnalysisContext, what: string, hint: string): BoathouseError {
  const { start, end } = statement.span;
  return new BoathouseError("UNSUPPORTED_FEATURE", `${what} cannot be translated.`, {
    sqlState: "0A000",
    location: locationOf(text, start, end, file),
    source: text,
    hint,
  });
}
